package unitcell.crystal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LatticeTest {
    @Test
    void parametersSurviveTheMatrix() {
        RandomGenerator random = RandomCells.generator(1);
        int built = 0;
        while (built < 500) {
            double[] p = new double[6];
            for (int i = 0; i < 3; i++) {
                p[i] = 1 + 20 * random.nextDouble();
                p[3 + i] = 20 + 140 * random.nextDouble();
            }
            // Three angles meet in a corner if each is less than the sum of the others and all together below 360.
            double sum = p[3] + p[4] + p[5];
            double largest = Math.max(p[3], Math.max(p[4], p[5]));
            if (sum > 350 || 2 * largest > sum - 5) {
                continue;
            }
            built++;
            Lattice lattice = Lattice.ofParameters(p[0], p[1], p[2], p[3], p[4], p[5]);
            assertArrayEquals(p, lattice.parameters(), 0.0);
            assertArrayEquals(p, Lattice.ofRows(lattice.matrix()).parameters(), 1e-9);
            // The orientation: c along z, a in the xz plane with positive x, b with positive y.
            assertEquals(0, lattice.get(2, 0));
            assertEquals(0, lattice.get(2, 1));
            assertEquals(p[2], lattice.get(2, 2));
            assertEquals(0, lattice.get(0, 1));
            assertTrue(lattice.get(0, 0) > 0 && lattice.get(1, 1) > 0);
            assertTrue(lattice.determinant() > 0);
            double ca = Math.cos(Math.toRadians(p[3]));
            double cb = Math.cos(Math.toRadians(p[4]));
            double cg = Math.cos(Math.toRadians(p[5]));
            double volume = p[0] * p[1] * p[2] * Math.sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
            assertEquals(volume, lattice.volume(), 1e-9 * volume);
        }
    }

    @Test
    void inverseHeightsAndCoordinates() {
        RandomGenerator random = RandomCells.generator(2);
        for (int trial = 0; trial < 200; trial++) {
            Lattice lattice = RandomCells.lattice(random, 1, 15);
            double[] identity = Lattice.multiply(lattice.matrix(), lattice.inverse());
            assertArrayEquals(new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, identity, 1e-11);
            double[] frac = {random.nextDouble(), random.nextDouble() - 3, random.nextDouble()};
            assertArrayEquals(frac, lattice.toFractional(lattice.toCartesian(frac)), 1e-11);
            for (int axis = 0; axis < 3; axis++) {
                int j = (axis + 1) % 3;
                int k = (axis + 2) % 3;
                double area = lattice.length(j) * lattice.length(k) * Math.sin(Math.toRadians(lattice.angle(axis)));
                assertEquals(lattice.volume() / area, lattice.height(axis), 1e-9);
            }
        }
    }

    @Test
    void specialAnglesAreExact() {
        double[] m = Lattice.ofParameters(3, 3, 5, 90, 90, 120).matrix();
        assertArrayEquals(new double[] {3, 0, 0, -1.5, 3 * Math.sqrt(0.75), 0, 0, 0, 5}, m, 0.0);
        assertArrayEquals(
                new double[] {2, 0, 0, 0, 2, 0, 0, 0, 2}, Lattice.cubic(2).matrix(), 0.0);
    }

    @Test
    void impossibleCellsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofParameters(1, 1, 1, 60, 60, 120));
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofParameters(1, 1, 1, 20, 20, 90));
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofParameters(0, 1, 1, 90, 90, 90));
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofParameters(1, -1, 1, 90, 90, 90));
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofParameters(1, 1, Double.NaN, 90, 90, 90));
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofParameters(1, 1, 1, 90, 180, 90));
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofRows(1, 0, 0, 0, 1, 0, 1, 1, 0));
        assertThrows(
                IllegalArgumentException.class, () -> Lattice.ofRows(1, 0, 0, 0, Double.POSITIVE_INFINITY, 0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> Lattice.ofRows(1, 2, 3));
    }

    @Test
    void leftHandedBasisHasPositiveVolume() {
        Lattice left = Lattice.ofRows(0, 2, 0, 2, 0, 0, 0, 0, 2);
        assertEquals(8, left.volume());
        assertEquals(-8, left.determinant());
    }
}
