package unitcell.trainer.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.optim.AdamW;
import unitcell.autograd.optim.ExponentialMovingAverage;
import unitcell.autograd.optim.GradientGuard;
import unitcell.autograd.optim.GradientGuard.Verdict;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.SafeTensorsWriter;
import unitcell.net.Generator;
import unitcell.net.ModelMetadata;
import unitcell.net.ModelWeights;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.pretrain.BatchGradients.Losses;

/**
 * The network together with everything else that a step changes: moments, average, guard counters, and whether batches
 * are computed in halves. What {@link #write}
 * stores and {@link #read} restores is all of it, bit for bit.
 *
 * <p>Memory convention: owns the generator, in whose parameter store moments and average live too.
 */
final class Trainee implements AutoCloseable {
    private static final String MOMENTS_FILE = "optimizer.safetensors";
    private static final String FIRST = "exp_avg.";
    private static final String SECOND = "exp_avg_sq.";
    private static final String IN_HALVES = "in_halves";

    private final Generator generator;
    private final BatchGradients gradients;
    private final AdamW optimiser;
    private final ExponentialMovingAverage average;
    private final GradientGuard guard;
    private final OptimiserOptions options;

    /**
     * What one step did.
     *
     * @param loss what was minimised, on this batch, before the update
     * @param species mean negative log-likelihood of the true species
     * @param position weighted mean squared error of the fractional noise
     * @param verdict whether the update was applied, with the gradient's norm before clipping
     */
    record StepResult(double loss, double species, double position, Verdict verdict) {
        /** Global norm of the gradient before clipping. */
        double gradientNorm() {
            return switch (verdict) {
                case Verdict.Apply v -> v.norm();
                case Verdict.Skip v -> v.norm();
                case Verdict.Stop v -> v.norm();
            };
        }
    }

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
        this.gradients = new BatchGradients(device, generator, loss, messages);
        ParameterStore store = generator.store();
        this.optimiser = new AdamW(store, options.adam());
        this.average = options.averageDecay() > 0 ? new ExponentialMovingAverage(store, options.averageDecay()) : null;
        this.guard = new GradientGuard(store, options.clipNorm(), options.patience());
        this.options = options;
    }

    Generator generator() {
        return generator;
    }

    GradientGuard guard() {
        return guard;
    }

    /**
     * One optimiser step.
     *
     * @param seed of dropout, together with {@code step}
     * @param step number of the step, from 0
     * @param rateFactor multiple of the base learning rate
     * @throws unitcell.autograd.NonFiniteException at the first operation with a result that is not finite, where
     *     {@code detectAnomaly}
     * @throws unitcell.engine.memory.MemoryException if not even half of the batch fits into the device's memory
     */
    StepResult step(TrainingBatch batch, long seed, long step, double rateFactor, boolean detectAnomaly) {
        Losses losses = gradients.compute(batch, new BatchGradients.Setting(seed, step, detectAnomaly));
        Verdict verdict = guard.inspect(losses.total());
        if (verdict instanceof Verdict.Apply apply) {
            optimiser.step(options.rate() * rateFactor, apply.scale());
            if (average != null) {
                average.update(optimiser.steps());
            }
        }
        return new StepResult(losses.total(), losses.species(), losses.position(), verdict);
    }

    /** Runs {@code body} with averaged parameters, where there is an average; otherwise with the parameters as they are. */
    void withAverage(Runnable body) {
        if (average == null) {
            body.run();
        } else {
            average.with(body);
        }
    }

    /** Writes weights, average, moments and the model's description into an empty directory. */
    JsonObject write(Path place) throws IOException {
        ParameterStore store = generator.store();
        generator.metadata().write(place.resolve(CheckpointFiles.MODEL));
        write(place.resolve(CheckpointFiles.WEIGHTS), Map.of("", store.values()));
        if (average != null) {
            write(place.resolve(CheckpointFiles.AVERAGE), Map.of("", average.average()));
        }
        write(place.resolve(MOMENTS_FILE), moments());
        return JsonObject.builder()
                .put("updates", optimiser.steps())
                .put("skipped", guard.skipped())
                .put("skipped_in_a_row", guard.consecutive())
                .put(IN_HALVES, gradients.inHalves())
                .build();
    }

    private void write(Path file, Map<String, Tensor> arenas) throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        arenas.forEach((prefix, arena) -> ModelWeights.add(writer, generator.store(), arena, prefix));
        writer.writeNew(file);
    }

    private Map<String, Tensor> moments() {
        Map<String, Tensor> moments = new LinkedHashMap<>();
        moments.put(FIRST, optimiser.firstMoment());
        moments.put(SECOND, optimiser.secondMoment());
        return moments;
    }

    /**
     * Restores what {@link #write} stored.
     *
     * @param state what that returned
     */
    void read(Path place, JsonObject state) throws IOException {
        ParameterStore store = generator.store();
        ModelWeights.load(place.resolve(CheckpointFiles.WEIGHTS), store, store.values());
        if (average != null) {
            ModelWeights.load(place.resolve(CheckpointFiles.AVERAGE), store, average.average());
        }
        ModelWeights.load(place.resolve(MOMENTS_FILE), store, moments());
        restore(state);
    }

    private void restore(JsonObject state) throws JsonException {
        optimiser.setSteps(state.getLong("updates"));
        guard.restore(state.getLong("skipped"), state.getInt("skipped_in_a_row"));
        gradients.setInHalves(state.getBoolean(IN_HALVES, false));
    }

    @Override
    public void close() {
        generator.close();
    }
}
