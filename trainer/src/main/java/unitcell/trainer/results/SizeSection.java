package unitcell.trainer.results;

import java.util.Arrays;
import java.util.List;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.report.BarChart;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.results.SizeCounts.Bin;
import unitcell.trainer.stats.Estimate;

/** Invalid crystals by the size of their cells. */
final class SizeSection {
    /** Fewer invalid structures than this make a histogram of nothing but error bars. */
    private static final int FEW = 20;

    private final Measured measured;

    SizeSection(Measured measured) {
        this.measured = measured;
    }

    void write(HtmlReport page) {
        page.section("Invalid crystals by size");
        page.paragraph("Every crystal, setting, draw and run counts as one trial. Left bars: how all trials spread over"
                + " sizes; the others: how the invalid ones do. If size did not matter they would be alike. Intervals"
                + " (Wilson, 95 %) count every crystal once, however often it was completed.");
        for (ModelResults model : measured.models()) {
            model(page, model);
        }
        rates(page);
    }

    private static void model(HtmlReport page, ModelResults model) {
        List<Bin> bins = model.sizes().bins();
        if (model.sizes().invalid() == 0) {
            page.paragraph(model.name() + ": no trial came out invalid.");
            return;
        }
        BarChart chart = new BarChart(
                model.name() + ": all trials and invalid ones",
                "atoms per cell",
                "share (%)",
                bins.stream().map(Bin::text).toList());
        add(chart, "all", bins.stream().map(Bin::ofAll).toList());
        add(chart, "invalid in either sense", bins.stream().map(Bin::ofInvalid).toList());
        if (bins.stream().mapToLong(Bin::structure).sum() >= FEW) {
            add(
                    chart,
                    "invalid structures",
                    bins.stream().map(Bin::ofStructureInvalid).toList());
        }
        page.figure(chart.picture(), "");
        ReportTable table = new ReportTable(
                model.name() + ": trials by size",
                "atoms per cell",
                "trials",
                "of all [%]",
                "invalid structures",
                "invalid compositions",
                "either",
                "of these [%]",
                "invalid of this size [%]");
        for (Bin bin : bins) {
            table.row(
                    bin.text(),
                    bin.trials(),
                    Cells.percent(bin.ofAll()),
                    bin.structure(),
                    bin.composition(),
                    bin.either(),
                    Cells.percent(bin.ofInvalid()),
                    Cells.percent(bin.rate()));
        }
        page.table(table);
    }

    /** How often crystals of each size come out invalid, models side by side; all of them saw the same crystals. */
    private void rates(HtmlReport page) {
        List<Bin> first = measured.models().get(0).sizes().bins();
        BarChart chart = new BarChart(
                "Invalid in either sense among crystals of each size",
                "atoms per cell",
                "share of trials of this size (%)",
                first.stream().map(Bin::text).toList());
        for (ModelResults model : measured.models()) {
            add(
                    chart,
                    model.name(),
                    model.sizes().bins().stream().map(Bin::rate).toList());
        }
        page.figure(chart.picture(), "");
    }

    private static void add(BarChart chart, String name, List<Estimate> shares) {
        List<Estimate> percent = shares.stream().map(e -> e.times(100)).toList();
        chart.bars(
                name,
                Arrays.stream(ValiditySection.value(percent)).toArray(),
                ValiditySection.low(percent),
                ValiditySection.high(percent));
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        measured.models().forEach(m -> json.put(m.name(), m.sizes().toJson()));
        return json.build();
    }
}
