package unitcell.trainer.reconstruct.guide;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.trainer.TrainerException;

/**
 * The order of candidates. The generator alone: by log-probability. With a discriminator: by log-probability plus the
 * logarithm of the probability of being stable, as if both were independent evidence. With a goal: by the distance of the
 * predicted property from it, equal ones by the sum before; with both, candidates that are more likely stable than not come
 * before the others.
 *
 * @param discriminator says probabilities of being stable
 * @param goal a property to aim at
 */
public record CandidateRanking(Optional<CandidateScorer> discriminator, Optional<Goal> goal) {
    /** By the generator alone. */
    public static final CandidateRanking GENERATOR = new CandidateRanking(Optional.empty(), Optional.empty());

    /** Judges candidates and puts the best first. */
    public List<Candidate> rank(List<Candidate> candidates) throws IOException {
        if (discriminator.isEmpty() && goal.isEmpty()) {
            return candidates;
        }
        List<Crystal> crystals = candidates.stream().map(Candidate::crystal).toList();
        double[] stability = discriminator.isPresent() ? finite(discriminator.get(), crystals) : null;
        double[] property = goal.isPresent() ? finite(goal.get().scorer(), crystals) : null;
        List<Candidate> ranked = new ArrayList<>();
        for (int k = 0; k < candidates.size(); k++) {
            Candidate candidate = candidates.get(k);
            ranked.add(new Candidate(
                    candidate.crystal(),
                    candidate.generatorRank(),
                    candidate.logProbability(),
                    stability == null ? Double.NaN : stability[k],
                    property == null ? Double.NaN : property[k]));
        }
        ranked.sort(order());
        return ranked;
    }

    private Comparator<Candidate> order() {
        Comparator<Candidate> bySum = Comparator.comparingDouble((Candidate c) ->
                        -c.logProbability() - (discriminator.isPresent() ? Math.log(c.stability()) : 0))
                .thenComparingInt(Candidate::generatorRank);
        if (goal.isEmpty()) {
            return bySum;
        }
        Comparator<Candidate> byGoal = Comparator.comparingDouble(
                        (Candidate c) -> goal.get().miss(c.property()))
                .thenComparing(bySum);
        return discriminator.isEmpty()
                ? byGoal
                : Comparator.comparing((Candidate c) -> c.stability() < 0.5).thenComparing(byGoal);
    }

    private static double[] finite(CandidateScorer scorer, List<Crystal> crystals) throws IOException {
        double[] values = scorer.score(crystals);
        for (int k = 0; k < values.length; k++) {
            if (!Double.isFinite(values[k])) {
                throw TrainerException.nonFinite("the model of " + scorer.name() + " says " + values[k]
                        + " about crystal '" + crystals.get(k).id() + "': its weights are of no use");
            }
        }
        return values;
    }
}
