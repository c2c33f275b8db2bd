package unitcell.trainer.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.demo.DemoTrials.Example;
import unitcell.trainer.reconstruct.PositionError;
import unitcell.trainer.reconstruct.Reconstruction;
import unitcell.trainer.reconstruct.SiteGuess;
import unitcell.trainer.report.CrystalPicture;
import unitcell.trainer.report.HtmlReport;

/** One crystal three times, side by side: the truth, what the network was given, what it made of it. */
final class DemoExamples {
    private static final double SIZE = 300;

    private DemoExamples() {}

    static void add(HtmlReport report, Example example) {
        Crystal truth = example.spoilt().original();
        Reconstruction result = example.result();
        CrystalPicture given =
                CrystalPicture.of(result.input()).truth(truth.frac()).size(SIZE).title("spoilt");
        CrystalPicture completed = CrystalPicture.of(aligned(truth, result.completed()))
                .truth(truth.frac())
                .size(SIZE)
                .title("reconstructed");
        for (SiteGuess guess : result.guesses()) {
            completed.mark(guess.site(), guess.ranking().best() == truth.species(guess.site()));
        }
        report.figures(
                List.of(
                        CrystalPicture.of(truth)
                                .size(SIZE)
                                .title(formula(truth) + ", original")
                                .picture(),
                        given.picture(),
                        completed.picture()),
                caption(example));
    }

    private static String caption(Example example) {
        Crystal truth = example.spoilt().original();
        Reconstruction result = example.result();
        String hidden = example.condition().mask() == MaskType.SPECIES ? "one species" : "random sites";
        return String.format(
                Locale.ROOT,
                "%s, %s: %s hidden, noise %s d_min. Read: %s. Mean distance from the true positions %.3f \u00c5 before,"
                        + " %.3f \u00c5 after; aligned %.3f \u00c5 and %.3f \u00c5.",
                formula(truth),
                truth.id(),
                hidden,
                example.condition().noise(),
                read(truth, result),
                PositionError.between(truth, result.input()).mean(),
                PositionError.between(truth, result.completed()).mean(),
                alignedMean(truth, result.input()),
                alignedMean(truth, result.completed()));
    }

    private static double alignedMean(Crystal truth, Crystal crystal) {
        return PositionError.of(PositionError.aligned(PositionError.displacements(truth, crystal)))
                .mean();
    }

    /** The crystal without the shift that is common to all its atoms. */
    private static Crystal aligned(Crystal truth, Crystal crystal) {
        double[] moved = PositionError.aligned(PositionError.displacements(truth, crystal));
        return Corruption.displaced(truth.withSpecies(crystal.species()), moved);
    }

    /** What hidden species were taken for, with the mean of the probabilities: "O as O on 3 sites (91 %)". */
    private static String read(Crystal truth, Reconstruction result) {
        Map<String, List<Double>> readings = new LinkedHashMap<>();
        for (SiteGuess guess : result.guesses()) {
            SiteGuess.Species best = guess.best(1).get(0);
            String reading = Element.of(truth.species(guess.site())).symbol() + " as "
                    + best.element().symbol();
            readings.computeIfAbsent(reading, r -> new ArrayList<>()).add(best.probability());
        }
        List<String> texts = new ArrayList<>();
        readings.forEach((reading, probabilities) -> texts.add(String.format(
                Locale.ROOT,
                "%s%s (%.0f %%)",
                reading,
                probabilities.size() == 1 ? "" : " on " + probabilities.size() + " sites",
                100 * probabilities.stream().mapToDouble(p -> p).average().orElseThrow())));
        return String.join(", ", texts);
    }

    /** The reduced formula with its numbers below the line. */
    private static String formula(Crystal crystal) {
        StringBuilder text = new StringBuilder();
        crystal.composition()
                .reducedFormula()
                .chars()
                .forEach(c -> text.append((char) (c >= '0' && c <= '9' ? c - '0' + '\u2080' : c)));
        return text.toString();
    }
}
