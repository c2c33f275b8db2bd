package unitcell.trainer.gan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.BatchPlan;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.InstanceNoise;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.pretrain.PretrainData;

/**
 * The data of a game: crystals as pre-training spoils them, and the same crystals as they are, with what the
 * discriminator should take them for. Immutable, safe for several threads.
 */
public final class GanData {
    private final PretrainData pretrain;
    private final InstanceNoise noise;
    private final NeighborRule rule;
    private final long seed;
    private final double[] trainLabels; // [training crystals]
    private final double[] validationLabels; // [validation crystals]

    private GanData(PretrainData pretrain, GanOptions options, NeighborRule rule, double[] labels) {
        this.pretrain = pretrain;
        this.noise = options.discriminator().noise();
        this.rule = rule;
        this.seed = options.pretrain().seed();
        this.trainLabels = at(labels, pretrain.trainIndices());
        this.validationLabels = at(labels, pretrain.validationIndices());
    }

    private static double[] at(double[] labels, int[] indices) {
        double[] out = new double[indices.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = labels[indices[i]];
        }
        return out;
    }

    /**
     * Splits crystals and measures their graphs.
     *
     * @param rule which atoms are neighbours to the discriminator
     * @param labels 1 for crystals that the discriminator should take for real, 0 for those that count as fakes, [crystals]
     * @throws unitcell.trainer.TrainerException if nothing is left to train on
     */
    public static GanData of(CrystalStore crystals, double[] labels, NeighborRule rule, GanOptions options) {
        if (labels.length != crystals.size()) {
            throw new IllegalArgumentException(labels.length + " labels for " + crystals.size() + " crystals");
        }
        return new GanData(PretrainData.of(crystals, options.pretrain()), options, rule, labels);
    }

    /** The crystals and how they are spoilt. */
    public PretrainData pretrain() {
        return pretrain;
    }

    /** Some training crystals as in this batch of this epoch. */
    GanBatch batch(int[] crystals, long epoch, int number, boolean withReal) {
        TrainingBatch spoilt = pretrain.batch(crystals, epoch, number);
        return new GanBatch(
                spoilt,
                withReal ? Optional.of(real(pretrain.train(), trainLabels, crystals, epoch)) : Optional.empty());
    }

    /** The batches of an epoch. */
    BatchPlan plan(long epoch) {
        return pretrain.plan(epoch);
    }

    /** The batch that needs the most memory. */
    GanBatch largestBatch() {
        return batch(pretrain.largest(), 0, 0, true);
    }

    int validationBatches() {
        return pretrain.validationPlan().size();
    }

    /** A batch of a validation, the same every time. */
    GanBatch validationBatch(int number) {
        int[] crystals = pretrain.validationPlan().batches()[number];
        return new GanBatch(
                pretrain.validationBatch(number),
                Optional.of(real(pretrain.validation(), validationLabels, crystals, PretrainData.VALIDATION_EPOCH)));
    }

    private JudgedCrystals real(CrystalStore store, double[] labels, int[] indices, long epoch) {
        List<Crystal> crystals = new ArrayList<>(indices.length);
        List<NeighborGraph> graphs = new ArrayList<>(indices.length);
        for (int index : indices) {
            Crystal crystal = noise.apply(store.get(index), seed, epoch);
            crystals.add(crystal);
            graphs.add(NeighborGraph.of(crystal, rule));
        }
        return new JudgedCrystals(crystals, graphs, at(labels, indices));
    }

    /** Sizes, for people and for {@code config.json}. */
    public JsonObject summary() {
        JsonObject.Builder json = JsonObject.builder();
        pretrain.summary().members().forEach(json::put);
        return json.put("train_counted_as_fake", fakes(trainLabels))
                .put("validation_counted_as_fake", fakes(validationLabels))
                .build();
    }

    private static long fakes(double[] labels) {
        return Arrays.stream(labels).filter(y -> y == 0).count();
    }

    /** Changes with any crystal, and with any label. */
    String fingerprint() {
        int labels = 31 * Arrays.hashCode(trainLabels) + Arrays.hashCode(validationLabels);
        return pretrain.fingerprint() + String.format("%08x", labels);
    }
}
