package unitcell.trainer.data;

import java.util.Arrays;
import unitcell.autograd.DropoutStreams;
import unitcell.net.GraphBatch;

/** Consecutive crystals of a graph as a graph of their own. */
public final class GraphParts {
    private GraphParts() {}

    /**
     * Crystals {@code from} to {@code to} of a graph.
     *
     * @param from first crystal
     * @param to the crystal after the last
     */
    public static GraphBatch of(GraphBatch whole, int from, int to) {
        int node = whole.crystalStart()[from];
        int nodeEnd = whole.crystalStart()[to];
        int edge = whole.targetStart()[node];
        int edgeEnd = whole.targetStart()[nodeEnd];
        return new GraphBatch(
                to - from,
                shifted(whole.crystalStart(), from, to + 1, node),
                Arrays.copyOfRange(whole.species(), node, nodeEnd),
                Arrays.copyOfRange(whole.position(), 3 * node, 3 * nodeEnd),
                Arrays.copyOfRange(whole.cell(), 9 * from, 9 * to),
                shifted(whole.source(), edge, edgeEnd, node),
                shifted(whole.targetStart(), node, nodeEnd + 1, edge),
                Arrays.copyOfRange(whole.shift(), 3 * edge, 3 * edgeEnd),
                Arrays.copyOfRange(whole.vector(), 3 * edge, 3 * edgeEnd));
    }

    /** Which rows of the whole graph these crystals are, so that dropout treats them as in the whole. */
    public static DropoutStreams.Part rows(GraphBatch whole, int from, int to) {
        int node = whole.crystalStart()[from];
        int nodeEnd = whole.crystalStart()[to];
        int edge = whole.targetStart()[node];
        int edgeEnd = whole.targetStart()[nodeEnd];
        return new DropoutStreams.Part(
                new DropoutStreams.Range(edge, edgeEnd - edge, whole.edges()),
                new DropoutStreams.Range(node, nodeEnd - node, whole.nodes()),
                new DropoutStreams.Range(from, to - from, whole.crystals()));
    }

    /** The number of crystals, at least 1 and not all, that comes nearest to half of a graph's edges and atoms. */
    public static int half(GraphBatch whole) {
        long all = (long) whole.edges() + whole.nodes();
        int best = 1;
        long distance = Long.MAX_VALUE;
        for (int b = 1; b < whole.crystals(); b++) {
            int node = whole.crystalStart()[b];
            long off = Math.abs(2L * (whole.targetStart()[node] + node) - all);
            if (off < distance) {
                distance = off;
                best = b;
            }
        }
        return best;
    }

    private static int[] shifted(int[] values, int from, int to, int by) {
        int[] out = Arrays.copyOfRange(values, from, to);
        for (int i = 0; i < out.length; i++) {
            out[i] -= by;
        }
        return out;
    }
}
