package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.report.BarChart;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.stats.Estimate;

/** How many completed crystals are valid, beside the truth, a guess, and what the paper published. */
final class ValiditySection {
    private final ResultsOptions options;
    private final Measured measured;

    ValiditySection(ResultsOptions options, Measured measured) {
        this.options = options;
        this.measured = measured;
    }

    void write(HtmlReport page) {
        page.section("Validity");
        page.paragraph("Each of " + Cells.grouped(measured.test().size())
                + " test crystals is spoilt \u2013 the species of some atoms hidden, every"
                + " atom displaced by Gaussian noise whose standard deviation is given in units of the crystal\u2019s"
                + " shortest distance \u2013 and completed in one pass. A structure is valid if its atoms keep 0.5"
                + " \u00c5, a composition if its charges can balance (oxidation states "
                + options.oxidation().slug()
                + "). About one real crystal in ten fails the rule of charges: the column of the true crystals is the"
                + " mark to reach. The guess puts "
                + measured.baseline().mostFrequent().symbol()
                + ", the most frequent species of " + measured.baseline().source()
                + ", on every hidden site and leaves atoms where they are.");
        measured.matching()
                .map(Matching::overlap)
                .filter(text -> !text.isEmpty())
                .ifPresent(page::paragraph);
        table(page, Metric.STRUCTURE, PublishedValidity::structure, "Valid structures, in percent of the crystals.");
        table(
                page,
                Metric.COMPOSITION,
                PublishedValidity::composition,
                "Valid compositions, in percent of the crystals; every site has the network\u2019s most probable"
                        + " species, visible ones too, as in the paper.");
        chart(page);
        table(
                page,
                Metric.COMPOSITION_KEPT,
                noise -> "",
                "Valid compositions, in percent of the crystals; visible sites keep their species, only hidden ones are"
                        + " the network\u2019s.");
        published(page);
    }

    private interface Published {
        String at(double noise);
    }

    private void table(HtmlReport page, Metric metric, Published published, String caption) {
        boolean hasPaper = options.settings().stream()
                .anyMatch(s -> !published.at(s.noise()).isEmpty());
        List<String> columns = new ArrayList<>(List.of("hidden", "noise [d_min]", "true crystals", "guess"));
        measured.models().forEach(m -> columns.add(m.name()));
        if (hasPaper) {
            columns.add("the paper\u2019s models, published");
        }
        List<Estimate> shown = new ArrayList<>();
        Estimate truth = measured.truth().estimate(metric);
        shown.add(truth);
        List<Object[]> rows = new ArrayList<>();
        for (Setting setting : options.settings()) {
            List<Object> row = new ArrayList<>(List.of(setting.maskText(), setting.noiseText(), Cells.percent(truth)));
            List<Estimate> own = new ArrayList<>();
            own.add(measured.guess().get(setting).estimate(metric));
            measured.models().forEach(m -> own.add(m.scores(setting).estimate(metric)));
            own.forEach(estimate -> row.add(Cells.percent(estimate)));
            shown.addAll(own);
            if (hasPaper) {
                String text = published.at(setting.noise());
                row.add(text.isEmpty() ? "\u2013" : text);
            }
            rows.add(row.toArray());
        }
        ReportTable table = new ReportTable(caption + " " + Cells.kinds(shown), columns.toArray(String[]::new));
        rows.forEach(table::row);
        page.table(table);
    }

    private void chart(HtmlReport page) {
        List<String> groups = options.settings().stream()
                .map(s -> s.maskText() + ", " + s.noiseText())
                .toList();
        Metric metric = Metric.COMPOSITION;
        BarChart chart = new BarChart("Valid compositions", "hidden sites and noise", "share of crystals (%)", groups);
        double least = 100 * measured.truth().estimate(metric).value();
        for (ModelResults model : measured.models()) {
            List<Estimate> values = options.settings().stream()
                    .map(s -> model.scores(s).estimate(metric).times(100))
                    .toList();
            chart.bars(model.name(), value(values), low(values), high(values));
            for (Estimate e : values) {
                least = Math.min(least, Double.isFinite(e.low()) ? e.low() : e.value());
            }
        }
        chart.line("true crystals", 100 * measured.truth().estimate(metric).value());
        chart.floor(Math.floor((least - 5) / 10) * 10);
        page.figure(chart.picture(), "");
    }

    static double[] value(List<Estimate> estimates) {
        return estimates.stream().mapToDouble(Estimate::value).toArray();
    }

    static double[] low(List<Estimate> estimates) {
        return estimates.stream().mapToDouble(Estimate::low).toArray();
    }

    static double[] high(List<Estimate> estimates) {
        return estimates.stream().mapToDouble(Estimate::high).toArray();
    }

    private static void published(HtmlReport page) {
        ReportTable table = new ReportTable(
                PublishedValidity.CAPTION,
                "noise [d_min]",
                "row",
                "structure 1 [%]",
                "structure 2 [%]",
                "structure 3 [%]",
                "composition 1 [%]",
                "composition 2 [%]",
                "composition 3 [%]");
        for (PublishedValidity.Row row : PublishedValidity.ROWS) {
            List<Object> cells = new ArrayList<>(List.of(Cells.plain(row.noise(), 1), row.number()));
            Arrays.stream(row.structure()).forEach(x -> cells.add(Cells.plain(x, 2)));
            Arrays.stream(row.composition()).forEach(x -> cells.add(Cells.plain(x, 2)));
            table.row(cells.toArray());
        }
        page.table(table);
    }

    JsonObject toJson() {
        List<JsonObject> rows = new ArrayList<>();
        for (Setting setting : options.settings()) {
            rows.add(row("guess", setting, measured.guess().get(setting)));
            measured.models().forEach(m -> rows.add(row(m.name(), setting, m.scores(setting))));
        }
        return JsonObject.builder()
                .put("truth", measured.truth().toJson())
                .put(
                        "guess",
                        JsonObject.builder()
                                .put(
                                        "species",
                                        measured.baseline().mostFrequent().symbol())
                                .put("counted_on", measured.baseline().source())
                                .build())
                .put("rows", JsonArray.of(rows))
                .put("published", PublishedValidity.toJson())
                .build();
    }

    private static JsonObject row(String model, Setting setting, Scores scores) {
        return JsonObject.builder()
                .put("model", model)
                .put("setting", setting.slug())
                .put("metrics", scores.toJson())
                .build();
    }
}
