package unitcell.trainer.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.data.Corruption.Rules;

class CorruptionTest {
    private static final Corruption STANDARD = Corruption.standard();
    private static final Corruption RELEASED = new Corruption(0.15, 0.5, 0.1, Rules.RELEASED_CODE);

    private static Crystal rocksalt(String id) {
        int[] species = {11, 11, 11, 11, 17, 17, 17, 17};
        double[] frac = {0, 0, 0, 0, .5, .5, .5, 0, .5, .5, .5, 0, .5, .5, .5, .5, 0, 0, 0, .5, 0, 0, 0, .5};
        return new Crystal(id, Lattice.cubic(5.64), species, frac);
    }

    @Test
    void dependsOnSeedEpochAndIdAlone() {
        Crystal crystal = CrystalsForTests.crystal(new Random(3), "a", 12);
        Corrupted first = STANDARD.apply(crystal, 7, 2, 0);
        Corrupted again = STANDARD.apply(crystal.withId("a"), 7, 2, 99);
        assertEquals(first.input(), again.input());
        assertArrayEquals(first.noise(), again.noise());
        assertNotEquals(first.input(), STANDARD.apply(crystal, 8, 2, 0).input());
        assertNotEquals(first.input(), STANDARD.apply(crystal, 7, 3, 0).input());
        assertNotEquals(
                first.input(), STANDARD.apply(crystal.withId("b"), 7, 2, 0).input());
    }

    @Test
    void masksHaveTheStatedSizesAndEverySiteIsEligible() {
        Crystal crystal = rocksalt("NaCl");
        int species = 0;
        int[] random = new int[8];
        int draws = 4000;
        for (int epoch = 0; epoch < draws; epoch++) {
            Corrupted c = STANDARD.apply(crystal, 1, epoch, 0);
            if (c.type() == MaskType.SPECIES) {
                species++;
                assertEquals(4, c.maskedCount());
                assertEquals(c.masked()[0], c.masked()[3]);
                assertNotEquals(c.masked()[0], c.masked()[4]);
            } else {
                assertEquals(2, c.maskedCount()); // ceil(0.15 * 8), without replacement
                for (int i = 0; i < 8; i++) {
                    random[i] += c.masked()[i] ? 1 : 0;
                }
            }
            for (int i = 0; i < 8; i++) {
                assertEquals(c.masked()[i] ? 0 : crystal.species(i), c.input().species(i));
            }
        }
        // Five standard deviations of a binomial.
        assertEquals(draws / 2.0, species, 5 * Math.sqrt(draws / 4.0));
        double expected = (draws - species) * 2 / 8.0;
        for (int count : random) {
            assertEquals(expected, count, 5 * Math.sqrt(expected * 0.75));
        }
    }

    @Test
    void noiseIsGaussianWithTheScaleOfTheShortestPeriodicDistance() {
        Crystal crystal = rocksalt("NaCl");
        double scale = 0.1 * 5.64 / 2;
        double[] sums = new double[3];
        int draws = 3000;
        for (int epoch = 0; epoch < draws; epoch++) {
            Corrupted c = STANDARD.apply(crystal, 5, epoch, 0);
            assertEquals(scale, c.noiseScale(), 1e-12);
            for (double x : c.noise()) {
                sums[0] += x / scale;
                sums[1] += x * x / (scale * scale);
                sums[2] += Math.pow(x / scale, 4);
            }
        }
        double n = 24.0 * draws;
        assertEquals(0, sums[0] / n, 5 / Math.sqrt(n));
        assertEquals(1, sums[1] / n, 5 * Math.sqrt(2 / n));
        assertEquals(3, sums[2] / n, 5 * Math.sqrt(96 / n));
    }

    @Test
    void subtractingTheNoiseRestoresTheCrystal() {
        Crystal crystal = CrystalsForTests.crystal(new Random(8), "x", 9).wrapped();
        Corrupted c = STANDARD.apply(crystal, 1, 1, 0);
        double[] back = c.noise().clone();
        for (int i = 0; i < back.length; i++) {
            back[i] = -back[i];
        }
        Crystal restored = Corruption.displaced(c.input().withSpecies(crystal.species()), back);
        for (int i = 0; i < 27; i++) {
            double d = restored.frac(i / 3, i % 3) - crystal.frac(i / 3, i % 3);
            assertEquals(0, d - Math.rint(d), 1e-12);
            assertTrue(c.input().frac(i / 3, i % 3) >= 0 && c.input().frac(i / 3, i % 3) < 1);
        }
    }

    @Test
    void oneAtomCellsAreHiddenWhollyAndScaledByTheirOwnImages() {
        Crystal copper = new Crystal("Cu", Lattice.cubic(3), new int[] {29}, new double[3]);
        Corrupted c = STANDARD.apply(copper, 1, 0, 0);
        assertEquals(1, c.maskedCount());
        assertEquals(0.3, c.noiseScale(), 1e-12);
        assertFalse(RELEASED.accepts(copper));
        assertThrows(IllegalArgumentException.class, () -> RELEASED.apply(copper, 1, 0, 0));
    }

    @Test
    void releasedRulesNeverChooseTheLastSiteAndDecideOncePerBatch() {
        Crystal crystal = CrystalsForTests.crystal(new Random(3), "a", 5).withSpecies(new int[] {3, 4, 5, 6, 7});
        int smaller = 0;
        for (int epoch = 0; epoch < 400; epoch++) {
            Corrupted c = RELEASED.apply(crystal, 1, epoch, 4);
            assertFalse(c.masked()[4]);
            assertEquals(
                    c.type(), RELEASED.apply(crystal.withId("b"), 1, epoch, 4).type());
            Corruption many = new Corruption(0.6, 0, 0.1, Rules.RELEASED_CODE);
            smaller += many.apply(crystal, 1, epoch, 0).maskedCount() < 3 ? 1 : 0;
        }
        // Three draws with replacement from four sites collide with probability 1 - 4*3*2/64 = 0.625.
        assertEquals(250, smaller, 5 * Math.sqrt(400 * 0.625 * 0.375));
    }

    @Test
    void releasedRulesIgnoreImages() {
        double[] frac = {0.05, 0, 0, 0.95, 0, 0};
        Crystal pair = new Crystal("pair", Lattice.cubic(10), new int[] {1, 2}, frac);
        assertEquals(0.1, STANDARD.apply(pair, 1, 0, 0).noiseScale(), 1e-12);
        assertEquals(0.9, RELEASED.apply(pair, 1, 0, 0).noiseScale(), 1e-12);
    }

    @Test
    void refusesImpossibleNumbers() {
        assertThrows(IllegalArgumentException.class, () -> new Corruption(1.5, 0.5, 0.1, Rules.CORRECTED));
        assertThrows(IllegalArgumentException.class, () -> new Corruption(0.1, -0.5, 0.1, Rules.CORRECTED));
        assertThrows(IllegalArgumentException.class, () -> new Corruption(0.1, 0.5, Double.NaN, Rules.CORRECTED));
    }
}
