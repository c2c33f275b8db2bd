package unitcell.trainer.learn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.optim.AdamW;
import unitcell.autograd.optim.ExponentialMovingAverage;
import unitcell.autograd.optim.GradientGuard;
import unitcell.autograd.optim.GradientGuard.Verdict;
import unitcell.engine.Tensor;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.SafeTensorsWriter;
import unitcell.net.ModelWeights;

/**
 * Parameters together with everything else that a step changes: moments, average, guard counters, and whether batches are
 * computed in halves. What {@link #write} stores and {@link #read} restores is all of it, bit for bit.
 *
 * <p>Memory convention: moments and average live in the parameter store, which belongs to whoever made it.
 */
public final class Learner {
    private static final String FIRST = "exp_avg.";
    private static final String SECOND = "exp_avg_sq.";
    private static final String IN_HALVES = "in_halves";

    private final ParameterStore store;
    private final BatchGradients gradients;
    private final AdamW optimiser;
    private final ExponentialMovingAverage average;
    private final GradientGuard guard;
    private final OptimiserOptions options;

    /**
     * @param optimiser over the same store
     * @param messages receives a line when memory makes steps change
     */
    public Learner(ParameterStore store, AdamW optimiser, OptimiserOptions options, Consumer<String> messages) {
        this.store = store;
        this.gradients = new BatchGradients(store, messages);
        this.optimiser = optimiser;
        this.average = options.averageDecay() > 0 ? new ExponentialMovingAverage(store, options.averageDecay()) : null;
        this.guard = new GradientGuard(store, options.clipNorm(), options.patience());
        this.options = options;
    }

    /** Judges steps. */
    public GradientGuard guard() {
        return guard;
    }

    /** Whether the parameters are averaged. */
    public boolean averages() {
        return average != null;
    }

    /**
     * One optimiser step.
     *
     * @param setting what dropout depends on: the seed, and the number of the step, from 0
     * @param rateFactor multiple of the base learning rate
     * @throws unitcell.autograd.NonFiniteException at the first operation with a result that is not finite, where
     *     anomalies are to be detected
     * @throws unitcell.engine.memory.MemoryException if not even half of the batch fits into the device's memory
     */
    public StepResult step(LossBatch batch, BatchGradients.Setting setting, double rateFactor) {
        double[] losses = gradients.compute(batch, setting);
        Verdict verdict = guard.inspect(losses[0]);
        if (verdict instanceof Verdict.Apply apply) {
            optimiser.step(options.rate() * rateFactor, apply.scale());
            if (average != null) {
                average.update(optimiser.steps());
            }
        }
        return new StepResult(Arrays.stream(losses).boxed().toList(), verdict);
    }

    /** Runs {@code body} with averaged parameters, where there is an average; otherwise with the parameters as they are. */
    public void withAverage(Runnable body) {
        if (average == null) {
            body.run();
        } else {
            average.with(body);
        }
    }

    /**
     * Writes weights, average and moments into a checkpoint.
     *
     * @param place the checkpoint's folder
     * @param prefix begins the names of the files: empty, or a word for each of several networks
     * @return counters, for {@link #read}
     */
    public JsonObject write(Path place, String prefix) throws IOException {
        write(place.resolve(prefix + CheckpointFiles.WEIGHTS), Map.of("", store.values()));
        if (average != null) {
            write(place.resolve(prefix + CheckpointFiles.AVERAGE), Map.of("", average.average()));
        }
        write(place.resolve(prefix + CheckpointFiles.MOMENTS), moments());
        return JsonObject.builder()
                .put("updates", optimiser.steps())
                .put("skipped", guard.skipped())
                .put("skipped_in_a_row", guard.consecutive())
                .put(IN_HALVES, gradients.inHalves())
                .build();
    }

    private void write(Path file, Map<String, Tensor> arenas) throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        arenas.forEach((name, arena) -> ModelWeights.add(writer, store, arena, name));
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
    public void read(Path place, String prefix, JsonObject state) throws IOException {
        ModelWeights.load(place.resolve(prefix + CheckpointFiles.WEIGHTS), store, store.values());
        if (average != null) {
            ModelWeights.load(place.resolve(prefix + CheckpointFiles.AVERAGE), store, average.average());
        }
        ModelWeights.load(place.resolve(prefix + CheckpointFiles.MOMENTS), store, moments());
        restore(state);
    }

    private void restore(JsonObject state) throws JsonException {
        optimiser.setSteps(state.getLong("updates"));
        guard.restore(state.getLong("skipped"), state.getInt("skipped_in_a_row"));
        gradients.setInHalves(state.getBoolean(IN_HALVES, false));
    }
}
