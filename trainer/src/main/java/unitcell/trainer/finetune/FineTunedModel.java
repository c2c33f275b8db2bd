package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import unitcell.autograd.DropoutStreams;
import unitcell.autograd.Tape;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.JsonObject;
import unitcell.net.GraphBatch;
import unitcell.net.ModelMetadata;
import unitcell.net.ModelWeights;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.TrainerException;
import unitcell.trainer.label.Normaliser;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.run.Checkpoint;

/**
 * A fine-tuned network loaded for use, from a checkpoint whose sums were verified. Averaged weights are taken where
 * training kept an average. Its parameters are constants for every tape, so that predictions keep nothing for gradients;
 * whoever trains it further calls {@code network().store().setTrainable(name -> true)}.
 *
 * <p>Memory convention: owns the network; the device belongs to the caller and must outlive it.
 */
public final class FineTunedModel implements AutoCloseable {
    private final Device device;
    private final PropertyNetwork network;
    private final PropertyFile property;
    private final Checkpoint checkpoint;
    private final boolean averaged;

    private FineTunedModel(
            Device device, PropertyNetwork network, PropertyFile property, Checkpoint checkpoint, boolean averaged) {
        this.device = device;
        this.network = network;
        this.property = property;
        this.checkpoint = checkpoint;
        this.averaged = averaged;
    }

    /**
     * Loads a model.
     *
     * @param path a checkpoint's folder; a fit's folder for the checkpoint with the lowest validation loss; or a
     *     fine-tuning run's folder for the best of its pre-trained fits
     * @param messages receives a line for each checkpoint that was passed over because it is damaged
     * @throws IOException if a file is missing or damaged or does not fit the model
     * @throws TrainerException if there is no checkpoint, or none that is usable, or not one of a fine-tuned network
     */
    public static FineTunedModel open(Path path, Device device, Consumer<String> messages) throws IOException {
        Checkpoint checkpoint = find(path, messages);
        PropertyFile property = PropertyFile.read(checkpoint.file(CheckpointFiles.PROPERTY));
        ModelMetadata metadata = ModelMetadata.read(checkpoint.file(CheckpointFiles.MODEL));
        Path average = checkpoint.file(CheckpointFiles.AVERAGE);
        boolean averaged = Files.isRegularFile(average);
        PropertyNetwork network = new PropertyNetwork(device, DType.F32, metadata, property.readout(), 0);
        try {
            Path weights = averaged ? average : checkpoint.file(CheckpointFiles.WEIGHTS);
            ModelWeights.load(weights, network.store(), network.store().values());
            network.store().setTrainable(name -> false);
            return new FineTunedModel(device, network, property, checkpoint, averaged);
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** The checkpoint that {@link #open} loads. */
    public static Checkpoint find(Path path, Consumer<String> messages) throws IOException {
        Checkpoint checkpoint = FitFolders.checkpoint(path, messages);
        for (String name : new String[] {CheckpointFiles.PROPERTY, CheckpointFiles.MODEL, CheckpointFiles.WEIGHTS}) {
            if (!Files.isRegularFile(checkpoint.file(name))) {
                throw TrainerException.input(checkpoint.directory() + ": holds no " + name
                        + ": not a checkpoint of a fine-tuned network; expected one that ./unitcell finetune wrote");
            }
        }
        return checkpoint;
    }

    /** The network. */
    public PropertyNetwork network() {
        return network;
    }

    /** What it predicts. */
    public Task task() {
        return property.task();
    }

    /** Its outputs to predictions. */
    public Normaliser normaliser() {
        return property.normaliser();
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

    /** Predictions [B, T] in the unit of the labels; of a class, the probability of class 1. */
    public double[][] predict(GraphBatch batch) {
        try (Tape tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE)) {
            return predict(tape, batch);
        }
    }

    /**
     * One pass of Monte-Carlo dropout: predictions with dropout as in training. What is dropped depends on the arguments
     * and on the place of a crystal in its batch.
     *
     * @param seed of the dropout
     * @param pass number of the pass
     */
    public double[][] predictWithDropout(GraphBatch batch, long seed, long pass) {
        try (Tape tape = new Tape(device, DType.F32, Tape.Mode.TRAIN, new DropoutStreams(seed, pass), false)) {
            return predict(tape, batch);
        }
    }

    private double[][] predict(Tape tape, GraphBatch batch) {
        return decode(normaliser(), network.forward(tape, batch).value().toDoubles());
    }

    /** Outputs [B*K] of a network to predictions [B, T]. */
    static double[][] decode(Normaliser normaliser, double[] outputs) {
        int k = normaliser.task().outputs();
        double[][] predictions = new double[outputs.length / k][];
        for (int b = 0; b < predictions.length; b++) {
            predictions[b] = normaliser.decode(Arrays.copyOfRange(outputs, b * k, (b + 1) * k));
        }
        return predictions;
    }

    /** One line for people: where it came from and how large it is. */
    public String line() {
        return "model " + checkpoint.directory() + ": predicts " + task().title() + ", "
                + network.store().count() + " parameters after " + checkpoint.step() + " steps"
                + (averaged ? ", averaged" : "");
    }

    /** The same for programs. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("checkpoint", checkpoint.directory().toString())
                .put("task", task().name())
                .put("step", checkpoint.step())
                .put("averaged", averaged)
                .put("parameters", network.store().count())
                .build();
    }

    @Override
    public void close() {
        network.close();
    }
}
