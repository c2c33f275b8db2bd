package unitcell.trainer.gan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.Sha256Sums;
import unitcell.net.Generator;
import unitcell.net.GraphBatches;
import unitcell.net.ModelMetadata;
import unitcell.net.ModelWeights;
import unitcell.net.PropertyNetwork;
import unitcell.net.Readout;
import unitcell.net.SoftSpecies;
import unitcell.trainer.TrainerException;
import unitcell.trainer.finetune.FineTunedModel;
import unitcell.trainer.gan.DiscriminatorOptions.Start;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.Checkpoints;
import unitcell.trainer.run.Checkpoint;

/**
 * What both networks begin with: a pre-trained generator, with averaged parameters where training kept them, and a
 * discriminator. Found and described when a run is set up; loaded where it begins. A discriminator that was fine-tuned may
 * have other sizes and another cutoff than the generator.
 */
public final class Starts {
    private static final int DIGITS = 16;

    private final Checkpoint checkpoint;
    private final ModelMetadata metadata;
    private final Optional<Checkpoint> classifier;
    private final ModelMetadata judge;
    private final Start start;

    private Starts(
            Checkpoint checkpoint,
            ModelMetadata metadata,
            Optional<Checkpoint> classifier,
            ModelMetadata judge,
            Start start) {
        this.checkpoint = checkpoint;
        this.metadata = metadata;
        this.classifier = classifier;
        this.judge = judge;
        this.start = start;
    }

    /**
     * Finds both.
     *
     * @param generator a checkpoint or a run, as {@link Checkpoints#find} takes it
     * @param messages receives a line for each checkpoint that was passed over because it is damaged
     * @throws TrainerException if one of them is not there, or not fit for its part
     */
    public static Starts find(Path generator, Start start, Consumer<String> messages) throws IOException {
        Checkpoint checkpoint = Checkpoints.find(generator, messages);
        for (String name : new String[] {CheckpointFiles.MODEL, CheckpointFiles.WEIGHTS}) {
            if (!Files.isRegularFile(checkpoint.file(name))) {
                throw TrainerException.input(checkpoint.directory() + ": holds no " + name
                        + ": not a checkpoint of a pre-trained network; expected one that ./unitcell pretrain wrote");
            }
        }
        ModelMetadata metadata = ModelMetadata.read(checkpoint.file(CheckpointFiles.MODEL));
        Optional<Checkpoint> classifier = start instanceof Start.Trained trained
                ? Optional.of(FineTunedModel.find(trained.path(), messages))
                : Optional.empty();
        Checkpoint judgeFrom = classifier.orElse(checkpoint);
        ModelMetadata judge = ModelMetadata.read(judgeFrom.file(CheckpointFiles.MODEL));
        requireAllSpecies(judge, judgeFrom.directory());
        return new Starts(checkpoint, metadata, classifier, judge, start);
    }

    /** What a generator completes may be of any element. */
    private static void requireAllSpecies(ModelMetadata model, Path place) {
        int rows = model.config().maxNumElements();
        if (rows != SoftSpecies.SPECIES) {
            throw TrainerException.input(place + ": species tables of " + rows + " rows (max_num_elements), expected "
                    + SoftSpecies.SPECIES + ", for the mask and every element that a generator may choose");
        }
    }

    /** The file of a checkpoint that a start takes: averaged parameters where there are some. */
    private static String weights(Checkpoint checkpoint) {
        return Files.isRegularFile(checkpoint.file(CheckpointFiles.AVERAGE))
                ? CheckpointFiles.AVERAGE
                : CheckpointFiles.WEIGHTS;
    }

    /** Sizes and constants of the generator. */
    public ModelMetadata metadata() {
        return metadata;
    }

    /** Which atoms the discriminator takes for neighbours. */
    public NeighborRule judged() {
        return GraphBatches.rule(judge.config());
    }

    /** One line for people. */
    public String line() {
        return "generator " + described(checkpoint) + "; discriminator "
                + classifier.map(Starts::described).orElseGet(this::word);
    }

    private static String described(Checkpoint from) {
        return from.directory() + " after " + from.step() + " steps"
                + (weights(from).equals(CheckpointFiles.AVERAGE) ? ", averaged" : "");
    }

    private String word() {
        return start instanceof Start.Fresh ? "fresh" : "with the generator's backbone";
    }

    /** Digests of what the parameters come from: a run that goes on must have begun with the same. */
    JsonObject toJson() throws IOException {
        return JsonObject.builder()
                .put("generator", digest(checkpoint))
                .put("discriminator", classifier.isPresent() ? digest(classifier.get()) : word())
                .build();
    }

    private static String digest(Checkpoint from) throws IOException {
        return Sha256Sums.of(from.file(weights(from))).substring(0, DIGITS);
    }

    /**
     * Loads both.
     *
     * @param messages receives lines for the user
     */
    Players players(GanOptions options, Device device, Consumer<String> messages) throws IOException {
        long seed = options.pretrain().seed();
        Generator generator = new Generator(device, DType.F32, metadata, seed);
        PropertyNetwork discriminator = null;
        try {
            ModelWeights.load(
                    checkpoint.file(weights(checkpoint)),
                    generator.store(),
                    generator.store().values());
            discriminator = discriminator(generator, device, seed, messages);
            return new Players(generator, discriminator, options, messages);
        } catch (IOException | RuntimeException e) {
            generator.close();
            if (discriminator != null) {
                discriminator.close();
            }
            throw e;
        }
    }

    private PropertyNetwork discriminator(Generator generator, Device device, long seed, Consumer<String> messages)
            throws IOException {
        if (classifier.isPresent()) {
            try (FineTunedModel model = FineTunedModel.open(classifier.get().directory(), device, messages)) {
                return trained(model, device);
            }
        }
        PropertyNetwork network = new PropertyNetwork(device, DType.F32, judge, Readout.mean(2), seed);
        if (start instanceof Start.Backbone) {
            copyBackbone(generator.store(), network.store());
        }
        return network;
    }

    private static PropertyNetwork trained(FineTunedModel model, Device device) {
        if (model.task().kind() != Task.Kind.CLASSIFICATION) {
            throw TrainerException.input(
                    model.checkpoint() + ": predicts " + model.task().title()
                            + ", expected a classifier with two classes, as ./unitcell finetune --task stability"
                            + " makes");
        }
        PropertyNetwork known = model.network();
        PropertyNetwork network = new PropertyNetwork(device, DType.F32, known.metadata(), known.readout(), 0);
        network.store().values().copyFrom(known.store().values());
        return network;
    }

    /** Everything but the heads. */
    static void copyBackbone(ParameterStore from, ParameterStore to) {
        for (Parameter p : to.parameters()) {
            if (!p.name().startsWith(Generator.SPECIES_HEAD + ".")) {
                to.get(p.name()).value().copyFrom(from.get(p.name()).value());
            }
        }
    }
}
