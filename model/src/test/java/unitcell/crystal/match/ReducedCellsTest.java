package unitcell.crystal.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;

class ReducedCellsTest {
    @Test
    void theExampleOfKrivyAndGruber() {
        // Acta Cryst. A 32, 297 (1976): squared lengths and twice the scalar products (9, 27, 4, -5, -4, -22) have the
        // Niggli cell (4, 9, 9, 9, 3, 4).
        double a = 3;
        double b = Math.sqrt(27);
        double c = 2;
        Lattice lattice = Lattice.ofParameters(
                a, b, c, degrees(-2.5 / (b * c)), degrees(-2.0 / (a * c)), degrees(-11.0 / (a * b)));
        double[] m = NiggliReduction.reduce(lattice);
        assertArrayEquals(
                new double[] {4, 9, 9, 9, 3, 4},
                new double[] {
                    dot(m, 0, 0), dot(m, 1, 1), dot(m, 2, 2), 2 * dot(m, 1, 2), 2 * dot(m, 0, 2), 2 * dot(m, 0, 1)
                },
                1e-9);
    }

    private static double degrees(double cosine) {
        return Math.toDegrees(Math.acos(cosine));
    }

    private static double dot(double[] m, int i, int j) {
        return m[3 * i] * m[3 * j] + m[3 * i + 1] * m[3 * j + 1] + m[3 * i + 2] * m[3 * j + 2];
    }

    @Test
    void reducedVectorsSpanTheSameLatticeAndAreShort() {
        RandomGenerator random = RandomCells.generator(7);
        for (int round = 0; round < 300; round++) {
            Lattice good = RandomCells.lattice(random, 2, 12);
            Lattice skewed = CrystalTransforms.changeBasis(
                            new Crystal("x", good, new int[] {1}, new double[3]),
                            RandomCells.unimodular(random, random.nextInt(12)))
                    .lattice();
            double[] rows = NiggliReduction.reduce(skewed);
            double[] integers = skewed.toFractional(rows);
            for (double x : integers) {
                assertEquals(Math.rint(x), x, 1e-6);
            }
            Lattice reduced = Lattice.ofRows(rows);
            assertEquals(good.volume(), reduced.determinant(), 1e-9 * good.volume());
            // The two shortest independent vectors are among the combinations of coefficients -1, 0, 1.
            double shortest = Double.POSITIVE_INFINITY;
            for (int code = 0; code < 27; code++) {
                double[] v = reduced.toCartesian(new double[] {code / 9 - 1, code / 3 % 3 - 1, code % 3 - 1});
                double length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
                shortest = code == 13 ? shortest : Math.min(shortest, length);
            }
            double least = Math.min(reduced.length(0), Math.min(reduced.length(1), reduced.length(2)));
            assertEquals(shortest, least, 1e-4);
        }
    }

    @Test
    void supercellsFoldBack() {
        Crystal salt = new Crystal(
                "NaCl", Lattice.ofRows(0, 2.8, 2.8, 2.8, 0, 2.8, 2.8, 2.8, 0), new int[] {11, 17}, new double[] {
                    0, 0, 0, 0.5, 0.5, 0.5
                });
        for (int[] repeats : new int[][] {{1, 1, 1}, {2, 1, 1}, {1, 3, 1}, {2, 2, 2}, {4, 1, 2}, {3, 3, 3}}) {
            Crystal big = CrystalTransforms.supercell(salt, repeats[0], repeats[1], repeats[2]);
            Crystal cell = PreparedCrystal.of(big).cell().orElseThrow();
            assertEquals(2, cell.size());
            assertEquals(salt.lattice().volume(), cell.lattice().volume(), 1e-9);
            assertEquals(2.8, cell.minimumDistance(), 1e-9);
        }
    }

    @Test
    void imagesWithinAQuarterAngstromAreAveraged() {
        // Two Po along c, at 0 and at half the edge plus an offset: one atom if the offset is small.
        for (double offset : new double[] {0.1, 0.24, 0.26, 0.5}) {
            Crystal chain = new Crystal(
                    "Po", Lattice.ofParameters(3.3, 3.3, 6.6, 90, 90, 90), new int[] {84, 84}, new double[] {
                        0, 0, 0, 0, 0, 0.5 + offset / 6.6
                    });
            assertEquals(
                    offset < 0.25 ? 1 : 2,
                    PreparedCrystal.of(chain).cell().orElseThrow().size(),
                    "offset " + offset);
        }
    }

    @Test
    void speciesAreKeptApart() {
        // CsCl in a doubled cell: centred positions, different species.
        Crystal cscl = new Crystal("CsCl", Lattice.cubic(4.12), new int[] {55, 17}, new double[] {0, 0, 0, .5, .5, .5});
        assertEquals(2, PreparedCrystal.of(cscl).cell().orElseThrow().size());
        assertEquals(
                1,
                PreparedCrystal.of(cscl.withSpecies(new int[] {55, 55}))
                        .cell()
                        .orElseThrow()
                        .size());
    }

    @Test
    void largeAndSkewedCrystalsAreBeyondTheLimits() {
        Crystal one = new Crystal("Po", Lattice.cubic(3), new int[] {84}, new double[3]);
        assertEquals(
                true,
                PreparedCrystal.of(CrystalTransforms.supercell(one, 8, 8, 8))
                        .cell()
                        .isEmpty());
        assertEquals(
                1,
                PreparedCrystal.of(CrystalTransforms.supercell(one, 8, 8, 7))
                        .cell()
                        .orElseThrow()
                        .size());
        Lattice skewed = Lattice.ofRows(1, 0, 0, 1e200, 1, 0, 0, 0, 1);
        assertTrue(PreparedCrystal.of(one.withLattice(skewed)).cell().isEmpty());
        assertThrows(IllegalArgumentException.class, () -> new MatchTolerance(0, 0.3, 10));
    }
}
