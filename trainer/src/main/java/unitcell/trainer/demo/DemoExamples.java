package unitcell.trainer.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
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
    private static final int TOLD = 6;

    private DemoExamples() {}

    static void add(HtmlReport report, Example example) {
        Crystal truth = example.spoilt().original();
        Reconstruction result = example.result();
        CrystalPicture given = CrystalPicture.of(result.input())
                .truth(truth.frac())
                .size(SIZE)
                .title("spoilt");
        CrystalPicture completed = CrystalPicture.of(result.completed())
                .truth(truth.frac())
                .size(SIZE)
                .title("reconstructed");
        for (SiteGuess guess : result.guesses()) {
            completed.mark(guess.site(), guess.ranking().best() == truth.species(guess.site()));
        }
        String formula = truth.composition().reducedFormula();
        report.figures(
                List.of(
                        CrystalPicture.of(truth).size(SIZE).title(formula).picture(),
                        given.picture(),
                        completed.picture()),
                caption(example));
    }

    private static String caption(Example example) {
        Crystal truth = example.spoilt().original();
        Reconstruction result = example.result();
        String hidden = example.condition().mask() == MaskType.SPECIES ? "one species" : "random sites";
        List<String> told = new ArrayList<>();
        for (SiteGuess guess : result.guesses()) {
            if (told.size() < TOLD) {
                told.add(Element.of(truth.species(guess.site())).symbol() + " as " + guess(guess));
            }
        }
        String more = result.guesses().size() > TOLD ? ", and " + (result.guesses().size() - TOLD) + " more" : "";
        return String.format(
                Locale.ROOT,
                "%s, %s: %s hidden, noise %s d_min. Hidden species read: %s%s. Mean distance from the true positions"
                        + " %.3f \u00c5 before, %.3f \u00c5 after.",
                truth.composition().reducedFormula(),
                truth.id(),
                hidden,
                example.condition().noise(),
                String.join(", ", told),
                more,
                PositionError.between(truth, result.input()).mean(),
                PositionError.between(truth, result.completed()).mean());
    }

    private static String guess(SiteGuess guess) {
        SiteGuess.Species best = guess.best(1).get(0);
        return String.format(Locale.ROOT, "%s (%.0f %%)", best.element().symbol(), 100 * best.probability());
    }
}
