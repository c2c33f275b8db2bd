package unitcell.net;

import unitcell.autograd.Tape;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;

/**
 * Several crystals as one graph: plain arrays that any thread may build, turned into tensors where a step needs them.
 *
 * <p>Memory convention: host arrays, shared, not to be changed after construction.
 *
 * @param crystals B
 * @param crystalStart nodes crystalStart[b] to crystalStart[b+1] belong to crystal b; [B+1]
 * @param species atomic numbers as the network sees them, 0 for masked; [N]
 * @param position Cartesian, angstrom, [N*3]
 * @param cell rows are lattice vectors, angstrom, [B*9]
 * @param source source node of each edge, [E]
 * @param targetStart edges targetStart[i] to targetStart[i+1] end in node i, [N+1]
 * @param shift lattice translation of the source, [E*3]
 * @param vector from target to source, angstrom, [E*3]
 */
public record GraphBatch(
        int crystals,
        int[] crystalStart,
        int[] species,
        double[] position,
        double[] cell,
        int[] source,
        int[] targetStart,
        int[] shift,
        double[] vector) {
    /** N. */
    public int nodes() {
        return species.length;
    }

    /** E. */
    public int edges() {
        return source.length;
    }

    /** Crystal of each node, [N]. */
    public int[] crystalOfNode() {
        int[] out = new int[nodes()];
        for (int b = 0; b < crystals; b++) {
            java.util.Arrays.fill(out, crystalStart[b], crystalStart[b + 1], b);
        }
        return out;
    }

    /** Lattice shifts as reals, for {@code edgeVector}. */
    public double[] shiftAsReal() {
        double[] out = new double[shift.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = shift[i];
        }
        return out;
    }

    /** Connectivity with both orderings, on the tape's device. */
    public EdgeIndex edgeIndex(Tape tape) {
        int n = nodes();
        int e = edges();
        int[] target = new int[e];
        int[] sourceStart = new int[n + 1];
        for (int i = 0; i < n; i++) {
            java.util.Arrays.fill(target, targetStart[i], targetStart[i + 1], i);
        }
        for (int j : source) {
            sourceStart[j + 1]++;
        }
        for (int i = 0; i < n; i++) {
            sourceStart[i + 1] += sourceStart[i];
        }
        int[] next = java.util.Arrays.copyOf(sourceStart, n);
        int[] sourceEdge = new int[e];
        for (int k = 0; k < e; k++) {
            sourceEdge[next[source[k]]++] = k;
        }
        return new EdgeIndex(
                n,
                e,
                tape.of(source, e),
                tape.of(target, e),
                tape.of(targetStart, n + 1),
                tape.of(sourceStart, n + 1),
                tape.of(sourceEdge, e));
    }

    /** Crystal of each node as a tensor, I32 [N]. */
    public Tensor crystalTensor(Tape tape) {
        return tape.of(crystalOfNode(), nodes());
    }
}
