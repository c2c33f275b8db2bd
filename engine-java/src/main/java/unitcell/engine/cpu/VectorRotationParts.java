package unitcell.engine.cpu;

import java.util.Arrays;

/** Runs of consecutive nodes that no edge joins with other nodes: the crystals of a batch, or several small ones at once. */
final class VectorRotationParts {
    /** Edges that are worth a task of their own. */
    private static final int EDGES = 32;

    /** Parts that there must be work for, counted in the largest one. */
    private static final int SHARES = 4;

    private VectorRotationParts() {}

    /**
     * Splits the nodes: part p is nodes out[p] to out[p+1].
     *
     * @return null if the edges cannot be shared evenly between several threads like that
     */
    static int[] split(VectorSegmentIndex edges) {
        int nodes = edges.nodes;
        long source = edges.source;
        long start = edges.targetStart;
        int[] bounds = new int[nodes + 1];
        int parts = 0;
        int largest = 0;
        int reach = 0; // first node that nothing so far is joined with
        boolean[] joined = new boolean[nodes + 1]; // with the node before
        for (int i = 0; i < nodes; i++) {
            int low = i;
            for (int e = Lanes.intAt(start, i), end = Lanes.intAt(start, i + 1); e < end; e++) {
                int other = Lanes.intAt(source, e);
                low = Math.min(low, other);
                reach = Math.max(reach, other + 1);
            }
            Arrays.fill(joined, low + 1, i + 1, true);
            joined[i + 1] = reach > i + 1;
        }
        for (int i = 0, first = 0; i < nodes; i++) {
            int size = Lanes.intAt(start, i + 1) - first;
            if (!joined[i + 1] && (size >= EDGES || i + 1 == nodes)) {
                largest = Math.max(largest, size);
                first += size;
                bounds[++parts] = i + 1;
            }
        }
        return (long) SHARES * largest <= edges.edges ? Arrays.copyOf(bounds, parts + 1) : null;
    }
}
