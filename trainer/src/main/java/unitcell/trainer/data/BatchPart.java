package unitcell.trainer.data;

import java.util.Arrays;
import unitcell.autograd.DropoutStreams;
import unitcell.net.GraphBatch;

/**
 * Some consecutive crystals of a batch as a batch of their own.
 *
 * @param batch the crystals
 * @param rows which rows of the whole batch they are
 */
public record BatchPart(TrainingBatch batch, DropoutStreams.Part rows) {
    /**
     * Crystals {@code from} to {@code to} of a batch.
     *
     * @param from first crystal
     * @param to the crystal after the last
     */
    public static BatchPart of(TrainingBatch whole, int from, int to) {
        GraphBatch graph = whole.graph();
        int node = graph.crystalStart()[from];
        int nodeEnd = graph.crystalStart()[to];
        int edge = graph.targetStart()[node];
        int edgeEnd = graph.targetStart()[nodeEnd];
        GraphBatch part = new GraphBatch(
                to - from,
                shifted(graph.crystalStart(), from, to + 1, node),
                Arrays.copyOfRange(graph.species(), node, nodeEnd),
                Arrays.copyOfRange(graph.position(), 3 * node, 3 * nodeEnd),
                Arrays.copyOfRange(graph.cell(), 9 * from, 9 * to),
                shifted(graph.source(), edge, edgeEnd, node),
                shifted(graph.targetStart(), node, nodeEnd + 1, edge),
                Arrays.copyOfRange(graph.shift(), 3 * edge, 3 * edgeEnd),
                Arrays.copyOfRange(graph.vector(), 3 * edge, 3 * edgeEnd));
        TrainingBatch batch = new TrainingBatch(
                part,
                Arrays.copyOfRange(whole.target(), node, nodeEnd),
                Arrays.copyOfRange(whole.masked(), node, nodeEnd),
                Arrays.copyOfRange(whole.types(), from, to),
                Arrays.copyOfRange(whole.noise(), 3 * node, 3 * nodeEnd),
                Arrays.copyOfRange(whole.fractionalNoise(), 3 * node, 3 * nodeEnd),
                Arrays.copyOfRange(whole.inverseCell(), 9 * from, 9 * to));
        DropoutStreams.Part rows = new DropoutStreams.Part(
                new DropoutStreams.Range(edge, edgeEnd - edge, graph.edges()),
                new DropoutStreams.Range(node, nodeEnd - node, graph.nodes()),
                new DropoutStreams.Range(from, to - from, graph.crystals()));
        return new BatchPart(batch, rows);
    }

    /** The number of crystals, at least 1 and not all, that comes nearest to half of a batch's edges and atoms. */
    public static int half(TrainingBatch whole) {
        GraphBatch graph = whole.graph();
        long all = (long) graph.edges() + graph.nodes();
        int best = 1;
        long distance = Long.MAX_VALUE;
        for (int b = 1; b < graph.crystals(); b++) {
            int node = graph.crystalStart()[b];
            long off = Math.abs(2L * (graph.targetStart()[node] + node) - all);
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
