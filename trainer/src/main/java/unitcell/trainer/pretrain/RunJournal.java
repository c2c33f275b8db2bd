package unitcell.trainer.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.learn.StepResult;
import unitcell.trainer.run.MetricsLog;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.TensorBoardWriter;

/**
 * What a run writes down as it goes: {@code metrics.jsonl} with a record of kind {@code train} for every step and of kind
 * {@code validation} for every validation, and a selection of the same as TensorBoard events. Whatever depends on how
 * fast the machine is stands under the key {@code time}; everything else is the same in every run with the same options.
 */
final class RunJournal implements AutoCloseable {
    static final String METRICS = "metrics.jsonl";
    private static final String EVENTS = "tensorboard";
    private static final int EVENT_INTERVAL = 10;
    /** Share of a new step in the rates that are shown. */
    private static final double SMOOTHING = 0.05;

    private final MetricsLog metrics;
    private final TensorBoardWriter events;
    private final Progress progress;
    private double loss = Double.NaN;
    private double secondsPerStep = Double.NaN;
    private double crystals;
    private double atoms;
    private double edges;

    private RunJournal(MetricsLog metrics, TensorBoardWriter events, Progress progress) {
        this.metrics = metrics;
        this.events = events;
        this.progress = progress;
    }

    /**
     * Opens the journal after a step; records past it are dropped.
     *
     * @param step 0 for a fresh run
     */
    static RunJournal open(Path out, long step, Progress progress, Consumer<String> messages) throws IOException {
        MetricsLog metrics = MetricsLog.resume(out.resolve(METRICS), step, messages);
        try {
            TensorBoardWriter events = TensorBoardWriter.open(out.resolve(EVENTS), step, InstantSource.system());
            return new RunJournal(metrics, events, progress);
        } catch (IOException e) {
            metrics.close();
            throw e;
        }
    }

    /**
     * Records a step.
     *
     * @param step number of the step, from 1
     * @param rate learning rate it was done with
     * @param used seconds used so far
     * @param seconds seconds this step took
     * @param done amount for the progress display
     */
    void step(
            long step,
            long epoch,
            StepResult result,
            double rate,
            TrainingBatch batch,
            double used,
            double seconds,
            long done)
            throws IOException {
        metrics.append(JsonObject.builder()
                .put("step", step)
                .put("kind", "train")
                .put("epoch", epoch)
                .putOrNull("loss", result.loss())
                .putOrNull("species", result.losses().get(PretrainBatch.SPECIES))
                .putOrNull("position", result.losses().get(PretrainBatch.POSITION))
                .putOrNull("gradient_norm", result.gradientNorm())
                .put("rate", rate)
                .put("crystals", batch.graph().crystals())
                .put("atoms", batch.graph().nodes())
                .put("edges", batch.graph().edges())
                .put("masked", batch.maskedCount())
                .put(
                        "time",
                        JsonObject.builder()
                                .put("used_s", used)
                                .put("step_s", seconds)
                                .build())
                .build());
        smooth(result.loss(), batch, seconds);
        if (step % EVENT_INTERVAL == 0) {
            Map<String, Double> scalars = new LinkedHashMap<>();
            scalars.put("train/loss", result.loss());
            scalars.put("train/species", result.losses().get(PretrainBatch.SPECIES));
            scalars.put("train/position", result.losses().get(PretrainBatch.POSITION));
            scalars.put("train/gradient_norm", result.gradientNorm());
            scalars.put("train/rate", rate);
            scalars.put("speed/crystals_per_s", crystals / secondsPerStep);
            scalars.put("speed/atoms_per_s", atoms / secondsPerStep);
            scalars.put("speed/edges_per_s", edges / secondsPerStep);
            events.scalars(step, scalars);
        }
        progress.rate(String.format(
                Locale.ROOT,
                "loss %.3f, %.1f crystals/s, %.0f atoms/s, %.0f edges/s",
                loss,
                crystals / secondsPerStep,
                atoms / secondsPerStep,
                edges / secondsPerStep));
        progress.done(done);
    }

    private void smooth(double newLoss, TrainingBatch batch, double seconds) {
        if (Double.isNaN(secondsPerStep)) {
            loss = newLoss;
            secondsPerStep = seconds;
            crystals = batch.graph().crystals();
            atoms = batch.graph().nodes();
            edges = batch.graph().edges();
            return;
        }
        loss += Double.isFinite(newLoss) ? SMOOTHING * (newLoss - loss) : 0;
        secondsPerStep += SMOOTHING * (seconds - secondsPerStep);
        crystals += SMOOTHING * (batch.graph().crystals() - crystals);
        atoms += SMOOTHING * (batch.graph().nodes() - atoms);
        edges += SMOOTHING * (batch.graph().edges() - edges);
    }

    /** Records a validation. */
    void validation(long step, Validation.Result result, double used) throws IOException {
        JsonObject.Builder record = JsonObject.builder().put("step", step).put("kind", "validation");
        Map<String, Double> scalars = new LinkedHashMap<>();
        result.values().forEach((name, value) -> {
            record.putOrNull(name, value);
            scalars.put("validation/" + name, value);
        });
        metrics.append(
                record.put("time", JsonObject.builder().put("used_s", used).build())
                        .build());
        events.scalars(step, scalars);
        progress.note(String.format(
                Locale.ROOT,
                "step %d, validation: loss %.4f, hidden species top-1 %.1f %%, top-5 %.1f %%, position error %.4f A of"
                        + " %.4f A",
                step,
                result.loss(),
                100 * result.top1(),
                100 * result.top5(),
                result.errorAfter(),
                result.errorBefore()));
    }

    /** A line for the user. */
    void note(String line) {
        progress.note(line);
    }

    @Override
    public void close() throws IOException {
        try (metrics;
                events;
                progress) {
            // Closing is all there is to do; each is closed even if another fails.
        }
    }
}
