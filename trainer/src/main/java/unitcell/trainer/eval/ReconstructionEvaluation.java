package unitcell.trainer.eval;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.AtomicFiles;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.ReconstructionTrials;
import unitcell.trainer.reconstruct.Reconstructor;
import unitcell.trainer.reconstruct.SpeciesBaseline;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.reconstruct.ValidShares;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;

/**
 * Spoils crystals, lets a network complete them, and compares with the truth: species, positions, and validity, each
 * beside what the truth itself has and what a guess without a network reaches.
 *
 * <p>The input is read once to see what can be used and how valid it is, then once more for each condition, so memory
 * does not grow with it.
 *
 * @param model completes
 * @param rules of validity
 * @param maskRatio share of sites that a random mask hides
 * @param seed of masks and noise
 * @param strict whether a crystal that cannot be used is a failure
 * @param skipped hears of each crystal that cannot be used, one line
 * @param details file for {@link ReconstructionDetails}
 * @param stop whether somebody asked for a stop; the result is then of what was done until then
 */
public record ReconstructionEvaluation(
        TrainedModel model,
        ValidityRules rules,
        double maskRatio,
        long seed,
        boolean strict,
        Consumer<String> skipped,
        Optional<Path> details,
        BooleanSupplier stop) {

    /** What the first reading finds. */
    private static final class Survey {
        ValidShares truth = ValidShares.NONE;
        final long[] species = new long[Element.MAX_Z + 1];
        long skipped;
    }

    /**
     * Evaluates on an input.
     *
     * @param source the truth
     * @param conditions how to spoil it
     * @param output for progress
     * @throws TrainerException if nothing can be used, or not everything and {@code strict}
     */
    public EvaluatedReconstruction run(CrystalSource source, List<Condition> conditions, ProgressOutput output)
            throws IOException {
        EvaluatedReconstruction[] result = new EvaluatedReconstruction[1];
        if (details.isEmpty()) {
            result[0] = run(source, conditions, output, Optional.empty());
        } else {
            AtomicFiles.replace(details.get(), place -> {
                try (CsvWriter csv = CsvWriter.builder().build(place)) {
                    result[0] = run(source, conditions, output, Optional.of(new ReconstructionDetails(csv, rules)));
                }
            });
        }
        return result[0];
    }

    private EvaluatedReconstruction run(
            CrystalSource source,
            List<Condition> conditions,
            ProgressOutput output,
            Optional<ReconstructionDetails> rows)
            throws IOException {
        Survey survey = survey(source, rows);
        SpeciesBaseline baseline = model.baseline()
                .orElseGet(() -> SpeciesBaseline.of(survey.species, "the crystals evaluated, no others being known"));
        EvaluatedReconstruction result = new EvaluatedReconstruction(survey.truth, survey.skipped, baseline, rules);
        ReconstructionTrials trials =
                new ReconstructionTrials(new Reconstructor(model, Reconstructor.Options.STANDARD), maskRatio, seed);
        long[] done = {0};
        try (Progress progress = output.start("evaluate", "trials", 0, survey.truth.judged() * conditions.size())) {
            for (Condition condition : conditions) {
                run(source, condition, trials, (spoilt, reconstruction) -> {
                    result.add(
                            condition,
                            spoilt.original(),
                            reconstruction,
                            rules.judge(guessed(spoilt, baseline.mostFrequent())));
                    rows.ifPresent(r -> r.add(condition, spoilt.original(), reconstruction));
                    progress.done(++done[0]);
                });
            }
        }
        return result;
    }

    private void run(
            CrystalSource source, Condition condition, ReconstructionTrials trials, ReconstructionTrials.Sink sink)
            throws IOException {
        try (CrystalRecords records = source.open()) {
            trials.run(known(records, (id, reason) -> {}), condition, sink);
        }
    }

    private Survey survey(CrystalSource source, Optional<ReconstructionDetails> rows) {
        Survey survey = new Survey();
        String[] first = {""};
        try (CrystalRecords records = source.open()) {
            Iterator<Crystal> crystals = known(records, (id, reason) -> {
                if (strict) {
                    throw TrainerException.input(reason);
                }
                first[0] = survey.skipped++ == 0 ? reason : first[0];
                skipped.accept(reason);
                rows.ifPresent(r -> r.skip(id, reason));
            });
            while (crystals.hasNext()) {
                Crystal crystal = crystals.next();
                survey.truth = survey.truth.plus(rules.judge(crystal));
                for (int z : crystal.species()) {
                    survey.species[z]++;
                }
            }
        }
        if (survey.truth.judged() == 0 && !stop.getAsBoolean()) {
            throw TrainerException.input(
                    first[0] + (survey.skipped > 1 ? " (and " + (survey.skipped - 1) + " more)" : "")
                            + ": nothing left to evaluate on");
        }
        return survey;
    }

    private KnownCrystals known(Iterator<CrystalRecord> records, BiConsumer<String, String> passed) {
        return new KnownCrystals(records, model.generator().config().maxNumElements(), passed, stop);
    }

    /** The spoilt crystal with one species on all hidden sites. */
    private static Crystal guessed(Corrupted spoilt, Element guess) {
        int[] species = spoilt.input().species();
        for (int i = 0; i < species.length; i++) {
            species[i] = spoilt.masked()[i] ? guess.z() : species[i];
        }
        return spoilt.input().withSpecies(species);
    }
}
