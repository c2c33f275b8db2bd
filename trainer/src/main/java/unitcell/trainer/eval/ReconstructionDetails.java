package unitcell.trainer.eval;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.util.Locale;
import unitcell.crystal.Crystal;
import unitcell.crystal.validity.ValidityRules;
import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.PositionError;
import unitcell.trainer.reconstruct.Reconstruction;
import unitcell.trainer.reconstruct.SiteGuess;

/**
 * One row of CSV for each trial, and for each crystal that cannot be used: what was hidden and found, mean distances of
 * atoms from where they belong in angstrom, and validity of what was completed and of the truth.
 */
final class ReconstructionDetails {
    private static final int FEW = 5;

    private final CsvWriter csv;
    private final ValidityRules rules;

    /** Writes the heads. */
    ReconstructionDetails(CsvWriter csv, ValidityRules rules) {
        this.csv = csv;
        this.rules = rules;
        csv.writeRecord(
                "id",
                "mask",
                "noise",
                "formula",
                "completed",
                "hidden",
                "top1",
                "top5",
                "mean_before_A",
                "mean_after_A",
                "structure",
                "composition",
                "true_structure",
                "true_composition",
                "skipped");
    }

    /** A trial. */
    void add(Condition condition, Crystal truth, Reconstruction result) {
        int first = 0;
        int fifth = 0;
        for (SiteGuess guess : result.guesses()) {
            int rank = guess.ranking().rank(truth.species(guess.site()));
            first += rank == 1 ? 1 : 0;
            fifth += rank <= FEW ? 1 : 0;
        }
        Crystal completed = result.completed();
        Verdict verdict = rules.judge(completed);
        Verdict ofTruth = rules.judge(truth);
        csv.writeRecord(
                truth.id(),
                condition.mask().slug(),
                text("%.3g", condition.noise()),
                truth.composition().formula(),
                completed.composition().formula(),
                Integer.toString(result.guesses().size()),
                Integer.toString(first),
                Integer.toString(fifth),
                text("%.6f", PositionError.between(truth, result.input()).mean()),
                text("%.6f", PositionError.between(truth, completed).mean()),
                Boolean.toString(verdict.structure()),
                Boolean.toString(verdict.composition()),
                Boolean.toString(ofTruth.structure()),
                Boolean.toString(ofTruth.composition()),
                "");
    }

    /** A crystal that cannot be used: one line says why. */
    void skip(String id, String reason) {
        csv.writeRecord(id, "", "", "", "", "", "", "", "", "", "", "", "", "", reason);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one method
    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
