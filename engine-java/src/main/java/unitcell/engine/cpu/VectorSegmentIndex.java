package unitcell.engine.cpu;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;

/**
 * Index tensors turned into addresses. Kernels follow indices without looking, so every number is held against its range
 * once per call, at about a nanosecond each: a wrong one ends in an exception and not in somebody else's memory.
 *
 * <p>Memory convention: addresses of contiguous {@code I32} tensors, as {@link EdgeIndex} describes them.
 */
final class VectorSegmentIndex {
    final int nodes;
    final int edges;
    final long source;
    final long target;
    final long targetStart;
    final long sourceStart;
    final long sourceEdge;

    /**
     * All of an edge index.
     *
     * @throws IllegalArgumentException naming the kernel and the first entry that is out of range
     */
    VectorSegmentIndex(String kernel, EdgeIndex index) {
        nodes = index.nodes();
        edges = index.edges();
        source = values(kernel, "edges.source", index.source(), edges, nodes);
        target = values(kernel, "edges.target", index.target(), edges, nodes);
        targetStart = starts(kernel, "edges.targetStart", index.targetStart(), nodes, edges);
        sourceStart = starts(kernel, "edges.sourceStart", index.sourceStart(), nodes, edges);
        sourceEdge = values(kernel, "edges.sourceEdge", index.sourceEdge(), edges, edges);
    }

    /** Address of {@code count} numbers in 0..limit-1. */
    static long values(String kernel, String name, Tensor tensor, long count, long limit) {
        long address = Args.ints(kernel + ": " + name, tensor, count);
        long signs = 0;
        for (long i = 0; i < count; i++) {
            int value = Lanes.intAt(address, i);
            signs |= value | (limit - 1 - value); // negative if either is
        }
        for (long i = 0; signs < 0 && i < count; i++) {
            int value = Lanes.intAt(address, i);
            if (value < 0 || value >= limit) {
                throw new IllegalArgumentException(
                        kernel + ": " + name + "[" + i + "] is " + value + "; expected 0 to " + (limit - 1));
            }
        }
        return address;
    }

    /** Address of count+1 numbers that ascend from 0 to {@code last}. */
    static long starts(String kernel, String name, Tensor tensor, long count, long last) {
        long address = Args.ints(kernel + ": " + name, tensor, count + 1);
        int before = 0;
        for (long i = 0; i <= count; i++) {
            int value = Lanes.intAt(address, i);
            if (value < before || i == 0 && value != 0 || i == count && value != last) {
                throw new IllegalArgumentException(kernel + ": " + name + "[" + i + "] is " + value
                        + "; expected numbers that ascend from 0 to " + last);
            }
            before = value;
        }
        return address;
    }
}
