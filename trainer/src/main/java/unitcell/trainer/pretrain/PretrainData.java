package unitcell.trainer.pretrain;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import unitcell.crystal.Element;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.io.JsonObject;
import unitcell.net.GraphBatches;
import unitcell.net.ModelMetadata;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.BatchBuilder;
import unitcell.trainer.data.BatchPlan;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.DatasetReader;
import unitcell.trainer.data.DatasetReader.Dataset;
import unitcell.trainer.data.EdgeCounts;
import unitcell.trainer.data.Exclusions;
import unitcell.trainer.data.Split;
import unitcell.trainer.data.TrainingBatch;

/**
 * The data of a run: crystals that train and crystals that validate, with their numbers of edges, and how batches are
 * made of them. Immutable, safe for several threads.
 */
public final class PretrainData {
    /** Validation spoils crystals as no epoch of training does. */
    public static final long VALIDATION_EPOCH = 0xFFFFFFFEL;

    private final int[] trainIndices;
    private final int[] validationIndices;
    private final CrystalStore train;
    private final CrystalStore validation;
    private final int[] trainEdges;
    private final NeighborRule rule;
    private final PretrainOptions options;
    private final BatchPlan validationPlan;

    private PretrainData(CrystalStore crystals, int[] train, int[] validation, PretrainOptions options) {
        this.trainIndices = train;
        this.validationIndices = validation;
        this.train = crystals.subset(train);
        this.validation = crystals.subset(validation);
        this.options = options;
        this.rule = GraphBatches.rule(options.model());
        this.trainEdges = EdgeCounts.of(this.train, rule);
        this.validationPlan = BatchPlan.inOrder(EdgeCounts.of(this.validation, rule), options.edgesPerBatch());
    }

    /**
     * Reads what the options name, without what they exclude.
     *
     * @throws IOException if a list of exclusions cannot be read
     * @throws unitcell.crystal.io.InputException if an input names nothing that can be read
     */
    public static Dataset read(PretrainOptions.Data data) throws IOException {
        Exclusions exclusions =
                data.exclude().isPresent() ? Exclusions.read(data.exclude().get()) : Exclusions.NONE;
        return new DatasetReader(data.filter(), exclusions).read(data.inputs());
    }

    /**
     * Splits crystals and measures their graphs.
     *
     * @throws TrainerException if nothing is left to train on
     */
    public static PretrainData of(CrystalStore crystals, PretrainOptions options) {
        Corruption corruption = options.corruption();
        Split split = Split.byComposition(crystals, options.data().validationFraction(), options.seed());
        int[] train = accepted(crystals, split.train(), corruption);
        if (train.length == 0) {
            throw TrainerException.input("no crystals are left to train on: " + crystals.size() + " read, "
                    + split.validation().length + " of them for validation");
        }
        int[] validation = accepted(crystals, split.validation(), corruption);
        return new PretrainData(
                crystals, train, thinned(validation, options.data().validationLimit()), options);
    }

    private static int[] accepted(CrystalStore crystals, int[] indices, Corruption corruption) {
        return Arrays.stream(indices)
                .filter(i -> corruption.accepts(crystals.get(i)))
                .toArray();
    }

    /** At most {@code limit} of the indices, evenly spread. */
    private static int[] thinned(int[] indices, int limit) {
        if (indices.length <= limit) {
            return indices;
        }
        int[] some = new int[limit];
        Arrays.setAll(some, k -> indices[(int) ((long) k * indices.length / limit)]);
        return some;
    }

    public CrystalStore train() {
        return train;
    }

    /** Where the training crystals stand among those that were split. */
    public int[] trainIndices() {
        return trainIndices.clone();
    }

    /** Where the validation crystals stand among those that were split. */
    public int[] validationIndices() {
        return validationIndices.clone();
    }

    public CrystalStore validation() {
        return validation;
    }

    /** The model's configuration with the averages measured on the training crystals, or the reference's. */
    public ModelMetadata metadata() {
        ModelMetadata.Displacement displacement = options.loss().rawDisplacement()
                ? ModelMetadata.Displacement.FRACTIONAL
                : ModelMetadata.Displacement.CARTESIAN;
        if (options.referenceConstants()) {
            return new ModelMetadata(
                    options.model(),
                    ModelMetadata.REFERENCE_AVERAGE_DEGREE,
                    ModelMetadata.REFERENCE_AVERAGE_NODES,
                    displacement);
        }
        double degree = EdgeCounts.averageDegree(trainEdges, train);
        if (degree == 0) {
            throw TrainerException.input("no training crystal has two atoms within the cutoff of "
                    + options.model().maxRadius() + " A: nothing can be learned");
        }
        return new ModelMetadata(options.model(), degree, train.atoms() / (double) train.size(), displacement);
    }

    /** The batches of an epoch: indices into the training crystals. */
    public BatchPlan plan(long epoch) {
        return BatchPlan.of(trainEdges, options.edgesPerBatch(), options.seed(), epoch);
    }

    /** Some training crystals, spoilt as in this batch of this epoch. */
    public TrainingBatch batch(int[] crystals, long epoch, int number) {
        return new BatchBuilder(train, options.corruption(), rule, options.seed()).build(crystals, epoch, number);
    }

    /** The training crystals of the batch that needs the most memory. */
    public int[] largest() {
        return BatchPlan.largest(trainEdges, options.edgesPerBatch());
    }

    /** The batches of a validation: indices into the validation crystals. */
    public BatchPlan validationPlan() {
        return validationPlan;
    }

    /** A batch of a validation, spoilt in the same way every time. */
    public TrainingBatch validationBatch(int number) {
        return new BatchBuilder(validation, options.corruption(), rule, options.seed())
                .build(validationPlan.batches()[number], VALIDATION_EPOCH, number);
    }

    /** Sizes and averages, for people and for {@code config.json}. */
    public JsonObject summary() {
        ModelMetadata metadata = metadata();
        return JsonObject.builder()
                .put("train_crystals", train.size())
                .put("train_atoms", train.atoms())
                .put("train_edges", Arrays.stream(trainEdges).asLongStream().sum())
                .put("validation_crystals", validation.size())
                .put("validation_atoms", validation.atoms())
                .put("batches_in_epoch", plan(0).size())
                .put("avg_degree", metadata.averageDegree())
                .put("avg_num_nodes", metadata.averageNodes())
                .put("fingerprint", fingerprint())
                .build();
    }

    /** How often each element occurs among the training atoms, by symbol; elements that do not occur are left out. */
    public JsonObject trainSpecies() {
        JsonObject.Builder json = JsonObject.builder();
        long[] counts = train.speciesCounts();
        for (int z = 1; z < counts.length; z++) {
            if (counts[z] > 0) {
                json.put(Element.of(z).symbol(), counts[z]);
            }
        }
        return json.build();
    }

    /** Changes with any training or validation crystal. */
    public String fingerprint() {
        return train.fingerprint() + validation.fingerprint();
    }

    /** What validation found, if there are crystals to validate on. */
    Optional<Validation.Result> validate(Trainee trainee, unitcell.engine.Device device) {
        if (validation.size() == 0) {
            return Optional.empty();
        }
        Validation.Result[] result = new Validation.Result[1];
        trainee.learner()
                .withAverage(() -> result[0] = Validation.run(
                        device,
                        trainee.generator(),
                        options.loss(),
                        validationPlan.size(),
                        k -> validationBatch((int) k)));
        return Optional.of(result[0]);
    }
}
