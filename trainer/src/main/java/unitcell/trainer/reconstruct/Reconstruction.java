package unitcell.trainer.reconstruct;

import java.util.List;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.trainer.reconstruct.guide.Candidate;

/**
 * A completed crystal.
 *
 * @param input as it was given: hidden sites have species 0
 * @param candidates ways to complete it, at least one, the best first
 * @param guesses one for each hidden site, by rising index
 * @param neutral whether the candidates' charges balance; empty where that was not asked for
 * @param note why there is less than was asked for, in a few words; empty where there is not
 */
public record Reconstruction(
        Crystal input, List<Candidate> candidates, List<SiteGuess> guesses, Optional<Boolean> neutral, String note) {
    public Reconstruction {
        candidates = List.copyOf(candidates);
        guesses = List.copyOf(guesses);
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("crystal '" + input.id() + "' is completed in no way");
        }
    }

    /** Completed in one way. */
    public Reconstruction(Crystal input, Crystal completed, List<SiteGuess> guesses) {
        this(
                input,
                List.of(new Candidate(completed, 1, logProbability(completed, guesses))),
                guesses,
                Optional.empty(),
                "");
    }

    private static double logProbability(Crystal completed, List<SiteGuess> guesses) {
        double sum = 0;
        for (SiteGuess guess : guesses) {
            sum += guess.ranking().logProbability(completed.species(guess.site()));
        }
        return sum;
    }

    /** The best way: every site with a species, displacements removed, wrapped into the cell; the input's id. */
    public Crystal completed() {
        return candidates.get(0).crystal();
    }

    /** The same with other candidates, or in another order. */
    Reconstruction with(List<Candidate> others) {
        return new Reconstruction(input, others, guesses, neutral, note);
    }
}
