package unitcell.trainer.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.net.Generator;
import unitcell.net.SpeciesRanking;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.Corruption.MaskType;

class ReconstructionScoreTest {
    private static final Condition RANDOM = new Condition(MaskType.RANDOM, 0.1);
    private static final ValidityRules RULES = ValidityRules.of(OxidationStates.SMACT14);
    private static final Lattice CUBE = Lattice.ofParameters(4, 4, 4, 90, 90, 90);

    /** Says the given species in this order, the rest by atomic number. */
    private static SiteGuess guess(int site, int... order) {
        float[] logits = new float[Generator.CLASSES];
        for (int k = 0; k < order.length; k++) {
            logits[order[k] - 1] = 20 - k;
        }
        return new SiteGuess(site, new SpeciesRanking(logits, 0, Generator.CLASSES));
    }

    private static Crystal pair(int a, int b, double x) {
        return new Crystal("pair", CUBE, new int[] {a, b}, new double[] {0, 0, 0, x, 0.5, 0.5});
    }

    private static SpeciesBaseline oxygenFirst() {
        long[] counts = new long[119];
        counts[8] = 10;
        counts[26] = 3;
        counts[14] = 3;
        return SpeciesBaseline.of(counts, "by hand");
    }

    @Test
    void countsSpeciesAndDistancesByHand() {
        ReconstructionScore score = new ReconstructionScore(Optional.of(oxygenFirst()), RULES);
        // The second atom is 0.4 A off as given, across the cell's edge 0.2 A off when done; the first never moves.
        Crystal truth = pair(11, 8, 0.975);
        score.add(RANDOM, truth, new Reconstruction(pair(11, 0, 0.875), pair(11, 8, 0.025), List.of(guess(1, 8, 16))));
        // Iron is found in second place; both atoms are where they belong, a whole cell away.
        score.add(
                RANDOM,
                pair(26, 17, 0.5),
                new Reconstruction(pair(0, 17, 1.5), pair(28, 17, 0.5), List.of(guess(0, 28, 26))));
        // Sodium is not among the first five.
        score.add(
                RANDOM,
                pair(11, 17, 0.5),
                new Reconstruction(pair(0, 17, 0.5), pair(28, 17, 0.5), List.of(guess(0, 28, 26, 25, 24, 23))));
        ReconstructionScore.Row row = score.row(RANDOM);
        assertEquals(3, row.crystals());
        assertEquals(3, row.hidden());
        assertEquals(1.0 / 3, row.top1(), 1e-15);
        assertEquals(2.0 / 3, row.top5(), 1e-15);
        assertEquals(1.0 / 3, row.baselineTop1(), 1e-15);
        assertEquals(2.0 / 3, row.baselineTop5(), 1e-15);
        assertEquals(0.4 / 6, row.before().mean(), 1e-12);
        assertEquals(0.2 / 6, row.after().mean(), 1e-12);
        assertEquals(0.4 / Math.sqrt(6), row.before().rms(), 1e-12);
        assertEquals(0.2 / Math.sqrt(6), row.after().rms(), 1e-12);
        // Without the common shift of (-0.2, 0, 0) and (0.1, 0, 0) both atoms of the first are off by half as much.
        assertEquals(0.4 / 6, row.alignedBefore().mean(), 1e-12);
        assertEquals(0.1 / 3, row.alignedAfter().mean(), 1e-12);
        assertEquals(0.1 / Math.sqrt(3), row.alignedAfter().rms(), 1e-12);
        assertEquals("33.3 %", score.table().get(0).get(ReconstructionScore.HEADER.indexOf("top-1")));
    }

    @Test
    void displacementsTakeTheShortestWayInASkewedCell() {
        Lattice skewed = Lattice.ofParameters(3, 3.2, 9, 90, 90, 35);
        Crystal truth = new Crystal("skewed", skewed, new int[] {11, 17}, new double[] {0.1, 0.2, 0.3, 0.9, 0.4, 0.5});
        double[] step = {0.4, -0.3, 0.2, -0.1, 0.2, 0.35};
        Crystal moved = Corruption.displaced(truth, step);
        double[] found = PositionError.displacements(truth, moved);
        assertArrayEquals(step, found, 1e-12);
        assertArrayEquals(new double[] {0.25, -0.25, -0.075, -0.25, 0.25, 0.075}, PositionError.aligned(found), 1e-12);
        assertEquals(
                0, PositionError.of(PositionError.displacements(truth, truth)).rms());
    }

    @Test
    void conditionsAreKeptApartAndInOrder() {
        ReconstructionScore score = new ReconstructionScore(Optional.of(oxygenFirst()), RULES);
        Reconstruction result = new Reconstruction(pair(0, 8, 0.5), pair(11, 8, 0.5), List.of(guess(0, 11)));
        Condition more = new Condition(MaskType.SPECIES, 0.2);
        score.add(more, pair(11, 8, 0.5), result);
        score.add(RANDOM, pair(11, 8, 0.5), result);
        score.add(RANDOM, pair(12, 8, 0.5), result);
        assertEquals(List.of(RANDOM, more), score.conditions());
        assertEquals(1, score.row(more).top1());
        assertEquals(0.5, score.row(RANDOM).top1());
    }

    @Test
    void withoutCountsOfTheTrainingTheGivenCrystalsTellTheMostFrequentSpecies() {
        ReconstructionScore score = new ReconstructionScore(Optional.empty(), RULES);
        assertTrue(score.baseline().isEmpty());
        Reconstruction result = new Reconstruction(pair(0, 8, 0.5), pair(11, 8, 0.5), List.of(guess(0, 11)));
        score.add(RANDOM, pair(8, 8, 0.5), result);
        score.add(RANDOM, pair(12, 8, 0.5), result);
        assertEquals("O", score.baseline().orElseThrow().mostFrequent().symbol());
        assertEquals(0.5, score.row(RANDOM).baselineTop1());
        assertEquals(1, score.row(RANDOM).baselineTop5());
    }

    @Test
    void validityIsJudgedForBothSides() {
        ReconstructionScore score = new ReconstructionScore(Optional.empty(), RULES);
        // NaCl is valid. NaNe is not neutral; atoms 0.1 A apart are no structure.
        Crystal salt = pair(11, 17, 0.5);
        Crystal onTop = salt.withFrac(new double[] {0, 0, 0, 0.025, 0, 0});
        score.add(RANDOM, salt, new Reconstruction(pair(0, 17, 0.5), salt, List.of(guess(0, 11))));
        score.add(RANDOM, salt, new Reconstruction(pair(11, 0, 0.5), pair(11, 10, 0.5), List.of(guess(1, 10))));
        score.add(RANDOM, salt, new Reconstruction(pair(0, 17, 0.5), onTop, List.of(guess(0, 11))));
        score.add(RANDOM, pair(0, 17, 0.5), new Reconstruction(pair(0, 17, 0.5), salt, List.of(guess(0, 11))));
        assertEquals(new ValidShares(4, 3, 3, 2), score.row(RANDOM).valid());
        assertEquals(new ValidShares(3, 3, 3, 3), score.row(RANDOM).truthValid());
        assertEquals(
                List.of("random", "0.100", "4", "75.0 %", "100.0 %", "75.0 %", "100.0 %", "50.0 %", "100.0 %"),
                score.validityTable().get(0));
    }

    @Test
    void aSiteUnknownInTheTruthIsNotScored() {
        ReconstructionScore score = new ReconstructionScore(Optional.of(oxygenFirst()), RULES);
        score.add(
                RANDOM, pair(0, 8, 0.5), new Reconstruction(pair(0, 8, 0.5), pair(11, 8, 0.5), List.of(guess(0, 11))));
        assertEquals(0, score.row(RANDOM).hidden());
        assertEquals("-", score.table().get(0).get(ReconstructionScore.HEADER.indexOf("top-1")));
        assertTrue(score.toJson().pretty().contains("\"top1\": null"));
    }

    @Test
    void equallyFrequentSpeciesAreOrderedByAtomicNumber() {
        SpeciesBaseline baseline = oxygenFirst();
        assertEquals("O", baseline.mostFrequent().symbol());
        assertEquals(2, baseline.rank(14));
        assertEquals(3, baseline.rank(26));
        assertEquals(Integer.MAX_VALUE, baseline.rank(1));
        assertThrows(TrainerException.class, () -> SpeciesBaseline.of(new long[119], "nothing"));
    }
}
