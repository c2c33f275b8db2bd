package unitcell.trainer.demo;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.pretrain.PretrainData;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.pretrain.PretrainRun.Outcome;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.reconstruct.ValidShares;
import unitcell.trainer.report.Histogram;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.LossChart;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.run.MetricsLog;

/** The demo's report: what was done, how well, crystals to look at, how training went, how to do it again. */
final class DemoReport {
    private final Path run;
    private final Outcome outcome;
    private final PretrainData data;
    private final TrainedModel model;
    private final DemoTrials trials;
    private final String command;

    DemoReport(Path run, Outcome outcome, PretrainData data, TrainedModel model, DemoTrials trials, String command) {
        this.run = run;
        this.outcome = outcome;
        this.data = data;
        this.model = model;
        this.trials = trials;
        this.command = command;
    }

    void write(Path file) throws IOException {
        HtmlReport report = new HtmlReport(
                "Completing crystals that training never saw",
                "An EquiformerV2 that learned from " + grouped(data.train().size()) + " crystals in "
                        + minutes(outcome.seconds())
                        + " tells the species of hidden atoms and moves displaced ones back");
        facts(report);
        examples(report);
        results(report);
        training(report);
        reproduction(report);
        report.write(file);
    }

    private void facts(HtmlReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("crystals trained on", grouped(data.train().size()));
        facts.put("held-out crystals", grouped(trials.crystals().size()));
        facts.put("parameters", grouped(model.generator().store().count()));
        facts.put("training", minutes(outcome.seconds()) + ", " + grouped(outcome.steps()) + " steps");
        Condition first = trials.score().conditions().get(0);
        ReconstructionScore.Row row = trials.score().row(first);
        facts.put("hidden species, top-1 / top-5", percent(row.top1()) + " / " + percent(row.top5()));
        report.facts(facts);
        report.paragraph(
                "Each held-out crystal was spoilt as in Liu et al. (arXiv 2312.14485): the species of some atoms"
                        + " are hidden \u2013 15 % of the sites at random, or every site of one species \u2013 and all atoms are moved by"
                        + " Gaussian noise of 0.1 or 0.2 times the crystal's shortest distance; training saw "
                        + DemoOptions.NOISE + ". In one pass the network tells"
                        + " each hidden species and each displacement. No crystal with the composition of a held-out one took"
                        + " part in training. The two shares above are for random sites and noise of " + first.noise()
                        + ".");
    }

    private void examples(HtmlReport report) {
        report.section("Original, spoilt, reconstructed");
        report.paragraph(
                "Crystals of 4 to 12 atoms in cells without sharp angles, evenly spread over the list of held-out"
                        + " ones: chosen by their place in it before anything was computed. Dashed circles with a question mark are hidden sites. Arrows lead"
                        + " from where an atom belongs to where it is. A green ring marks a species that was found, a red one a"
                        + " species that was not. The picture on the right is aligned: a shift common to all atoms is taken out.");
        trials.examples().forEach(example -> DemoExamples.add(report, example));
    }

    private void results(HtmlReport report) {
        report.section("All held-out crystals");
        species(report);
        positions(report);
        validity(report);
    }

    private void species(HtmlReport report) {
        ReconstructionScore score = trials.score();
        ReportTable table = new ReportTable(
                "Hidden species found: share of hidden atoms whose true species was the network's first guess (top-1) or"
                        + " among its first five (top-5), beside always guessing the most frequent species of the"
                        + " training atoms",
                "hidden",
                "noise [d_min]",
                "atoms",
                "network top-1 [%]",
                "frequency top-1 [%]",
                "network top-5 [%]",
                "frequency top-5 [%]");
        for (Condition condition : score.conditions()) {
            ReconstructionScore.Row row = score.row(condition);
            table.row(
                    name(condition.mask()),
                    digits(condition.noise(), 1),
                    row.hidden(),
                    digits(100 * row.top1(), 1),
                    digits(100 * row.baselineTop1(), 1),
                    digits(100 * row.top5(), 1),
                    digits(100 * row.baselineTop5(), 1));
        }
        report.table(table);
    }

    private void positions(HtmlReport report) {
        ReconstructionScore score = trials.score();
        ReportTable table = new ReportTable(
                "Distance of atoms from where they belong, as given and after reconstruction. Aligned: without the shift"
                        + " common to all atoms of a crystal, which is no difference between crystals and which no network"
                        + " can see",
                "hidden",
                "noise [d_min]",
                "mean before [\u00c5]",
                "after [\u00c5]",
                "rms before [\u00c5]",
                "after [\u00c5]",
                "aligned mean before [\u00c5]",
                "after [\u00c5]");
        for (Condition condition : score.conditions()) {
            ReconstructionScore.Row row = score.row(condition);
            table.row(
                    name(condition.mask()),
                    digits(condition.noise(), 1),
                    digits(row.before().mean(), 3),
                    digits(row.after().mean(), 3),
                    digits(row.before().rms(), 3),
                    digits(row.after().rms(), 3),
                    digits(row.alignedBefore().mean(), 3),
                    digits(row.alignedAfter().mean(), 3));
        }
        report.table(table);
        trials.distances()
                .forEach((noise, distances) -> report.figure(
                        new Histogram(
                                        "Aligned distance from the true position, noise " + noise + " d_min",
                                        "distance (\u00c5)",
                                        40)
                                .values("spoilt", array(distances.before()))
                                .values("reconstructed", array(distances.after()))
                                .range(0, Math.ceil(20 * quantile(distances.before(), 0.99)) / 20)
                                .picture(),
                        ""));
    }

    private void validity(HtmlReport report) {
        ReconstructionScore score = trials.score();
        ReportTable table = new ReportTable(
                "Valid crystals by CDVAE's rules: atoms at least 0.5 \u00c5 apart; charges that can balance with SMACT's"
                        + " oxidation states (" + DemoTrials.STATES.slug() + "). The true crystals, judged by the same"
                        + " rules, are the mark to reach",
                "hidden",
                "noise [d_min]",
                "structure [%]",
                "composition [%]",
                "both [%]");
        for (Condition condition : score.conditions()) {
            validity(
                    table,
                    name(condition.mask()),
                    digits(condition.noise(), 1),
                    score.row(condition).valid());
        }
        validity(
                table,
                "the true crystals",
                Double.NaN,
                score.row(score.conditions().get(0)).truthValid());
        report.table(table);
    }

    private static void validity(ReportTable table, String name, Number noise, ValidShares valid) {
        table.row(
                name,
                noise,
                digits(100 * valid.share(valid.structures()), 1),
                digits(100 * valid.share(valid.compositions()), 1),
                digits(100 * valid.share(valid.both()), 1));
    }

    private void training(HtmlReport report) throws IOException {
        report.section("Training");
        List<JsonObject> train = new ArrayList<>();
        List<JsonObject> validation = new ArrayList<>();
        for (JsonObject record : MetricsLog.read(run.resolve(PretrainRun.METRICS))) {
            (record.getString("kind").equals("train") ? train : validation).add(record);
        }
        int window = Math.clamp(train.size() / 40, 1, 50);
        report.figure(
                new LossChart("Loss", "step", "loss")
                        .logarithmic()
                        .noisy("training", series(train, "step"), series(train, "loss"), window)
                        .points("validation", series(validation, "step"), series(validation, "loss"))
                        .picture(),
                "Mean negative log-likelihood of the species of all atoms, hidden ones counting "
                        + digits(DemoOptions.MASKED_WEIGHT, 0) + " times as much, plus "
                        + digits(DemoOptions.POSITION_WEIGHT, 0)
                        + " times the mean squared error of the displacements in"
                        + " fractions of the lattice vectors.");
        report.figure(
                new LossChart("Parts of the loss", "step", "loss")
                        .logarithmic()
                        .noisy("species, training", series(train, "step"), series(train, "species"), window)
                        .noisy("displacement, training", series(train, "step"), series(train, "position"), window)
                        .points("species, validation", series(validation, "step"), series(validation, "species"))
                        .points("displacement, validation", series(validation, "step"), series(validation, "position"))
                        .picture(),
                "");
        report.figure(
                new LossChart("Hidden species found on validation crystals", "step", "share of hidden atoms (%)")
                        .points("top-1", series(validation, "step"), percents(validation, "masked_top1"))
                        .points("top-5", series(validation, "step"), percents(validation, "masked_top5"))
                        .picture(),
                "");
    }

    private void reproduction(HtmlReport report) throws IOException {
        report.section("Doing it again");
        report.paragraph("Training is limited by time, so another machine does another number of steps and finds other"
                + " numbers. Everything else \u2013 crystals, split, masks, noise \u2013 follows from the seed. A second run in the"
                + " same folder goes on where the first was stopped; once training is finished it makes this report"
                + " anew.");
        report.details("Command", command + "\n");
        report.details("Configuration (" + PretrainRun.CONFIG + ")", Files.readString(run.resolve(PretrainRun.CONFIG)));
        report.paragraph(
                "Crystals: Materials Project (Jain et al., APL Materials 1, 011002, 2013; CC-BY-4.0). Computed on "
                        + model.device().description() + ".");
    }

    private static String name(MaskType type) {
        return type == MaskType.SPECIES ? "one species" : "random sites";
    }

    private static double[] series(List<JsonObject> records, String key) throws JsonException {
        double[] values = new double[records.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = records.get(i).getDouble(key, Double.NaN);
        }
        return values;
    }

    private static double[] percents(List<JsonObject> records, String key) throws JsonException {
        double[] values = series(records, key);
        for (int i = 0; i < values.length; i++) {
            values[i] *= 100;
        }
        return values;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(x -> x).toArray();
    }

    private static double quantile(List<Double> values, double share) {
        return values.stream()
                .sorted()
                .skip((long) (share * (values.size() - 1)))
                .findFirst()
                .orElse(1.0);
    }

    /** With a fixed number of decimals; NaN stays what it is. */
    private static Number digits(double value, int decimals) {
        if (Double.isNaN(value)) {
            return value;
        }
        return BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN);
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** Thousands apart, for people. */
    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String minutes(double seconds) {
        return seconds < 90
                ? String.format(Locale.ROOT, "%.0f seconds", seconds)
                : String.format(Locale.ROOT, "%.1f minutes", seconds / 60);
    }
}
