package unitcell.trainer.reconstruct;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.Sha256Sums;
import unitcell.net.Generator;
import unitcell.net.ModelMetadata;
import unitcell.net.ModelWeights;
import unitcell.trainer.TrainerException;
import unitcell.trainer.pretrain.CheckpointFiles;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;

/**
 * A pre-trained generator loaded for use, from a checkpoint whose sums were verified. Averaged weights are taken where
 * training kept an average.
 *
 * <p>Memory convention: owns the generator; the device belongs to the caller and must outlive it.
 */
public final class TrainedModel implements AutoCloseable {
    private static final String CHECKPOINT_NAME = "ckpt-";

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
        Checkpoint checkpoint = find(path, messages);
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

    private static Checkpoint find(Path path, Consumer<String> messages) throws IOException {
        if (!Files.isDirectory(path)) {
            throw TrainerException.input("no checkpoint at " + path + ": "
                    + (Files.exists(path) ? "not a folder" : "no such folder")
                    + "; expected a checkpoint's folder (checkpoints/ckpt-...) or a run's");
        }
        if (isCheckpoint(path)) {
            return CheckpointStore.read(path);
        }
        Path inRun = path.resolve(PretrainRun.CHECKPOINTS);
        Path folder = Files.isDirectory(inRun) ? inRun : path;
        Set<String> damage = new LinkedHashSet<>(); // a set, because best and latest meet the same ones
        try (CheckpointStore store = CheckpointStore.readOnly(folder, damage::add)) {
            Optional<Checkpoint> best = store.best();
            Optional<Checkpoint> found = best.isPresent() ? best : store.latest();
            damage.forEach(messages);
            return found.orElseThrow(() -> TrainerException.input(
                    damage.isEmpty()
                            ? path + ": holds no checkpoint; expected a checkpoint's folder (with "
                                    + Sha256Sums.FILE_NAME + ") or a run's (with " + PretrainRun.CHECKPOINTS + "/)"
                            : path + ": none of its checkpoints is usable; give another run or checkpoint"));
        }
    }

    private static boolean isCheckpoint(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name != null && name.toString().startsWith(CHECKPOINT_NAME)
                || Files.exists(path.resolve(Sha256Sums.FILE_NAME))
                || Files.exists(path.resolve(CheckpointFiles.MODEL));
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
