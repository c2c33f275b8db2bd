package unitcell.engine.scalar;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.kernel.EdgeIndex;

/** Small edge sets for the tests: (source, target) pairs sorted by target, turned into an index with both orderings. */
final class Graphs {
    private Graphs() {}

    /** Four nodes; node 2 has no incoming edge, node 3 no outgoing one; one self-image and one doubled edge. */
    static EdgeIndex ragged(KernelCase at) {
        return of(at, 4, new int[][] {{0, 0}, {1, 0}, {2, 0}, {1, 0}, {2, 1}, {0, 3}, {1, 3}});
    }

    /** One node with two edges to its own images. */
    static EdgeIndex single(KernelCase at) {
        return of(at, 1, new int[][] {{0, 0}, {0, 0}});
    }

    static EdgeIndex withoutEdges(KernelCase at, int nodes) {
        return of(at, nodes, new int[0][]);
    }

    static EdgeIndex of(KernelCase at, int nodes, int[][] pairs) {
        int[] source = new int[pairs.length];
        int[] target = new int[pairs.length];
        int[] targetStart = new int[nodes + 1];
        List<Integer> bySource = new ArrayList<>();
        for (int e = 0; e < pairs.length; e++) {
            source[e] = pairs[e][0];
            target[e] = pairs[e][1];
            targetStart[target[e] + 1] = e + 1;
        }
        int[] sourceStart = new int[nodes + 1];
        for (int n = 0; n < nodes; n++) {
            targetStart[n + 1] = Math.max(targetStart[n + 1], targetStart[n]);
            for (int e = 0; e < pairs.length; e++) {
                if (source[e] == n) {
                    bySource.add(e);
                }
            }
            sourceStart[n + 1] = bySource.size();
        }
        int[] sourceEdge = bySource.stream().mapToInt(Integer::intValue).toArray();
        return new EdgeIndex(
                nodes,
                pairs.length,
                at.of(source),
                at.of(target),
                at.of(targetStart),
                at.of(sourceStart),
                at.of(sourceEdge));
    }
}
