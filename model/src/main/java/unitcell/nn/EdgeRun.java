package unitcell.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.autograd.Tape;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;

/**
 * The edges into a run of consecutive target nodes. Attention over one run needs no other, so that tensors of all edges of a
 * batch need not exist at once.
 *
 * @param fromNode first target
 * @param toNode the target after the last
 * @param fromEdge first edge
 * @param toEdge the edge after the last
 * @param among these edges among all nodes
 * @param targets the same edges with the run's targets numbered from 0 and, in place of the sources, the targets
 *     themselves: for operations that look at targets alone
 */
public record EdgeRun(int fromNode, int toNode, int fromEdge, int toEdge, EdgeIndex among, EdgeIndex targets) {
    /**
     * Cuts the edges of a batch into runs. A node with more edges than wanted is a run of its own.
     *
     * @param edgesOfRun at most so many edges in a run where that is possible
     */
    public static List<EdgeRun> of(Tape tape, EdgeIndex edges, long edgesOfRun) {
        int[] targetStart = edges.targetStart().toInts();
        int[] source = edges.source().toInts();
        List<EdgeRun> runs = new ArrayList<>();
        int from = 0;
        while (from < edges.nodes()) {
            int to = from + 1;
            while (to < edges.nodes() && targetStart[to + 1] - targetStart[from] <= edgesOfRun) {
                to++;
            }
            runs.add(cut(tape, edges, targetStart, source, from, to));
            from = to;
        }
        return runs;
    }

    private static EdgeRun cut(Tape tape, EdgeIndex edges, int[] targetStart, int[] source, int from, int to) {
        int nodes = edges.nodes();
        int first = targetStart[from];
        int last = targetStart[to];
        int count = last - first;
        int[] starts = new int[nodes + 1];
        int[] sourceStart = new int[nodes + 1];
        for (int i = 0; i <= nodes; i++) {
            starts[i] = Math.clamp(targetStart[i], first, last) - first;
        }
        for (int e = first; e < last; e++) {
            sourceStart[source[e] + 1]++;
        }
        for (int i = 0; i < nodes; i++) {
            sourceStart[i + 1] += sourceStart[i];
        }
        int[] next = Arrays.copyOf(sourceStart, nodes);
        int[] sourceEdge = new int[count];
        for (int e = first; e < last; e++) {
            sourceEdge[next[source[e]]++] = e - first;
        }
        EdgeIndex among = new EdgeIndex(
                nodes,
                count,
                edges.source().rows(first, last),
                edges.target().rows(first, last),
                tape.of(starts, nodes + 1),
                tape.of(sourceStart, nodes + 1),
                tape.of(sourceEdge, count));
        int[] own = Arrays.copyOfRange(starts, from, to + 1);
        int[] target = new int[count];
        int[] identity = new int[count];
        for (int i = 0; i < to - from; i++) {
            Arrays.fill(target, own[i], own[i + 1], i);
        }
        for (int e = 0; e < count; e++) {
            identity[e] = e;
        }
        Tensor targetTensor = tape.of(target, count);
        Tensor ownStart = tape.of(own, to - from + 1);
        EdgeIndex targets = new EdgeIndex(
                to - from, count, targetTensor, targetTensor, ownStart, ownStart, tape.of(identity, count));
        return new EdgeRun(from, to, first, last, among, targets);
    }
}
