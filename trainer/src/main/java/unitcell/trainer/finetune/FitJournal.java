package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import unitcell.engine.io.JsonObject;
import unitcell.net.GraphBatch;
import unitcell.trainer.label.Metric;
import unitcell.trainer.learn.StepResult;
import unitcell.trainer.run.MetricsLog;

/**
 * What a fit writes down as it goes: {@code metrics.jsonl} with a record of kind {@code train} for every step and of kind
 * {@code validation} for every validation; and its share of the run's progress display. Whatever depends on how fast the
 * machine is stands under the key {@code time}; everything else is the same in every run with the same options.
 */
final class FitJournal implements AutoCloseable {
    private static final String METRICS = "metrics.jsonl";
    /** Share of a new step in the loss that is shown. */
    private static final double SMOOTHING = 0.05;

    private final FitName name;
    private final MetricsLog metrics;
    private final FitProgress progress;
    private double loss = Double.NaN;
    private String validated = "";

    private FitJournal(FitName name, MetricsLog metrics, FitProgress progress) {
        this.name = name;
        this.metrics = metrics;
        this.progress = progress;
    }

    /** Opens the journal after a step; records past it are dropped. */
    static FitJournal open(FitName name, Path folder, long step, FitProgress progress, Consumer<String> messages)
            throws IOException {
        return new FitJournal(name, MetricsLog.resume(folder.resolve(METRICS), step, messages), progress);
    }

    /**
     * Records a step.
     *
     * @param step number of the step, from 1
     * @param rate learning rate it was done with
     * @param used seconds used so far
     * @param seconds seconds this step took
     */
    void step(long step, long epoch, StepResult result, double rate, GraphBatch batch, double used, double seconds)
            throws IOException {
        metrics.append(JsonObject.builder()
                .put("step", step)
                .put("kind", "train")
                .put("epoch", epoch)
                .putOrNull("loss", result.loss())
                .putOrNull("gradient_norm", result.gradientNorm())
                .put("rate", rate)
                .put("crystals", batch.crystals())
                .put("atoms", batch.nodes())
                .put("edges", batch.edges())
                .put(
                        "time",
                        JsonObject.builder()
                                .put("used_s", used)
                                .put("step_s", seconds)
                                .build())
                .build());
        if (Double.isNaN(loss)) {
            loss = result.loss();
        } else if (Double.isFinite(result.loss())) {
            loss += SMOOTHING * (result.loss() - loss);
        }
        progress.step(step, used, String.format(Locale.ROOT, "%s: loss %.4f%s", name, loss, validated));
    }

    /**
     * Records a validation.
     *
     * @param values metrics by name
     * @param main the one to show
     */
    void validation(long step, double validationLoss, Map<String, Double> values, Metric main, double used)
            throws IOException {
        JsonObject.Builder record =
                JsonObject.builder().put("step", step).put("kind", "validation").putOrNull("loss", validationLoss);
        values.forEach(record::putOrNull);
        metrics.append(
                record.put("time", JsonObject.builder().put("used_s", used).build())
                        .build());
        validated = String.format(Locale.ROOT, ", validation %s %.4f", main.name(), values.get(main.name()));
    }

    /** A line for the user. */
    void note(String line) {
        progress.note(name + ": " + line);
    }

    @Override
    public void close() throws IOException {
        metrics.close();
    }
}
