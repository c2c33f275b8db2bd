package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import unitcell.crystal.Crystal;
import unitcell.crystal.match.PreparedCrystal;
import unitcell.crystal.validity.ValidityRules;
import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.reconstruct.PositionError;
import unitcell.trainer.reconstruct.Reconstruction;
import unitcell.trainer.reconstruct.SiteGuess;
import unitcell.trainer.reconstruct.SpeciesBaseline;

/**
 * Turns trials into scores: of models, of the guess that needs none, and of the truth itself.
 *
 * <p>Position errors are over all atoms, species over hidden ones, validity over crystals.
 */
final class Measurement {
    private static final int FEW = 5;

    private final ValidityRules rules;
    private final Optional<Matching> matching;

    Measurement(ValidityRules rules, Optional<Matching> matching) {
        this.rules = rules;
        this.matching = matching;
    }

    /** What the rules say. */
    Verdict judge(Crystal crystal) {
        return rules.judge(crystal);
    }

    /**
     * Adds what a network made of a crystal.
     *
     * @param result with the network's species on every site
     * @param choice which of the two completed crystals is kept for everything but the two pairs of validity metrics
     * @return the trial as {@code choice} has it
     */
    Trial add(
            Scores scores,
            long index,
            int draw,
            byte[] weights,
            Corrupted spoilt,
            Reconstruction result,
            VisibleSpecies choice) {
        Crystal truth = spoilt.original();
        Crystal kept = Trial.withVisibleKept(result.completed(), spoilt.input());
        Verdict free = rules.judge(result.completed());
        // Positions and cell are the same, so only the charges can differ.
        Verdict visible = new Verdict(free.structure(), rules.composition(kept.composition()));
        validity(scores, weights, free);
        count(scores, Metric.COMPOSITION_KEPT, weights, visible.composition());
        count(scores, Metric.VALID_KEPT, weights, visible.valid());
        hidden(scores, weights, truth, result);
        visible(scores, weights, spoilt, result.completed());
        positions(scores, weights, truth, spoilt.input(), result.completed());
        Trial trial = choice == VisibleSpecies.FREE
                ? new Trial(index, draw, weights, spoilt, result, free, choice)
                : new Trial(
                        index,
                        draw,
                        weights,
                        spoilt,
                        new Reconstruction(result.input(), kept, result.guesses()),
                        visible,
                        choice);
        count(scores, Metric.SAME_COMPOSITION, weights, trial.keepsComposition());
        match(scores, index, weights, truth, trial.completed(), trial.verdict());
        variety(scores, index, weights, trial);
        return trial;
    }

    /** Adds the guess that needs no network: the most frequent species on hidden sites, positions as spoilt. */
    void addGuess(Scores scores, long index, byte[] weights, Corrupted spoilt, SpeciesBaseline baseline) {
        Crystal truth = spoilt.original();
        int[] species = spoilt.input().species();
        int first = 0;
        int fifth = 0;
        int hidden = 0;
        for (int i = 0; i < species.length; i++) {
            if (spoilt.masked()[i]) {
                int rank = baseline.rank(truth.species(i));
                first += rank == 1 ? 1 : 0;
                fifth += rank <= FEW ? 1 : 0;
                hidden++;
                species[i] = baseline.mostFrequent().z();
            }
        }
        Crystal guessed = spoilt.input().withSpecies(species);
        Verdict verdict = rules.judge(guessed);
        validity(scores, weights, verdict);
        // Nothing visible changes, so both ways agree.
        count(scores, Metric.COMPOSITION_KEPT, weights, verdict.composition());
        count(scores, Metric.VALID_KEPT, weights, verdict.valid());
        count(scores, Metric.SAME_COMPOSITION, weights, guessed.composition().equals(truth.composition()));
        scores.add(Metric.TOP1, weights, first, hidden);
        scores.add(Metric.TOP5, weights, fifth, hidden);
        positions(scores, weights, truth, spoilt.input(), guessed);
        match(scores, index, weights, truth, guessed, verdict);
    }

    private void match(Scores scores, long index, byte[] weights, Crystal truth, Crystal completed, Verdict verdict) {
        if (matching.isEmpty() || !matching.get().takes(index)) {
            return;
        }
        OptionalDouble rms = matching.get().rms(completed, truth);
        boolean valid = rms.isPresent() && verdict.valid() && rules.judge(truth).valid();
        count(scores, Metric.MATCH, weights, rms.isPresent());
        count(scores, Metric.MATCH_VALID, weights, valid);
        scores.add(Metric.MATCH_RMSE, weights, rms.orElse(0), rms.isPresent() ? 1 : 0);
        scores.add(Metric.MATCH_CRMSE, weights, rms.orElse(matching.get().tolerance()), 1);
    }

    private void variety(Scores scores, long index, byte[] weights, Trial trial) {
        if (matching.isEmpty() || !matching.get().takes(index)) {
            return;
        }
        PreparedCrystal prepared = PreparedCrystal.of(trial.completed());
        boolean unique = matching.get().isUnique(prepared);
        count(scores, Metric.UNIQUE, weights, unique);
        matching.get().isNovel(prepared).ifPresent(novel -> {
            count(scores, Metric.NOVEL, weights, novel);
            count(
                    scores,
                    Metric.VUN,
                    weights,
                    novel && unique && trial.verdict().valid());
        });
    }

    /** Begins a pass of a model over the test set. */
    void startPass() {
        matching.ifPresent(Matching::startPass);
    }

    /** Adds a true crystal, which does not always pass the rules either. */
    void addTruth(Scores scores, byte[] weights, Crystal truth) {
        Verdict verdict = rules.judge(truth);
        validity(scores, weights, verdict);
        count(scores, Metric.COMPOSITION_KEPT, weights, verdict.composition());
        count(scores, Metric.VALID_KEPT, weights, verdict.valid());
    }

    private static void validity(Scores scores, byte[] weights, Verdict verdict) {
        count(scores, Metric.STRUCTURE, weights, verdict.structure());
        count(scores, Metric.COMPOSITION, weights, verdict.composition());
        count(scores, Metric.VALID, weights, verdict.valid());
    }

    private static void count(Scores scores, Metric metric, byte[] weights, boolean hit) {
        scores.add(metric, weights, hit ? 1 : 0, 1);
    }

    private static void hidden(Scores scores, byte[] weights, Crystal truth, Reconstruction result) {
        int first = 0;
        int fifth = 0;
        for (SiteGuess guess : result.guesses()) {
            int rank = guess.ranking().rank(truth.species(guess.site()));
            first += rank == 1 ? 1 : 0;
            fifth += rank <= FEW ? 1 : 0;
        }
        scores.add(Metric.TOP1, weights, first, result.guesses().size());
        scores.add(Metric.TOP5, weights, fifth, result.guesses().size());
    }

    private static void visible(Scores scores, byte[] weights, Corrupted spoilt, Crystal completed) {
        int same = 0;
        int visible = 0;
        for (int i = 0; i < completed.size(); i++) {
            if (!spoilt.masked()[i]) {
                visible++;
                same += completed.species(i) == spoilt.original().species(i) ? 1 : 0;
            }
        }
        scores.add(Metric.VISIBLE, weights, same, visible);
    }

    private static void positions(Scores scores, byte[] weights, Crystal truth, Crystal input, Crystal completed) {
        double[] before = PositionError.displacements(truth, input);
        double[] after = PositionError.displacements(truth, completed);
        PositionError alignedBefore = PositionError.of(PositionError.aligned(before));
        PositionError alignedAfter = PositionError.of(PositionError.aligned(after));
        scores.add(Metric.BEFORE, weights, PositionError.of(before).sum(), truth.size());
        scores.add(Metric.AFTER, weights, PositionError.of(after).sum(), truth.size());
        scores.add(Metric.BEFORE_ALIGNED, weights, alignedBefore.sum(), truth.size());
        scores.add(Metric.AFTER_ALIGNED, weights, alignedAfter.sum(), truth.size());
        scores.add(Metric.BEFORE_RMS, weights, alignedBefore.squares(), truth.size());
        scores.add(Metric.AFTER_RMS, weights, alignedAfter.squares(), truth.size());
    }

    /** Scores by setting, in the order of the settings. */
    static Map<Setting, Scores> empty(List<Setting> settings, int draws) {
        Map<Setting, Scores> scores = new LinkedHashMap<>();
        new ArrayList<>(settings).forEach(setting -> scores.put(setting, new Scores(draws)));
        return scores;
    }
}
