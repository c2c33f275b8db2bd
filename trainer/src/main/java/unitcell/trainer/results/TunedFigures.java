package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.trainer.label.Metric;
import unitcell.trainer.label.SpectrumGrid;
import unitcell.trainer.label.Task;
import unitcell.trainer.report.BarChart;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ParityChart;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.report.SmallMultiples;
import unitcell.trainer.report.SvgPicture;
import unitcell.trainer.results.tuned.Parity;
import unitcell.trainer.results.tuned.SpectrumQuartiles;
import unitcell.trainer.results.tuned.SpectrumQuartiles.Quarter;
import unitcell.trainer.results.tuned.TunedRun;
import unitcell.trainer.stats.Estimate;

/** Figures of one fine-tuned task. */
final class TunedFigures {
    private TunedFigures() {}

    /** The main measure by crystal system, where systems are what the task is about: for classes. */
    static void systems(HtmlReport page, TunedRun run) {
        if (run.task().kind() != Task.Kind.CLASSIFICATION || run.systems().isEmpty()) {
            return;
        }
        Metric metric = run.main();
        List<CrystalSystem> systems = ordered(run);
        BarChart chart = new BarChart(
                run.task().title() + ": " + TunedSection.named(metric) + " by crystal system",
                "crystal system",
                TunedSection.named(metric) + " (%)",
                systems.stream().map(CrystalSystem::slug).toList());
        List<String> columns = new ArrayList<>(List.of("crystal system", "test crystals"));
        for (String init : run.inits()) {
            columns.add(init + " [%]");
            List<Estimate> values = systems.stream()
                    .map(s -> run.estimate(init, s, metric.name()).times(100))
                    .toList();
            chart.bars(init, ValiditySection.value(values), ValiditySection.low(values), ValiditySection.high(values));
        }
        page.figure(chart.picture(), "");
        List<Estimate> shown = new ArrayList<>();
        List<Object[]> rows = new ArrayList<>();
        for (CrystalSystem system : systems) {
            List<Object> row = new ArrayList<>();
            row.add(system.slug());
            row.add(run.inits().stream()
                    .mapToLong(init -> run.tested(init, system))
                    .max()
                    .orElse(0));
            for (String init : run.inits()) {
                Estimate estimate = run.estimate(init, system, metric.name());
                shown.add(estimate);
                row.add(Cells.percent(estimate));
            }
            rows.add(row.toArray());
        }
        ReportTable table = new ReportTable(
                run.task().title() + ": " + TunedSection.named(metric) + " by crystal system. "
                        + Cells.kinds(shown).replace("t over runs", "t over fits"),
                columns.toArray(String[]::new));
        rows.forEach(table::row);
        page.table(table);
    }

    /** Those that train first, then by falling symmetry. */
    private static List<CrystalSystem> ordered(TunedRun run) {
        List<CrystalSystem> systems = new ArrayList<>(run.systems());
        Collections.reverse(systems);
        systems.sort(
                Comparator.comparingInt(s -> run.task().split().trainSystems().contains(s) ? 0 : 1));
        return systems;
    }

    /** True and predicted spectra, a row of panels for each quarter of the error. */
    static void spectra(HtmlReport page, TunedRun run, List<SpectrumQuartiles> all) {
        for (SpectrumQuartiles one : all) {
            if (one.quarters().isEmpty()) {
                continue;
            }
            SpectrumGrid grid = run.task().grid().orElseThrow();
            SmallMultiples chart = new SmallMultiples(
                    run.task().title() + ", " + started(one.init()),
                    "frequency (" + grid.unit().replace("^-1", "\u207b\u00b9") + ")",
                    run.task().unit().isEmpty()
                            ? "density of states (largest value 1)"
                            : "density of states (" + run.task().unit() + ")",
                    grid.axis());
            String[] names = {"best quarter", "second quarter", "third quarter", "worst quarter"};
            for (int q = 0; q < one.quarters().size(); q++) {
                Quarter quarter = one.quarters().get(q);
                chart.row(String.format(
                        Locale.ROOT,
                        "%s: MAE %.3f to %.3f, %d spectra",
                        names[q],
                        quarter.low(),
                        quarter.high(),
                        quarter.count()));
                quarter.shown()
                        .forEach(s -> chart.panel(
                                String.format(Locale.ROOT, "%s, MAE %.3f", s.id(), s.error()),
                                s.truth(),
                                s.predicted()));
            }
            page.figure(
                    chart.picture(),
                    "Test spectra sorted by their mean absolute error, panels spread evenly over each quarter; the fit"
                            + " with the lowest seed.");
        }
    }

    /** Predicted against true values, one square for each start and number. */
    static void parity(HtmlReport page, TunedRun run, List<Parity> all) {
        Task task = run.task();
        String unit = task.unit().isEmpty() ? "" : " (" + task.unit() + ")";
        String logUnit = task.unit().isEmpty() ? "log10" : "log10(" + task.unit() + ")";
        for (String column : task.columns()) {
            List<SvgPicture> row = new ArrayList<>();
            for (Parity parity : all) {
                if (!parity.column().equals(column)) {
                    continue;
                }
                String what = task.columns().size() == 1 ? task.title() : column;
                ParityChart chart = new ParityChart(what + ", " + started(parity.init()), "value" + unit)
                        .values(parity.truth(), parity.predicted())
                        .note("MAE " + parity.mae().text(4) + " " + (parity.logarithmic() ? logUnit : task.unit()))
                        .note("R\u00b2 " + parity.r2().text(3) + (parity.logarithmic() ? " of log10" : ""))
                        .note(Cells.grouped(parity.count()) + " crystals");
                row.add((parity.logarithmic() ? chart.logarithmic() : chart).picture());
            }
            if (!row.isEmpty()) {
                page.figures(
                        row,
                        "The fits with the lowest seed on their test crystals; intervals of 95 % by a bootstrap over"
                                + " these.");
            }
        }
    }

    private static String started(String init) {
        return switch (init) {
            case TunedRun.PRETRAINED -> "pre-trained";
            case TunedRun.SCRATCH -> "from scratch";
            default -> init;
        };
    }
}
