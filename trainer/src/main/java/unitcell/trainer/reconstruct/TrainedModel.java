package unitcell.trainer.reconstruct;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.net.Generator;
import unitcell.net.ModelMetadata;
import unitcell.net.ModelWeights;
import unitcell.trainer.TrainerException;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.Checkpoints;
import unitcell.trainer.run.Checkpoint;

/**
 * A pre-trained generator loaded for use, from a checkpoint whose sums were verified. Averaged weights are taken where
 * training kept an average.
 *
 * <p>Memory convention: owns the generator; the device belongs to the caller and must outlive it.
 */
public final class TrainedModel implements AutoCloseable {
    private final Device device;
    private final Generator generator;
    private final Checkpoint checkpoint;
    private final boolean averaged;

    private TrainedModel(Device device, Generator generator, Checkpoint checkpoint, boolean averaged) {
        this.device = device;
        this.generator = generator;
        this.checkpoint = checkpoint;
        this.averaged = averaged;
    }

    /**
     * Loads a model.
     *
     * @param path a checkpoint's folder; or a run's folder, or the {@code checkpoints} folder in it, for the checkpoint
     *     with the lowest validation loss, or the newest where none was validated
     * @param messages receives a line for each checkpoint that was passed over because it is damaged
     * @throws IOException if a file is missing or damaged or does not fit the model
     * @throws TrainerException if there is no checkpoint, or none that is usable, or not one of a generator
     */
    public static TrainedModel open(Path path, Device device, Consumer<String> messages) throws IOException {
        Checkpoint checkpoint = Checkpoints.find(path, messages);
        if (Files.isRegularFile(checkpoint.file(CheckpointFiles.PROPERTY))) {
            throw TrainerException.input(checkpoint.directory() + ": holds a fine-tuned network, not a pre-trained"
                    + " generator; expected a checkpoint that ./unitcell pretrain or gan wrote");
        }
        for (String name : new String[] {CheckpointFiles.MODEL, CheckpointFiles.WEIGHTS}) {
            if (!Files.isRegularFile(checkpoint.file(name))) {
                throw TrainerException.input(checkpoint.directory() + ": holds no " + name
                        + ": not a checkpoint of a pre-trained network; expected one that ./unitcell pretrain wrote");
            }
        }
        ModelMetadata metadata = ModelMetadata.read(checkpoint.file(CheckpointFiles.MODEL));
        Path average = checkpoint.file(CheckpointFiles.AVERAGE);
        boolean averaged = Files.isRegularFile(average);
        Generator generator = new Generator(device, DType.F32, metadata, 0);
        try {
            Path weights = averaged ? average : checkpoint.file(CheckpointFiles.WEIGHTS);
            ModelWeights.load(weights, generator.store(), generator.store().values());
            return new TrainedModel(device, generator, checkpoint, averaged);
        } catch (IOException | RuntimeException e) {
            generator.close();
            throw e;
        }
    }

    /** The network. */
    public Generator generator() {
        return generator;
    }

    /** Where it computes. */
    public Device device() {
        return device;
    }

    /** The folder the weights came from. */
    public Path checkpoint() {
        return checkpoint.directory();
    }

    /** Optimiser steps that the weights saw. */
    public long step() {
        return checkpoint.step();
    }

    /** The most frequent species of the training data; empty for checkpoints that do not tell. */
    public Optional<SpeciesBaseline> baseline() throws IOException {
        Optional<Json> counts = checkpoint.state().find(CheckpointFiles.TRAIN_SPECIES);
        return counts.isPresent()
                ? Optional.of(SpeciesBaseline.fromJson(checkpoint.state().getObject(CheckpointFiles.TRAIN_SPECIES)))
                : Optional.empty();
    }

    /** One line for people: where it came from and how large it is. */
    public String line() {
        return "model " + checkpoint.directory() + ": " + generator.store().count() + " parameters after "
                + checkpoint.step() + " steps" + (averaged ? ", averaged" : "");
    }

    /** The same for programs. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("checkpoint", checkpoint.directory().toString())
                .put("step", checkpoint.step())
                .put("averaged", averaged)
                .put("parameters", generator.store().count())
                .build();
    }

    @Override
    public void close() {
        generator.close();
    }
}
