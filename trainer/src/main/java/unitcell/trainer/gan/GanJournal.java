package unitcell.trainer.gan;

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
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.pretrain.Validation;
import unitcell.trainer.run.MetricsLog;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.TensorBoardWriter;

/**
 * What an adversarial run writes down as it goes: {@code metrics.jsonl} with a record of kind {@code train} for every
 * step of the generator, {@code discriminator} for every step of the discriminator and {@code validation} for every
 * validation, and a selection of the same as TensorBoard events. Whatever depends on how fast the machine is stands under
 * the key {@code time}; everything else is the same in every run with the same options.
 */
final class GanJournal implements AutoCloseable {
    private static final int EVENT_INTERVAL = 10;
    /** Share of a new step in the rates that are shown. */
    private static final double SMOOTHING = 0.05;

    private final MetricsLog metrics;
    private final TensorBoardWriter events;
    private final Progress progress;
    private double loss = Double.NaN;
    private double calledReal = Double.NaN;
    private double edgesPerSecond = Double.NaN;

    private GanJournal(MetricsLog metrics, TensorBoardWriter events, Progress progress) {
        this.metrics = metrics;
        this.events = events;
        this.progress = progress;
    }

    /**
     * Opens the journal after a step; records past it are dropped.
     *
     * @param step 0 for a fresh run
     */
    static GanJournal open(Path out, long step, Progress progress, Consumer<String> messages) throws IOException {
        MetricsLog metrics = MetricsLog.resume(out.resolve(PretrainRun.METRICS), step, messages);
        try {
            TensorBoardWriter events = TensorBoardWriter.open(out.resolve("tensorboard"), step, InstantSource.system());
            return new GanJournal(metrics, events, progress);
        } catch (IOException e) {
            metrics.close();
            throw e;
        }
    }

    /**
     * When a step was done and how long it took.
     *
     * @param step number of the step, from 1
     * @param epoch pass over the data
     * @param factor multiple of both base learning rates
     * @param used seconds used so far
     * @param seconds seconds this step took
     * @param done amount for the progress display
     */
    record When(long step, long epoch, double factor, double used, double seconds, long done) {}

    /** Records a step of the generator, and of the discriminator where it learned. */
    void step(When when, Players.Step result, TrainingBatch batch, GanOptions options) throws IOException {
        StepResult own = result.generator();
        double rate = options.pretrain().optimiser().rate() * when.factor();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", own.loss());
        values.put("species", own.losses().get(GeneratorBatch.SPECIES));
        values.put("position", own.losses().get(GeneratorBatch.POSITION));
        values.put("adversarial", own.losses().get(GeneratorBatch.ADVERSARIAL));
        values.put("called_real", own.losses().get(GeneratorBatch.CALLED_REAL));
        values.put("gradient_norm", own.gradientNorm());
        JsonObject.Builder record = JsonObject.builder()
                .put("step", when.step())
                .put("kind", "train")
                .put("epoch", when.epoch());
        values.forEach(record::putOrNull);
        metrics.append(record.put("rate", rate)
                .put("crystals", batch.graph().crystals())
                .put("atoms", batch.graph().nodes())
                .put("edges", batch.graph().edges())
                .put("masked", batch.maskedCount())
                .put(
                        "time",
                        JsonObject.builder()
                                .put("used_s", when.used())
                                .put("step_s", when.seconds())
                                .build())
                .build());
        if (when.step() % EVENT_INTERVAL == 0) {
            values.put("rate", rate);
            events("train", when.step(), values);
        }
        if (result.discriminator().isPresent()) {
            discriminator(when, result, options);
        }
        show(when, values, batch);
    }

    private void discriminator(When when, Players.Step result, GanOptions options) throws IOException {
        StepResult judged = result.discriminator().orElseThrow();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", judged.loss());
        values.putAll(result.contest().orElseThrow().values());
        values.put("gradient_norm", judged.gradientNorm());
        JsonObject.Builder record =
                JsonObject.builder().put("step", when.step()).put("kind", "discriminator");
        values.forEach(record::putOrNull);
        metrics.append(record.put("rate", options.discriminator().optimiser().rate() * when.factor())
                .build());
        events("discriminator", when.step(), values);
    }

    private void events(String group, long step, Map<String, Double> values) throws IOException {
        Map<String, Double> scalars = new LinkedHashMap<>();
        values.forEach((name, value) -> scalars.put(group + "/" + name, value));
        events.scalars(step, scalars);
    }

    private void show(When when, Map<String, Double> values, TrainingBatch batch) {
        loss = smoothed(loss, values.get("loss"));
        calledReal = smoothed(calledReal, values.get("called_real"));
        edgesPerSecond = smoothed(edgesPerSecond, batch.graph().edges() / when.seconds());
        progress.rate(String.format(
                Locale.ROOT,
                "loss %.3f, %.0f %% of fakes called real, %.0f edges/s",
                loss,
                100 * calledReal,
                edgesPerSecond));
        progress.done(when.done());
    }

    private static double smoothed(double before, double now) {
        if (Double.isNaN(before)) {
            return now;
        }
        return before + (Double.isFinite(now) ? SMOOTHING * (now - before) : 0);
    }

    /** Records a validation. */
    void validation(long step, GanValidation.Result result, double used) throws IOException {
        JsonObject.Builder record = JsonObject.builder().put("step", step).put("kind", "validation");
        result.values().forEach(record::putOrNull);
        metrics.append(
                record.put("time", JsonObject.builder().put("used_s", used).build())
                        .build());
        events("validation", step, result.values());
        Validation.Result own = result.completion();
        Contest contest = result.contest();
        progress.note(String.format(
                Locale.ROOT,
                "step %d, validation: loss %.4f, hidden species top-1 %.1f %%, top-5 %.1f %%, position error %.4f A of"
                        + " %.4f A; discriminator right about %.1f %% of real and %.1f %% of fake crystals, mean scores"
                        + " %.3f and %.3f",
                step,
                own.loss(),
                100 * own.top1(),
                100 * own.top5(),
                own.errorAfter(),
                own.errorBefore(),
                100 * contest.accuracyReal(),
                100 * contest.accuracyFake(),
                contest.scoreReal(),
                contest.scoreFake()));
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
