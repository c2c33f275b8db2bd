package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.stats.Estimate;

/** How near completed crystals are to their originals, and how many of them are different and new. */
final class SimilaritySection {
    private final ResultsOptions options;
    private final Measured measured;

    SimilaritySection(ResultsOptions options, Measured measured) {
        this.options = options;
        this.measured = measured;
    }

    void write(HtmlReport page) {
        page.section("Species, positions, structures");
        table(
                page,
                "Hidden species: share of hidden atoms whose true species came first or among the first five, beside"
                        + " always naming the most frequent species; and of visible atoms whose species the network would"
                        + " leave alone.",
                List.of(Metric.TOP1, Metric.TOP5, Metric.VISIBLE),
                true,
                List.of("first", "among five", "visible unchanged"));
        table(
                page,
                "Positions: distance of atoms from where they belong, each to its nearest periodic image. Aligned:"
                        + " without the shift common to all atoms of a crystal, which no network can see. The guess leaves"
                        + " atoms where the noise put them.",
                List.of(Metric.AFTER, Metric.AFTER_ALIGNED, Metric.AFTER_RMS),
                true,
                List.of("mean", "aligned mean", "aligned rms"));
        if (measured.matching().isEmpty()) {
            page.paragraph("Completed crystals were not compared with their originals as structures: --matched 0 was"
                    + " given. Leave it out for match rates, uniqueness and novelty.");
            return;
        }
        matches(page);
        variety(page, measured.matching().get());
    }

    private void matches(HtmlReport page) {
        table(
                page,
                "The original found again by a structure matcher (rules and tolerances of pymatgen\u2019s, stol 0.5,"
                        + " ltol 0.3, angle 10\u00b0, as for generated crystals since CDVAE), " + compared()
                        + ". Both valid: as CDVAE counts, only where original and completed crystal pass both rules."
                        + " RMSE: normalised displacement of the matches; cRMSE: the others counting as stol. Cell and"
                        + " number of atoms are given, so this is easier than generating a crystal. "
                        + Cells.sentence(options.choice().text()),
                List.of(
                        Metric.MATCH,
                        Metric.MATCH_VALID,
                        Metric.MATCH_RMSE,
                        Metric.MATCH_CRMSE,
                        Metric.SAME_COMPOSITION),
                true,
                List.of("match", "match, both valid", "RMSE", "cRMSE", "same composition"));
    }

    private void variety(HtmlReport page, Matching matching) {
        List<Metric> metrics = new ArrayList<>(List.of(Metric.UNIQUE));
        List<String> heads = new ArrayList<>(List.of("unique"));
        if (matching.known().isPresent()) {
            metrics.addAll(List.of(Metric.NOVEL, Metric.VUN));
            heads.addAll(List.of("novel", "valid, unique and novel"));
        }
        table(
                page,
                "Different structures among the completed crystals, " + compared()
                        + ": unique if it matches none before it"
                        + matching.known()
                                .map(known -> ", novel if it matches none of the " + Cells.grouped(known)
                                        + " training crystals. A completed crystal that equals its original is novel"
                                        + " too if the original is.")
                                .orElse(". For novelty give the training crystals with --train."),
                metrics,
                false,
                heads);
    }

    private String compared() {
        long compared = measured.matching().map(Matching::crystals).orElse(0L);
        return compared == measured.test().size()
                ? "on all test crystals"
                : "on " + Cells.grouped(compared) + " test crystals, spread evenly";
    }

    private void table(HtmlReport page, String caption, List<Metric> metrics, boolean withGuess, List<String> heads) {
        List<String> columns = new ArrayList<>(List.of("hidden", "noise [d_min]", "model"));
        for (int i = 0; i < heads.size(); i++) {
            String unit = metrics.get(i).unit();
            columns.add(heads.get(i) + (unit.isEmpty() ? "" : " [" + unit + "]"));
        }
        List<Estimate> shown = new ArrayList<>();
        List<Object[]> rows = new ArrayList<>();
        for (Setting setting : options.settings()) {
            int first = rows.size();
            Predicate<Scores> any = scores -> metrics.stream().anyMatch(scores::has);
            Scores guess = measured.guess().get(setting);
            if (withGuess && any.test(guess)) {
                rows.add(row(setting, "guess", guess, metrics, shown));
            }
            for (ModelResults model : measured.models()) {
                rows.add(row(setting, model.name(), model.scores(setting), metrics, shown));
            }
            // The setting stands before the first of its rows only.
            rows.subList(first + 1, rows.size()).forEach(row -> row[0] = row[1] = "");
        }
        ReportTable table = new ReportTable(caption + " " + Cells.kinds(shown), columns.toArray(String[]::new));
        rows.forEach(table::row);
        page.table(table);
    }

    private static Object[] row(
            Setting setting, String name, Scores scores, List<Metric> metrics, List<Estimate> shown) {
        List<Object> cells = new ArrayList<>(List.of(setting.maskText(), setting.noiseText(), name));
        for (Metric metric : metrics) {
            Estimate estimate = scores.estimate(metric);
            shown.add(estimate);
            cells.add(Cells.of(metric, estimate));
        }
        return cells.toArray();
    }
}
