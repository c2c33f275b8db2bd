package unitcell.trainer.verify;

import java.util.Arrays;
import java.util.SplittableRandom;
import unitcell.net.GraphBatch;

/**
 * A small graph made to find faults rather than to be a crystal: nodes without edges, a node with a self-image, repeated
 * pairs, and edges exactly along +y and -y, where angles have poles.
 */
final class RaggedGraph {
    private static final int NODES = 5;
    private static final int[] SOURCE = {1, 2, 0, 0, 3, 2, 1, 4, 4};
    private static final int[] TARGET = {0, 0, 1, 2, 2, 3, 3, 3, 4};
    private static final int[][] SHIFT = {
        {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {1, 0, 0}, {0, 0, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 0}, {0, 1, 0}
    };

    private RaggedGraph() {}

    /** The graph with positions and a sheared cell drawn from {@code random}; edges 0 and 2 lie along -y and +y. */
    static GraphBatch create(SplittableRandom random) {
        double[] position = new double[3 * NODES];
        for (int i = 0; i < position.length; i++) {
            position[i] = random.nextDouble(0, 3);
        }
        position[3] = position[0];
        position[4] = position[1] - 1.5;
        position[5] = position[2];
        double[] cell = {3.4, 0.2, 0.1, 0, 3.1, 0, 0.5, -0.3, 3.8};
        return withPositions(position, new double[][] {cell});
    }

    /** The same edges for other positions; vectors are not computed where {@code edgeVector} will. */
    private static GraphBatch withPositions(double[] position, double[][] cells) {
        int edges = SOURCE.length;
        int[] start = new int[NODES + 1];
        int[] shift = new int[3 * edges];
        double[] vector = new double[3 * edges];
        for (int e = 0; e < edges; e++) {
            start[TARGET[e] + 1]++;
            for (int k = 0; k < 3; k++) {
                shift[3 * e + k] = SHIFT[e][k];
                double v = position[3 * SOURCE[e] + k] - position[3 * TARGET[e] + k];
                for (int a = 0; a < 3; a++) {
                    v += SHIFT[e][a] * cells[0][3 * a + k];
                }
                vector[3 * e + k] = v;
            }
        }
        for (int i = 0; i < NODES; i++) {
            start[i + 1] += start[i];
        }
        int[] species = {1, 2, 0, 2, 1};
        return new GraphBatch(
                1, new int[] {0, NODES}, species, position, cells[0], SOURCE.clone(), start, shift, vector);
    }

    /** Random edges, some nodes without any, in one crystal with a sheared cell. */
    static GraphBatch random(SplittableRandom random, int nodes, int edges) {
        double[] position = new double[3 * nodes];
        Arrays.setAll(position, i -> random.nextDouble(0, 4));
        double[] cell = {3.4, 0.2, 0.1, 0, 3.1, 0, 0.5, -0.3, 3.8};
        int[] target = new int[edges];
        Arrays.setAll(target, e -> random.nextInt(nodes) / 3 * 3); // two of three have none
        Arrays.sort(target);
        int[] source = new int[edges];
        int[] start = new int[nodes + 1];
        int[] shift = new int[3 * edges];
        double[] vector = new double[3 * edges];
        int[] species = new int[nodes];
        Arrays.setAll(species, i -> random.nextInt(90));
        for (int e = 0; e < edges; e++) {
            source[e] = random.nextInt(nodes);
            start[target[e] + 1]++;
            shift[3 * e + e % 3] = 1;
            for (int k = 0; k < 3; k++) {
                vector[3 * e + k] = position[3 * source[e] + k] - position[3 * target[e] + k] + cell[3 * (e % 3) + k];
            }
        }
        for (int i = 0; i < nodes; i++) {
            start[i + 1] += start[i];
        }
        return new GraphBatch(1, new int[] {0, nodes}, species, position, cell, source, start, shift, vector);
    }

    /** A graph of {@code nodes} nodes and no edge. */
    static GraphBatch empty(int nodes) {
        double[] position = new double[3 * nodes];
        Arrays.setAll(position, i -> i);
        double[] cell = {9, 0, 0, 0, 9, 0, 0, 0, 9};
        return new GraphBatch(
                1,
                new int[] {0, nodes},
                new int[nodes],
                position,
                cell,
                new int[0],
                new int[nodes + 1],
                new int[0],
                new double[0]);
    }
}
