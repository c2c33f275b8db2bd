package unitcell.trainer.gan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;

/**
 * Crystals with their neighbours and what a discriminator should take them for. Host objects, shared, not to be changed.
 *
 * @param crystals [B]
 * @param graphs their neighbours, [B]
 * @param labels 1 for real, 0 for fake, [B]
 */
record JudgedCrystals(List<Crystal> crystals, List<NeighborGraph> graphs, double[] labels) {
    /** These and then others. */
    JudgedCrystals and(JudgedCrystals others) {
        List<Crystal> allCrystals = new ArrayList<>(crystals);
        allCrystals.addAll(others.crystals);
        List<NeighborGraph> allGraphs = new ArrayList<>(graphs);
        allGraphs.addAll(others.graphs);
        double[] allLabels = Arrays.copyOf(labels, labels.length + others.labels.length);
        System.arraycopy(others.labels, 0, allLabels, labels.length, others.labels.length);
        return new JudgedCrystals(allCrystals, allGraphs, allLabels);
    }

    int size() {
        return labels.length;
    }

    /** All of them as one graph. */
    GraphBatch batch() {
        return GraphBatches.of(crystals, graphs);
    }
}
