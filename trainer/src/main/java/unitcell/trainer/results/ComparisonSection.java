package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.stats.Estimate;

/** Differences between two models, such as training with and without a discriminator's gradient. */
final class ComparisonSection {
    private static final List<Metric> METRICS = List.of(
            Metric.STRUCTURE,
            Metric.COMPOSITION,
            Metric.VALID,
            Metric.TOP1,
            Metric.AFTER_ALIGNED,
            Metric.MATCH,
            Metric.MATCH_CRMSE);

    private final ResultsOptions options;
    private final Measured measured;

    ComparisonSection(ResultsOptions options, Measured measured) {
        this.options = options;
        this.measured = measured;
    }

    void write(HtmlReport page) {
        page.section("Differences between models");
        if (options.pairs().isEmpty()) {
            page.paragraph("No two models are compared. Name them gan-X and gan-off-X (or gan-off), or say"
                    + " --compare A=B.");
            return;
        }
        for (Comparison pair : options.pairs()) {
            Optional<ModelResults> model = measured.model(pair.name());
            Optional<ModelResults> base = measured.model(pair.base());
            if (model.isPresent() && base.isPresent()) {
                table(page, pair, model.get(), base.get());
            }
        }
    }

    private void table(HtmlReport page, Comparison pair, ModelResults model, ModelResults base) {
        List<Metric> metrics = METRICS.stream()
                .filter(m -> options.settings().stream()
                        .anyMatch(s -> model.scores(s).has(m) && base.scores(s).has(m)))
                .toList();
        List<String> columns = new ArrayList<>(List.of("measure"));
        options.settings().forEach(setting -> columns.add(setting.text()));
        List<Estimate> shown = new ArrayList<>();
        List<Object[]> rows = new ArrayList<>();
        int better = 0;
        int worse = 0;
        for (Metric metric : metrics) {
            String unit = metric.isShare() ? "points" : metric.unit();
            List<Object> row = new ArrayList<>(List.of((metric.higherIsBetter() ? "\u2191 " : "\u2193 ")
                    + metric.text()
                    + (unit.isEmpty() ? "" : " [" + unit + "]")));
            for (Setting setting : options.settings()) {
                Estimate difference = model.scores(setting).minus(base.scores(setting), metric);
                shown.add(difference);
                row.add(Cells.of(metric, difference));
                if (difference.excludes(0)) {
                    boolean good = difference.value() > 0 == metric.higherIsBetter();
                    better += good ? 1 : 0;
                    worse += good ? 0 : 1;
                }
            }
            rows.add(row.toArray());
        }
        ReportTable table = new ReportTable(
                pair.name() + " minus " + pair.base() + "; \u2191 more is better, \u2193 less is. "
                        + paired(model, base) + " " + Cells.kinds(shown),
                columns.toArray(String[]::new));
        rows.forEach(table::row);
        page.table(table);
        long told = shown.stream().filter(Estimate::hasInterval).count();
        page.paragraph("Of " + told + " differences with an interval, " + better + " say that " + pair.name()
                + " is better and " + worse + " that " + pair.base()
                + " is, their intervals leaving out 0; at 95 % about "
                + Math.round(0.05 * told) + " of them would do so if there were no difference at all.");
    }

    private static String paired(ModelResults model, ModelResults base) {
        int runs = model.runs().size();
        if (runs == base.runs().size() && runs > 1) {
            return "Differences of " + runs + " pairs of runs, paired in the order in which they were given.";
        }
        return "The first run of each" + (runs == base.runs().size() ? "" : " (they have different numbers of runs)")
                + ", on the same crystals, masks and displacements; an interval over crystals says nothing about how"
                + " much another seed of training would change.";
    }

    JsonArray toJson() {
        List<JsonObject> all = new ArrayList<>();
        for (Comparison pair : options.pairs()) {
            Optional<ModelResults> model = measured.model(pair.name());
            Optional<ModelResults> base = measured.model(pair.base());
            if (model.isPresent() && base.isPresent()) {
                for (Setting setting : options.settings()) {
                    JsonObject.Builder differences = JsonObject.builder();
                    for (Metric metric : model.get().scores(setting).metrics()) {
                        Estimate difference =
                                model.get().scores(setting).minus(base.get().scores(setting), metric);
                        differences.put(metric.slug(), difference.toJson());
                    }
                    all.add(JsonObject.builder()
                            .put("model", pair.name())
                            .put("base", pair.base())
                            .put("setting", setting.slug())
                            .put("differences", differences.build())
                            .build());
                }
            }
        }
        return JsonArray.of(all);
    }
}
