package unitcell.trainer.reconstruct.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;

class CandidateRankingTest {
    /** Says a fixed number for each species of the first site. */
    private record Table(String name, double... byZ) implements CandidateScorer {
        @Override
        public String unit() {
            return "GPa";
        }

        @Override
        public double[] score(List<Crystal> crystals) {
            return crystals.stream().mapToDouble(c -> byZ[c.species(0)]).toArray();
        }
    }

    // Probabilities 0.5, 0.3, 0.15, 0.05 of H, He, Li, Be.
    private static List<Candidate> candidates() {
        double[] probabilities = {0.5, 0.3, 0.15, 0.05};
        List<Candidate> candidates = new java.util.ArrayList<>();
        for (int k = 0; k < 4; k++) {
            Crystal crystal =
                    new Crystal("c", Lattice.ofParameters(4, 4, 4, 90, 90, 90), new int[] {k + 1}, new double[3]);
            candidates.add(new Candidate(crystal, k + 1, Math.log(probabilities[k])));
        }
        return candidates;
    }

    private static String order(CandidateRanking ranking) throws IOException {
        StringBuilder order = new StringBuilder();
        ranking.rank(candidates())
                .forEach(c -> order.append(c.crystal().composition()).append(' '));
        return order.toString().strip();
    }

    private static CandidateRanking of(double[] stability, Optional<Goal> goal) {
        return new CandidateRanking(
                stability.length == 0 ? Optional.empty() : Optional.of(new Table("stability", stability)), goal);
    }

    private static Optional<Goal> goal(Goal.Aim aim, double... values) {
        return Optional.of(new Goal(new Table("bulk-modulus", values), aim));
    }

    @Test
    void theGeneratorAloneChangesNothing() throws IOException {
        List<Candidate> candidates = candidates();
        assertSame(candidates, CandidateRanking.GENERATOR.rank(candidates));
    }

    @Test
    void stabilityMultipliesTheProbability() throws IOException {
        // Products 0.05, 0.12, 0.135, 0.04.
        assertEquals("Li He H Be", order(of(new double[] {0, 0.1, 0.4, 0.9, 0.8}, Optional.empty())));
        // Where stability is 0, probability does not help, and ties go by probability.
        assertEquals("Be H He Li", order(of(new double[] {0, 0, 0, 0, 0.1}, Optional.empty())));
    }

    @Test
    void aGoalGoesByDistanceThenByProbability() throws IOException {
        assertEquals("Be Li H He", order(of(new double[0], goal(new Goal.Aim.Near(100), 0, 150, 50, 120, 90))));
        assertEquals("H Be Li He", order(of(new double[0], goal(new Goal.Aim.Highest(), 0, 150, 50, 120, 120.5))));
        assertEquals("He Li Be H", order(of(new double[0], goal(new Goal.Aim.Lowest(), 0, 150, 50, 90, 120))));
    }

    @Test
    void withBothTheStableOnesComeFirst() throws IOException {
        List<Candidate> ranked = of(
                        new double[] {0, 0.4, 0.6, 0.49, 0.5}, goal(new Goal.Aim.Near(100), 0, 100, 50, 99, 140))
                .rank(candidates());
        assertEquals(
                List.of(4, 2, 1, 3),
                ranked.stream().map(Candidate::generatorRank).toList());
        assertEquals(0.5, ranked.get(0).stability());
        assertEquals(140, ranked.get(0).property());
        assertEquals(Math.log(0.05), ranked.get(0).logProbability());
    }

    @Test
    void numbersThatAreNoneEndTheWork() {
        TrainerException e = assertThrows(
                TrainerException.class,
                () -> of(new double[0], goal(new Goal.Aim.Lowest(), 0, 1, Double.NaN, 2, 3))
                        .rank(candidates()));
        assertEquals(ExitCode.NON_FINITE, e.exitCode());
    }
}
