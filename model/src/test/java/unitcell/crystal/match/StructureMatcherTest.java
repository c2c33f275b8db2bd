package unitcell.crystal.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;
import unitcell.crystal.match.Comparison.Different;
import unitcell.crystal.match.Comparison.Reason;

/** Answers worked out by hand, and descriptions that must not matter. */
class StructureMatcherTest {
    private static final Crystal CSCL =
            new Crystal("CsCl", Lattice.cubic(4), new int[] {55, 17}, new double[] {0, 0, 0, 0.5, 0.5, 0.5});
    private static final Crystal ROCK_SALT = new Crystal(
            "CsCl", Lattice.ofRows(0, 3, 3, 3, 0, 3, 3, 3, 0), new int[] {55, 17}, new double[] {0, 0, 0, .5, .5, .5});

    private final StructureMatcher matcher = StructureMatcher.standard();

    @Test
    void oneAtomMovedAgainstAnother() {
        // The chlorine moved by d along z; after the mean is taken off both atoms are off by d / 2.
        double d = 0.4;
        Crystal moved = CSCL.withFrac(new double[] {0, 0, 0, 0.5, 0.5, 0.5 + d / 4});
        Match match = matcher.match(CSCL, moved).orElseThrow();
        double unit = Math.cbrt(64.0 / 2);
        assertEquals(unit, match.unit(), 1e-9);
        assertEquals(2, match.sites());
        assertEquals(d / 2 / unit, match.rms(), 1e-9);
        assertEquals(d / 2 / unit, match.maxDistance(), 1e-9);
        assertEquals(d / 2, match.rmsAngstrom(), 1e-9);
        assertEquals(d / 2, match.maxAngstrom(), 1e-9);
        assertTrue(matcher.fits(CSCL, moved));
    }

    @Test
    void largestAndRootMeanSquareDisplacement() {
        // Four carbon atoms on a line in a long cell, the last moved by d: off by -d/4 three times and 3d/4 once.
        Lattice lattice = Lattice.ofParameters(4, 4.4, 20, 90, 90, 90);
        double[] frac = {0, 0, 0.1, 0.3, 0.1, 0.33, 0.1, 0.6, 0.52, 0.7, 0.3, 0.8};
        Crystal line = new Crystal("C", lattice, new int[] {6, 7, 8, 9}, frac);
        double d = 0.8;
        frac[11] += d / 20;
        Match match = matcher.match(line, line.withFrac(frac)).orElseThrow();
        double unit = Math.cbrt(4 * 4.4 * 20 / 4);
        assertEquals(Math.sqrt((3 * d * d / 16 + 9 * d * d / 16) / 4) / unit, match.rms(), 1e-9);
        assertEquals(0.75 * d / unit, match.maxDistance(), 1e-9);
    }

    @Test
    void rmsWithinAndLargestBeyondTheTolerance() {
        Lattice lattice = Lattice.ofParameters(5, 5.5, 6, 90, 90, 90);
        int[] species = {3, 9, 11, 17, 19, 35, 37, 53};
        double[] frac = new double[24];
        for (int i = 0; i < 8; i++) {
            frac[3 * i] = (i / 4 + 0.05 * i) / 2.0;
            frac[3 * i + 1] = i / 2 % 2 / 2.0;
            frac[3 * i + 2] = i % 2 / 2.0;
        }
        Crystal crystal = new Crystal("eight", lattice, species, frac);
        double unit = Math.cbrt(5 * 5.5 * 6 / 8);
        frac[3 * 7 + 2] += 0.7 * unit / 6;
        Crystal moved = crystal.withFrac(frac);
        // 7/8 of 0.7 is above 0.5, but 0.7 sqrt(7) / 8 is not.
        assertFalse(matcher.fits(crystal, moved));
        assertEquals(
                0.7 * Math.sqrt(7) / 8,
                matcher.match(crystal, moved).orElseThrow().rms(),
                1e-9);
    }

    @Test
    void theToleranceForGeneratedCrystalsIsWide() {
        // Chlorine in the octahedral or the tetrahedral hole: a sqrt(3)/4 apart, half of it for each atom, and the unit
        // is a/2.
        Crystal blende = ROCK_SALT.withFrac(new double[] {0, 0, 0, 0.25, 0.25, 0.25});
        assertEquals(
                Math.sqrt(3) / 4, matcher.match(ROCK_SALT, blende).orElseThrow().rms(), 1e-9);
        assertTrue(matcher.fits(ROCK_SALT, blende));
        assertFalse(new StructureMatcher(MatchTolerance.STRICT).fits(ROCK_SALT, blende));
    }

    @Test
    void descriptionsDoNotMatter() {
        RandomGenerator random = RandomCells.generator(11);
        for (int round = 0; round < 60; round++) {
            int n = 1 + random.nextInt(8);
            Lattice lattice = RandomCells.lattice(random, 3, 8);
            Crystal crystal = RandomCells.crystal(random, lattice, n).withSpecies(randomSpecies(random, n));
            Crystal other = CrystalTransforms.permute(crystal, RandomCells.permutation(random, n));
            other = CrystalTransforms.changeBasis(other, RandomCells.unimodular(random, 5));
            other = CrystalTransforms.rotate(other, RandomCells.rotation(random));
            other = CrystalTransforms.translate(other, 3 * random.nextDouble(), -5 * random.nextDouble(), 1);
            double[] rows = other.lattice().matrix();
            for (int k = 0; k < 9; k++) {
                rows[k] *= -1.2; // other volume, other hand
            }
            other = other.withLattice(Lattice.ofRows(rows));
            Optional<Match> match = matcher.match(crystal, other);
            assertTrue(match.isPresent() && match.get().rms() < 1e-5, "round " + round + ": " + match);
            assertTrue(matcher.fits(other, crystal));
        }
    }

    private static int[] randomSpecies(RandomGenerator random, int n) {
        int[] species = new int[n];
        for (int i = 0; i < n; i++) {
            species[i] = 8 + random.nextInt(3);
        }
        return species;
    }

    @Test
    void reasons() {
        assertEquals(Reason.COMPOSITION, reason(CSCL, CSCL.withSpecies(new int[] {55, 35})));
        Crystal strange = new Crystal("x", Lattice.cubic(8), new int[] {55, 17, 55, 17}, new double[] {
            0, 0, 0, 0.5, 0.5, 0.5, 0.2, 0.6, 0.1, 0.3, 0.4, 0.9
        });
        assertEquals(Reason.SITES, reason(CSCL, strange));
        assertEquals(Reason.LATTICE, reason(CSCL, ROCK_SALT));
        Crystal flat = new Crystal("x", Lattice.ofParameters(1, 1, 64, 90, 90, 90), new int[] {55, 17}, CSCL.frac());
        assertEquals(Reason.LATTICE, reason(CSCL, flat));
        // The same cell, chlorine beside caesium.
        Lattice wide = Lattice.ofParameters(6, 6.5, 7, 90, 90, 90);
        Crystal centred = CSCL.withLattice(wide);
        Crystal besides = centred.withFrac(new double[] {0, 0, 0, 0, 0, 0.1});
        assertEquals(Reason.POSITIONS, reason(centred, besides));
    }

    @Test
    void needlesEndTheSearch() {
        Crystal needle = CSCL.withLattice(Lattice.ofParameters(0.2, 0.2, 1000, 90, 90, 90));
        assertEquals(Reason.BEYOND_LIMITS, reason(needle, needle));
        assertTrue(matcher.match(needle, needle).isEmpty());
    }

    private Reason reason(Crystal a, Crystal b) {
        Comparison result = matcher.compare(PreparedCrystal.of(a), PreparedCrystal.of(b));
        return ((Different) result).reason();
    }

    @Test
    void theAnswerIsTheSameEveryTime() {
        RandomGenerator random = RandomCells.generator(3);
        Crystal a = RandomCells.crystal(random, Lattice.ofParameters(4, 5, 6, 80, 85, 95), 6)
                .withSpecies(new int[] {8, 8, 8, 22, 22, 22});
        double[] frac = a.frac();
        for (int i = 0; i < frac.length; i++) {
            frac[i] += 0.02 * random.nextGaussian();
        }
        Crystal b = a.withFrac(frac);
        assertEquals(matcher.match(a, b), matcher.match(a, b));
        assertEquals(matcher.match(a, b), StructureMatcher.standard().match(a, b));
    }
}
