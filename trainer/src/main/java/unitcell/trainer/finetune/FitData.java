package unitcell.trainer.finetune;

import java.util.Arrays;
import java.util.stream.IntStream;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelMetadata;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.BatchPlan;
import unitcell.trainer.label.LabelSplit;
import unitcell.trainer.label.LabelledCrystals;
import unitcell.trainer.label.Normaliser;
import unitcell.trainer.label.Task;

/**
 * The data of the fits of one fold: who trains, validates and tests, and how batches are made of them. Immutable, safe for
 * several threads.
 */
final class FitData {
    private final LabelledCrystals data;
    private final LabelledGraphs graphs;
    private final LabelSplit split;
    private final Normaliser normaliser;
    private final long edgesPerBatch;
    private final int[] trainEdges;

    FitData(LabelledCrystals data, LabelledGraphs graphs, LabelSplit split, long edgesPerBatch) {
        this.data = data;
        this.graphs = graphs;
        this.split = split;
        this.normaliser = Normaliser.fit(data.task(), data.labels(), split.train());
        this.edgesPerBatch = edgesPerBatch;
        this.trainEdges = graphs.edges(split.train());
    }

    Task task() {
        return data.task();
    }

    LabelledCrystals data() {
        return data;
    }

    LabelSplit split() {
        return split;
    }

    Normaliser normaliser() {
        return normaliser;
    }

    /** A configuration with the averages measured on the crystals that train. */
    ModelMetadata measured(EquiformerV2Config config) {
        long edges = IntStream.of(trainEdges).asLongStream().sum();
        long atoms = IntStream.of(split.train())
                .mapToLong(row -> data.crystals().atoms(row))
                .sum();
        if (edges == 0) {
            throw TrainerException.input("no training crystal has two atoms within the cutoff of " + config.maxRadius()
                    + " A: nothing can be learned");
        }
        return new ModelMetadata(
                config,
                edges / (double) atoms,
                atoms / (double) split.train().length,
                ModelMetadata.Displacement.CARTESIAN);
    }

    /** The batches of an epoch, as rows of the data. */
    int[][] epoch(long seed, long epoch) {
        return rows(split.train(), BatchPlan.of(trainEdges, edgesPerBatch, seed, epoch));
    }

    /** Rows in their own order, cut into batches. */
    int[][] inOrder(int[] rows) {
        return rows(rows, BatchPlan.inOrder(graphs.edges(rows), edgesPerBatch));
    }

    /** The batch that needs the most memory. */
    int[] largest() {
        return rows(split.train(), new BatchPlan(new int[][] {BatchPlan.largest(trainEdges, edgesPerBatch)}))[0];
    }

    private static int[][] rows(int[] rows, BatchPlan plan) {
        return Arrays.stream(plan.batches())
                .map(batch -> IntStream.of(batch).map(k -> rows[k]).toArray())
                .toArray(int[][]::new);
    }

    /**
     * Rows with their targets.
     *
     * @param whole number of crystals that the loss takes its mean over
     */
    PropertyBatch batch(PropertyNetwork network, int[] rows, int whole) {
        double[][] targets = IntStream.of(rows)
                .mapToObj(row -> normaliser.encode(data.labels()[row]))
                .toArray(double[][]::new);
        return new PropertyBatch(network, task(), graphs.batch(rows), targets, whole);
    }

    /** Changes with any crystal, label or side of the split. */
    String fingerprint() {
        int labels = Arrays.deepHashCode(data.labels());
        int sides = Arrays.deepHashCode(new int[][] {split.train(), split.validation(), split.test()});
        return String.format("%s-%08x-%08x", data.crystals().fingerprint(), labels, sides);
    }
}
