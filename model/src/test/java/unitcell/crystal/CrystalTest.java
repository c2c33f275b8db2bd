package unitcell.crystal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CrystalTest {
    private static final Lattice CUBE = Lattice.cubic(4);

    @Test
    void arraysAreCopiedInAndOut() {
        int[] species = {11, 17};
        double[] frac = {0, 0, 0, 0.5, 0.5, 0.5};
        Crystal crystal = new Crystal("x", CUBE, species, frac);
        species[0] = 3;
        frac[0] = 0.25;
        crystal.species()[1] = 9;
        crystal.frac()[5] = 0.75;
        assertArrayEquals(new int[] {11, 17}, crystal.species());
        assertArrayEquals(new double[] {0, 0, 0, 0.5, 0.5, 0.5}, crystal.frac());
        assertArrayEquals(new double[] {0, 0, 0, 2, 2, 2}, crystal.cartesian());
    }

    @Test
    void impossibleCrystalsAreRefused() {
        double[] origin = {0, 0, 0};
        assertThrows(IllegalArgumentException.class, () -> new Crystal("x", CUBE, new int[0], new double[0]));
        assertThrows(IllegalArgumentException.class, () -> new Crystal("x", CUBE, new int[] {1, 1}, origin));
        assertThrows(IllegalArgumentException.class, () -> new Crystal("x", CUBE, new int[] {119}, origin));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Crystal("x", CUBE, new int[] {1}, new double[] {0, Double.NaN, 0}));
    }

    @Test
    void wrappingKeepsPositionsAndNeverGivesOne() {
        Crystal crystal = new Crystal("x", CUBE, new int[] {1, 2}, new double[] {-0.25, 1, 7.5, -1e-20, 0.999, -3});
        assertArrayEquals(
                new double[] {0.75, 0, 0.5, 0, 0.999, 0}, crystal.wrapped().frac(), 1e-15);
    }

    @Test
    void equalityIgnoresTheIdOnly() {
        Crystal a = new Crystal("a", CUBE, new int[] {1}, new double[] {0.1, 0.2, 0.3});
        assertEquals(a, a.withId("b"));
        assertEquals(a.hashCode(), a.withId("b").hashCode());
        assertNotEquals(a, a.withSpecies(new int[] {0}));
        assertNotEquals(a, a.withFrac(new double[] {0.1, 0.2, 0.4}));
        assertNotEquals(a, a.withLattice(Lattice.cubic(5)));
    }
}
