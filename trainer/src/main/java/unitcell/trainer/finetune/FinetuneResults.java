package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.finetune.FitName.Init;
import unitcell.trainer.label.Interval;
import unitcell.trainer.label.LabelledCrystals;
import unitcell.trainer.label.Metric;
import unitcell.trainer.label.Task;
import unitcell.trainer.label.TaskMetrics;

/**
 * The fits of a run side by side, on the crystals that test: {@code results.json}, {@code predictions.csv}, and tables for
 * people.
 *
 * <p>{@code results.json}: {@code task}, {@code unit}, {@code main_metric}, {@code complete}; {@code rows}, one for each
 * fit and dummy, with its metrics, their 95 % intervals over resampled test rows, and the same by crystal system;
 * {@code summary}, for each start and metric the mean over fits with its sample standard deviation and 95 % interval by
 * Student's t; {@code data}, rows used and rows left out by reason. A number that does not exist is null.
 */
public final class FinetuneResults {
    /** Name of the results' file. */
    public static final String RESULTS = "results.json";

    /** Name of the predictions' file. */
    public static final String PREDICTIONS = "predictions.csv";

    private static final int RESAMPLES = 1000;
    private static final double LEVEL = 0.95;

    /** Starts in the order in which they are listed. */
    private static final List<Init> INITS = List.of(Init.DUMMY, Init.SCRATCH, Init.PRETRAINED);

    private final LabelledCrystals data;
    private final Map<String, Integer> skipped;
    private final TaskMetrics metrics;
    private final List<Row> rows = new ArrayList<>();

    /** A fit with what was computed of it. */
    private record Row(
            FitResult fit,
            Map<String, Double> metrics,
            Map<String, Interval> intervals,
            Map<CrystalSystem, TaskMetrics.Part> systems) {}

    FinetuneResults(LabelledCrystals data, Map<String, Integer> skipped) {
        this.data = data;
        this.skipped = skipped;
        this.metrics = new TaskMetrics(data.task());
    }

    /** The labels of the rows that a fit predicts. */
    static double[][] truth(LabelledCrystals data, FitResult fit) {
        return IntStream.of(fit.rows()).mapToObj(row -> data.labels()[row]).toArray(double[][]::new);
    }

    void add(FitResult fit) {
        double[][] truth = truth(data, fit);
        CrystalSystem[] systems =
                IntStream.of(fit.rows()).mapToObj(row -> data.systems()[row]).toArray(CrystalSystem[]::new);
        rows.add(new Row(
                fit,
                metrics.of(truth, fit.predicted()),
                metrics.intervals(
                        truth, fit.predicted(), RESAMPLES, LEVEL, fit.name().seed()),
                metrics.bySystem(systems, truth, fit.predicted())));
    }

    /** Writes both files. */
    void write(Path out, boolean complete) throws IOException {
        AtomicFiles.replace(out.resolve(RESULTS), toJson(complete).pretty());
        PredictionTable.write(
                out.resolve(PREDICTIONS), data, rows.stream().map(Row::fit).toList());
    }

    /** Everything but the predictions. */
    public JsonObject toJson(boolean complete) {
        Task task = data.task();
        JsonObject.Builder left = JsonObject.builder();
        skipped.forEach(left::put);
        return JsonObject.builder()
                .put("task", task.name())
                .put("title", task.title())
                .put("unit", task.unit())
                .put("main_metric", metrics.main().name())
                .put("complete", complete)
                .put("rows", JsonArray.of(rows.stream().map(this::json).toList()))
                .put("summary", JsonArray.of(summary()))
                .put(
                        "data",
                        JsonObject.builder()
                                .put("rows", data.size())
                                .put("skipped", left.build())
                                .build())
                .build();
    }

    private JsonObject json(Row row) {
        FitResult fit = row.fit();
        JsonObject.Builder intervals = JsonObject.builder();
        row.intervals().forEach((name, i) -> {
            JsonObject.Builder ends = JsonObject.builder();
            intervals.put(
                    name,
                    ends.putOrNull("low", i.low()).putOrNull("high", i.high()).build());
        });
        JsonObject.Builder systems = JsonObject.builder();
        row.systems()
                .forEach((system, part) -> systems.put(
                        system.slug(),
                        JsonObject.builder()
                                .put("n", part.n())
                                .put("metrics", json(part.metrics()))
                                .build()));
        return JsonObject.builder()
                .put("init", fit.name().init().slug())
                .put("seed", fit.name().seed())
                .put("fold", fit.name().fold())
                .put("split", "test")
                .put("n", fit.rows().length)
                .put("metrics", json(row.metrics()))
                .put("intervals", intervals.build())
                .put("by_system", systems.build())
                .put("steps", fit.steps())
                .put("seconds", fit.seconds())
                .put("best_step", fit.bestStep())
                .putOrNull("validation_loss", fit.validationLoss())
                .build();
    }

    private static JsonObject json(Map<String, Double> values) {
        JsonObject.Builder json = JsonObject.builder();
        values.forEach(json::putOrNull);
        return json.build();
    }

    private List<JsonObject> summary() {
        List<JsonObject> summary = new ArrayList<>();
        for (Init init : INITS) {
            for (Metric metric : metrics.metrics()) {
                if (rows.stream().anyMatch(row -> row.fit().name().init() == init)) {
                    JsonObject.Builder json = JsonObject.builder()
                            .put("init", init.slug())
                            .put("metric", metric.name())
                            .put("unit", metric.unit());
                    mean(init, metric.name()).put(json);
                    summary.add(json.build());
                }
            }
        }
        return summary;
    }

    private MeanOfFits mean(Init init, String metric) {
        return MeanOfFits.of(rows.stream()
                .filter(row -> row.fit().name().init() == init)
                .mapToDouble(row -> row.metrics().get(metric))
                .toArray());
    }

    private List<Init> present() {
        return INITS.stream()
                .filter(init -> rows.stream().anyMatch(row -> row.fit().name().init() == init))
                .toList();
    }

    /** Header of {@link #table}. */
    public List<String> header() {
        List<String> header = new ArrayList<>(List.of("start", "fits"));
        for (Metric metric : metrics.metrics()) {
            header.add(metric.name() + (metric.unit().isEmpty() ? "" : " [" + metric.unit() + "]"));
            if (metric.equals(metrics.main())) {
                header.add("95 %");
            }
        }
        return header;
    }

    /** A row for each start: mean and deviation of every metric, and the interval of the main one. */
    public List<List<String>> table() {
        List<List<String>> table = new ArrayList<>();
        for (Init init : present()) {
            long fits =
                    rows.stream().filter(row -> row.fit().name().init() == init).count();
            List<String> line = new ArrayList<>(List.of(init.slug(), Long.toString(fits)));
            for (Metric metric : metrics.metrics()) {
                MeanOfFits mean = mean(init, metric.name());
                line.add(mean.text());
                if (metric.equals(metrics.main())) {
                    line.add(mean.interval());
                }
            }
            table.add(line);
        }
        return table;
    }

    /** Header of {@link #systemTable}. */
    public List<String> systemHeader() {
        List<String> header = new ArrayList<>(List.of("crystal system", "crystals"));
        present().forEach(init -> header.add(init.slug()));
        return header;
    }

    /** The main metric in each crystal system that tests, mean and deviation over fits. */
    public List<List<String>> systemTable() {
        List<List<String>> table = new ArrayList<>();
        for (CrystalSystem system : CrystalSystem.values()) {
            Map<Init, MeanOfFits> means = new EnumMap<>(Init.class);
            present().forEach(init -> means.put(init, mean(init, system)));
            int most = rows.stream()
                    .filter(row -> row.systems().containsKey(system))
                    .mapToInt(row -> row.systems().get(system).n())
                    .max()
                    .orElse(0);
            if (most > 0) {
                List<String> line = new ArrayList<>(List.of(system.slug(), Integer.toString(most)));
                present().forEach(init -> line.add(means.get(init).text()));
                table.add(line);
            }
        }
        return table;
    }

    private MeanOfFits mean(Init init, CrystalSystem system) {
        return MeanOfFits.of(rows.stream()
                .filter(row -> row.fit().name().init() == init && row.systems().containsKey(system))
                .mapToDouble(row ->
                        row.systems().get(system).metrics().get(metrics.main().name()))
                .toArray());
    }
}
