package unitcell.trainer.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.JsonObject;
import unitcell.net.Generator;
import unitcell.net.ModelMetadata;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.learn.BatchGradients;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.Learner;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.learn.StepResult;

/**
 * The generator that is trained, with all that a step changes.
 *
 * <p>Memory convention: owns the generator, in whose parameter store moments and average live too.
 */
final class Trainee implements AutoCloseable {
    private final Generator generator;
    private final Learner learner;
    private final PretrainLoss.Settings loss;

    /**
     * @param seed of the parameters' start
     * @param messages receives a line when memory makes steps change
     */
    Trainee(
            Device device,
            ModelMetadata metadata,
            OptimiserOptions options,
            PretrainLoss.Settings loss,
            long seed,
            Consumer<String> messages) {
        this.generator = new Generator(device, DType.F32, metadata, seed);
        this.learner = new Learner(generator.store(), new AdamW(generator.store(), options.adam()), options, messages);
        this.loss = loss;
    }

    Generator generator() {
        return generator;
    }

    Learner learner() {
        return learner;
    }

    /** One optimiser step; see {@link Learner#step}. */
    StepResult step(TrainingBatch batch, long seed, long step, double rateFactor, boolean detectAnomaly) {
        return learner.step(
                PretrainBatch.of(generator, batch, loss),
                new BatchGradients.Setting(seed, step, detectAnomaly),
                rateFactor);
    }

    /** Writes weights, average, moments and the model's description into an empty directory. */
    JsonObject write(Path place) throws IOException {
        generator.metadata().write(place.resolve(CheckpointFiles.MODEL));
        return learner.write(place, "");
    }

    /**
     * Restores what {@link #write} stored.
     *
     * @param state what that returned
     */
    void read(Path place, JsonObject state) throws IOException {
        learner.read(place, "", state);
    }

    @Override
    public void close() {
        generator.close();
    }
}
