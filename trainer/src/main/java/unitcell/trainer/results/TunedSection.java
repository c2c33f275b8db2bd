package unitcell.trainer.results;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.label.Metric;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.results.tuned.Parity;
import unitcell.trainer.results.tuned.SpectrumQuartiles;
import unitcell.trainer.results.tuned.TunedRun;
import unitcell.trainer.results.tuned.Verdict;
import unitcell.trainer.stats.Estimate;

/** What fine-tuning gains: all tasks side by side, then each task's own figures. */
final class TunedSection {
    private static final int PANELS = 5;

    private final List<TunedRun> runs;
    private final Map<TunedRun, List<Parity>> parity = new LinkedHashMap<>();
    private final Map<TunedRun, List<SpectrumQuartiles>> spectra = new LinkedHashMap<>();

    /** Reads the predictions that figures need. */
    TunedSection(List<TunedRun> runs, long seed) throws IOException {
        this.runs = runs;
        for (TunedRun run : runs) {
            parity.put(run, Parity.read(run, seed));
            spectra.put(run, SpectrumQuartiles.read(run, PANELS));
        }
    }

    void write(HtmlReport page) {
        page.section("Fine-tuning");
        if (runs.isEmpty()) {
            page.paragraph("No fine-tuning run was given. Make some with ./unitcell finetune --task NAME and name their"
                    + " folders with --finetune.");
            return;
        }
        page.paragraph(Verdict.sentences(verdicts()));
        summary(page);
        List<PublishedProperties.Reference> published = published();
        if (!published.isEmpty()) {
            page.table(PublishedProperties.table(published));
        }
        for (TunedRun run : runs) {
            page.section(run.task().title());
            intro(page, run);
            allMetrics(page, run);
            TunedFigures.systems(page, run);
            TunedFigures.spectra(page, run, spectra.get(run));
            TunedFigures.parity(page, run, parity.get(run));
        }
    }

    private List<Verdict> verdicts() {
        return runs.stream().map(Verdict::of).toList();
    }

    private List<PublishedProperties.Reference> published() {
        return PublishedProperties.beside(runs.stream().map(TunedRun::task).toList());
    }

    private void summary(HtmlReport page) {
        List<Estimate> shown = new ArrayList<>();
        List<Object[]> rows = new ArrayList<>();
        List<Verdict> verdicts = verdicts();
        for (int i = 0; i < runs.size(); i++) {
            TunedRun run = runs.get(i);
            Verdict verdict = verdicts.get(i);
            Metric metric = run.main();
            List<Object> row = new ArrayList<>(List.of(
                    run.task().title(),
                    (metric.better() == Metric.Better.LOWER ? "\u2193 " : "\u2191 ") + named(metric)));
            for (String init : List.of(TunedRun.PRETRAINED, TunedRun.SCRATCH, TunedRun.DUMMY)) {
                Estimate estimate = run.estimate(init, metric.name());
                shown.add(estimate);
                row.add(Cells.of(estimate));
            }
            shown.add(verdict.difference());
            row.add(Cells.of(verdict.difference()));
            row.add(verdict.text());
            row.add(
                    Double.isFinite(verdict.errorLeft())
                            ? String.format(Locale.ROOT, "%.0f %%", 100 * verdict.errorLeft())
                            : "\u2013");
            rows.add(row.toArray());
        }
        ReportTable table = new ReportTable(
                "Main measure of each task on its test crystals, mean over fits with different seeds; \u2193 less is"
                        + " better, \u2191 more is. Difference: pre-trained minus scratch, paired by seed and fold;"
                        + " certain if its interval leaves out 0. Error left: the pre-trained fit's in percent of the"
                        + " dummy's, 1 minus the measure where more is better. "
                        + fits(shown),
                "task",
                "measure",
                "pre-trained",
                "scratch",
                "dummy",
                "difference",
                "better",
                "error left");
        rows.forEach(table::row);
        page.table(table);
    }

    private static String fits(List<Estimate> shown) {
        return Cells.kinds(shown).replace("t over runs", "t over fits").replace("over crystals", "over test crystals");
    }

    /** "MAE of log10(GPa)", "Wasserstein distance [cm^-1]". */
    static String named(Metric metric) {
        int dot = metric.name().indexOf('.');
        String column = dot < 0 ? "" : ", " + metric.name().substring(dot + 1);
        String name = dot < 0 ? metric.name() : metric.name().substring(0, dot);
        boolean log = name.endsWith("_log10");
        String bare = log ? name.substring(0, name.length() - "_log10".length()) : name;
        String text = switch (bare) {
            case "mae", "rmse", "mse", "f1" -> bare.toUpperCase(Locale.ROOT);
            case "r2" -> "R\u00b2";
            case "roc_auc" -> "ROC AUC";
            case "wasserstein" -> "Wasserstein distance";
            default -> bare.replace('_', ' ');
        };
        String unit = metric.unit().replace("^-1", "\u207b\u00b9").replace("^2", "\u00b2");
        if (log) {
            return text + " of " + (unit.isEmpty() ? "log10" : unit) + column;
        }
        return text + column + (unit.isEmpty() ? "" : " [" + unit + "]");
    }

    private static void intro(HtmlReport page, TunedRun run) {
        StringBuilder text = new StringBuilder(run.task().description());
        if (!run.task().split().trainSystems().isEmpty()) {
            List<String> systems = run.task().split().trainSystems().stream()
                    .map(s -> s.slug())
                    .sorted()
                    .toList();
            text.append(text.isEmpty() ? "" : " ")
                    .append("Only ")
                    .append(Cells.join(systems))
                    .append(" crystals train and validate; the test is on every system.");
        }
        if (!run.complete()) {
            text.append(" This run was not finished: some of its fits are missing.");
        }
        if (run.predictions().isEmpty()) {
            text.append(" Its folder holds no predictions.csv, so nothing is drawn of them.");
        }
        if (!text.isEmpty()) {
            page.paragraph(text.toString().strip());
        }
    }

    private static void allMetrics(HtmlReport page, TunedRun run) {
        List<String> columns = new ArrayList<>(List.of("start", "fits", "test crystals"));
        run.metrics().forEach(m -> columns.add(named(m)));
        List<Estimate> shown = new ArrayList<>();
        List<Object[]> rows = new ArrayList<>();
        for (String init : run.inits()) {
            List<Object> row = new ArrayList<>(List.of(init, run.fits(init).size(), run.tested(init)));
            for (Metric metric : run.metrics()) {
                Estimate estimate = run.estimate(init, metric.name());
                shown.add(estimate);
                row.add(Cells.of(estimate));
            }
            rows.add(row.toArray());
        }
        ReportTable table =
                new ReportTable(run.task().title() + ": every measure. " + fits(shown), columns.toArray(String[]::new));
        rows.forEach(table::row);
        page.table(table);
    }

    /** Everything, for programs. */
    JsonObject toJson() {
        List<JsonObject> tasks = new ArrayList<>();
        for (TunedRun run : runs) {
            JsonObject.Builder json = JsonObject.builder();
            run.toJson().members().forEach(json::put);
            json.put(
                    "parity",
                    JsonArray.of(parity.get(run).stream().map(Parity::toJson).toList()));
            json.put(
                    "spectra",
                    JsonArray.of(spectra.get(run).stream()
                            .map(SpectrumQuartiles::toJson)
                            .toList()));
            tasks.add(json.build());
        }
        return JsonObject.builder()
                .put("verdict", Verdict.sentences(verdicts()))
                .put("tasks", JsonArray.of(tasks))
                .put("published", PublishedProperties.toJson(published()))
                .build();
    }
}
