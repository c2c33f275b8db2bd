package unitcell.trainer.reconstruct;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.validity.ValidityRules;
import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.engine.io.AtomicFiles;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.reconstruct.guide.Candidate;
import unitcell.trainer.reconstruct.guide.Goal;

/**
 * The tables of a run, written row by row as CSV: {@code species.csv}, one row for each hidden site of each completed
 * crystal; {@code candidates.csv}, one row for each completed crystal; {@code skipped.csv}, what could not be used. All
 * appear whole, at the end.
 */
final class ReconstructionTables {
    private final CsvWriter species;
    private final CsvWriter candidates;
    private final CsvWriter skipped;
    private final ValidityRules rules;
    private final Optional<Goal> goal;
    private final int top;

    /** Fills the tables. */
    @FunctionalInterface
    interface Body {
        void write(ReconstructionTables tables) throws IOException;
    }

    private ReconstructionTables(
            CsvWriter species,
            CsvWriter candidates,
            CsvWriter skipped,
            ValidityRules rules,
            Optional<Goal> goal,
            int top) {
        this.species = species;
        this.candidates = candidates;
        this.skipped = skipped;
        this.rules = rules;
        this.goal = goal;
        this.top = top;
    }

    /**
     * Writes the tables into a folder; they appear when the body is done.
     *
     * @param rules judge completed crystals
     * @param goal what a property is measured against
     * @param top species to tell for each hidden site
     */
    static void write(Path folder, ValidityRules rules, Optional<Goal> goal, int top, Body body) throws IOException {
        AtomicFiles.replace(
                folder.resolve("species.csv"),
                first -> AtomicFiles.replace(
                        folder.resolve("candidates.csv"),
                        second -> AtomicFiles.replace(folder.resolve("skipped.csv"), third -> {
                            try (CsvWriter species = CsvWriter.builder().build(first);
                                    CsvWriter candidates = CsvWriter.builder().build(second);
                                    CsvWriter skipped = CsvWriter.builder().build(third)) {
                                ReconstructionTables tables =
                                        new ReconstructionTables(species, candidates, skipped, rules, goal, top);
                                tables.heads();
                                body.write(tables);
                            }
                        })));
    }

    private void heads() {
        List<String> head = new ArrayList<>(List.of("crystal", "file", "site", "true", "chosen"));
        for (int k = 1; k <= top; k++) {
            head.add("species_" + k);
            head.add("probability_" + k);
        }
        species.writeRecord(head);
        candidates.writeRecord(
                "crystal",
                "file",
                "rank",
                "generator_rank",
                "formula",
                "log_probability",
                "structure_valid",
                "composition_valid",
                "neutral",
                "p_stable",
                "property",
                "miss",
                "note");
        skipped.writeRecord("id", "rule", "detail");
    }

    /** A crystal that could not be used. */
    void skip(Skipped crystal) {
        skipped.writeRecord(crystal.id(), crystal.rule(), crystal.detail());
    }

    /**
     * A completed crystal.
     *
     * @param files one for each candidate
     */
    void add(Crystal truth, Reconstruction result, List<String> files) {
        for (int k = 0; k < files.size(); k++) {
            Candidate candidate = result.candidates().get(k);
            candidates.writeRecord(row(result, candidate, k + 1, files.get(k)));
            for (SiteGuess guess : result.guesses()) {
                species.writeRecord(row(truth, candidate.crystal(), guess, files.get(k)));
            }
        }
    }

    private List<String> row(Reconstruction result, Candidate candidate, int rank, String file) {
        Crystal crystal = candidate.crystal();
        Verdict verdict = rules.judge(crystal);
        return List.of(
                crystal.id(),
                file,
                Integer.toString(rank),
                Integer.toString(candidate.generatorRank()),
                crystal.composition().formula(),
                text(candidate.logProbability()),
                Boolean.toString(verdict.structure()),
                Boolean.toString(verdict.composition()),
                result.neutral().map(neutral -> neutral ? "yes" : "no").orElse(""),
                text(candidate.stability()),
                text(candidate.property()),
                goal.filter(g -> g.aim() instanceof Goal.Aim.Near)
                        .map(g -> text(g.miss(candidate.property())))
                        .orElse(""),
                result.note());
    }

    private List<String> row(Crystal truth, Crystal completed, SiteGuess guess, String file) {
        Element known = Element.of(truth.species(guess.site()));
        List<String> row = new ArrayList<>(List.of(
                truth.id(),
                file,
                Integer.toString(guess.site()),
                known.isUnknown() ? "" : known.symbol(),
                Element.of(completed.species(guess.site())).symbol()));
        for (SiteGuess.Species species : guess.best(top)) {
            row.add(species.element().symbol());
            row.add(text(species.probability()));
        }
        return row;
    }

    private static String text(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6f", value);
    }
}
