package unitcell.crystal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Image search, shortest distances and re-descriptions, against brute force over many images. */
class PeriodicGeometryTest {
    /** All shifts within the radius, by trying every image in a cube of shifts; lexicographic order. */
    private static List<int[]> bruteForce(Lattice lattice, double[] f, double radius, int reach) {
        List<int[]> found = new ArrayList<>();
        for (int a = -reach; a <= reach; a++) {
            for (int b = -reach; b <= reach; b++) {
                for (int c = -reach; c <= reach; c++) {
                    double[] r = lattice.toCartesian(new double[] {f[0] + a, f[1] + b, f[2] + c});
                    if (Math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]) <= radius) {
                        found.add(new int[] {a, b, c});
                    }
                }
            }
        }
        return found;
    }

    @Test
    void everyImageInAnyCell() {
        RandomGenerator random = RandomCells.generator(3);
        for (int trial = 0; trial < 150; trial++) {
            Lattice lattice = RandomCells.lattice(random, 2, 7);
            double[] f = {2 * random.nextDouble() - 1, 2 * random.nextDouble() - 1, 2 * random.nextDouble() - 1};
            double radius = 1 + 4 * random.nextDouble();
            double smallest = Math.min(lattice.height(0), Math.min(lattice.height(1), lattice.height(2)));
            int reach = (int) Math.ceil(radius / smallest) + 1;
            if (reach > 20) {
                continue;
            }
            List<int[]> expected = bruteForce(lattice, f, radius, reach);
            ImageSearch search = new ImageSearch(lattice);
            int n = search.find(f[0], f[1], f[2], radius);
            assertEquals(expected.size(), n, "trial " + trial);
            for (int k = 0; k < n; k++) {
                assertArrayEquals(expected.get(k), Arrays.copyOfRange(search.shifts(), 3 * k, 3 * k + 3));
            }
        }
    }

    @Test
    void skewedBasesFindTheSameImages() {
        RandomGenerator random = RandomCells.generator(4);
        for (int trial = 0; trial < 100; trial++) {
            Lattice lattice = RandomCells.lattice(random, 3, 6);
            Crystal crystal = RandomCells.crystal(random, lattice, 1);
            Crystal skewed = CrystalTransforms.changeBasis(crystal, RandomCells.unimodular(random, 25));
            int expected = new ImageSearch(lattice).find(crystal.frac(0, 0), crystal.frac(0, 1), crystal.frac(0, 2), 7);
            ImageSearch search = new ImageSearch(skewed.lattice());
            int n = search.find(skewed.frac(0, 0), skewed.frac(0, 1), skewed.frac(0, 2), 7);
            assertEquals(expected, n, "trial " + trial);
            for (int k = 0; k < n; k++) {
                int[] s = search.shifts();
                double[] r = skewed.lattice().toCartesian(new double[] {
                    skewed.frac(0, 0) + s[3 * k], skewed.frac(0, 1) + s[3 * k + 1], skewed.frac(0, 2) + s[3 * k + 2]
                });
                assertTrue(Math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]) < 7.0001);
                if (k > 0) {
                    assertTrue(Arrays.compare(s, 3 * k - 3, 3 * k, s, 3 * k, 3 * k + 3) < 0, "shifts come in order");
                }
            }
        }
    }

    @Test
    void reductionIsUnimodularAndShort() {
        RandomGenerator random = RandomCells.generator(5);
        for (int trial = 0; trial < 200; trial++) {
            Lattice lattice = RandomCells.lattice(random, 2, 8);
            Crystal skewed = CrystalTransforms.changeBasis(
                    RandomCells.crystal(random, lattice, 1), RandomCells.unimodular(random, 40));
            LatticeReduction reduction = LatticeReduction.of(skewed.lattice());
            long[] u = reduction.transformation();
            long[] v = reduction.inverse();
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    long sum = 0;
                    for (int k = 0; k < 3; k++) {
                        sum += u[3 * i + k] * v[3 * k + j];
                    }
                    assertEquals(i == j ? 1 : 0, sum);
                }
            }
            Lattice reduced = Lattice.ofRows(reduction.rows());
            assertEquals(lattice.volume(), reduced.volume(), 1e-6 * lattice.volume());
            double skew = reduced.length(0) * reduced.length(1) * reduced.length(2) / reduced.volume();
            assertTrue(skew < 2.5, "skew " + skew);
        }
    }

    @Test
    void shortestDistancesOfKnownStructures() {
        double a = 5.64;
        double[] rockSalt = {0, 0, 0, 0, .5, .5, .5, 0, .5, .5, .5, 0, .5, .5, .5, .5, 0, 0, 0, .5, 0, 0, 0, .5};
        Crystal salt = new Crystal("NaCl", Lattice.cubic(a), new int[] {11, 11, 11, 11, 17, 17, 17, 17}, rockSalt);
        assertEquals(a / 2, salt.minimumDistance(), 1e-12);
        Crystal fcc = new Crystal(
                "Cu", Lattice.ofRows(0, 1.8, 1.8, 1.8, 0, 1.8, 1.8, 1.8, 0), new int[] {29}, new double[] {0, 0, 0});
        assertEquals(1.8 * Math.sqrt(2), fcc.minimumDistance(), 1e-12);
        assertEquals(Double.POSITIVE_INFINITY, PeriodicDistance.minimum(fcc, false));
        Crystal needle =
                new Crystal("needle", Lattice.ofParameters(0.7, 30, 30, 90, 90, 90), new int[] {1, 1}, new double[] {
                    0, 0, 0, 0, .5, 0
                });
        assertEquals(0.7, needle.minimumDistance(), 1e-12);
        assertEquals(15, PeriodicDistance.minimum(needle, false), 1e-12);
        Crystal same = new Crystal("same", Lattice.cubic(3), new int[] {1, 1}, new double[] {0, 0, 0, 1, -2, 5});
        assertEquals(0, same.minimumDistance(), 1e-12);
    }

    @Test
    void descriptionsDoNotChangeTheShortestDistance() {
        RandomGenerator random = RandomCells.generator(6);
        for (int trial = 0; trial < 60; trial++) {
            Crystal crystal = RandomCells.crystal(random, RandomCells.lattice(random, 3, 9), 1 + random.nextInt(6));
            double expected = bruteMinimum(crystal);
            assertEquals(expected, crystal.minimumDistance(), 1e-9);
            Crystal other = CrystalTransforms.changeBasis(crystal, RandomCells.unimodular(random, 15));
            other = CrystalTransforms.rotate(other, RandomCells.rotation(random));
            other = CrystalTransforms.permute(other, RandomCells.permutation(random, crystal.size()));
            other = CrystalTransforms.translate(other, 1.3, -20.7, 4.1);
            assertEquals(expected, other.minimumDistance(), 1e-9);
            assertEquals(crystal.composition(), other.composition());
            Crystal block = CrystalTransforms.supercell(crystal, 1, 2, 3);
            assertEquals(expected, block.minimumDistance(), 1e-9);
            assertEquals(crystal.lattice().volume() * 6, block.lattice().volume(), 1e-6);
        }
    }

    private static double bruteMinimum(Crystal crystal) {
        double best = Double.POSITIVE_INFINITY;
        int reach = 12;
        for (int i = 0; i < crystal.size(); i++) {
            for (int j = i; j < crystal.size(); j++) {
                for (int a = -reach; a <= reach; a++) {
                    for (int b = -reach; b <= reach; b++) {
                        for (int c = -reach; c <= reach; c++) {
                            if (i == j && a == 0 && b == 0 && c == 0) {
                                continue;
                            }
                            double[] r = crystal.lattice().toCartesian(new double[] {
                                crystal.frac(j, 0) - crystal.frac(i, 0) + a,
                                crystal.frac(j, 1) - crystal.frac(i, 1) + b,
                                crystal.frac(j, 2) - crystal.frac(i, 2) + c
                            });
                            best = Math.min(best, Math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]));
                        }
                    }
                }
            }
        }
        return best;
    }

    @Test
    void absurdCellsAreRefusedAtOnce() {
        ImageSearch tiny = new ImageSearch(Lattice.cubic(1e-6));
        assertThrows(IllegalArgumentException.class, () -> tiny.find(0, 0, 0, 6));
        ImageSearch small = new ImageSearch(Lattice.cubic(0.01));
        assertThrows(IllegalArgumentException.class, () -> small.find(0, 0, 0, 6));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ImageSearch(Lattice.ofRows(1, 0, 0, 1e200, 1, 0, 0, 0, 1)).find(0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> tiny.find(Double.NaN, 0, 0, 1));
    }

    @Test
    void transformsRefuseWhatIsNone() {
        Crystal c = new Crystal("x", Lattice.cubic(3), new int[] {1, 2}, new double[6]);
        assertThrows(IllegalArgumentException.class, () -> CrystalTransforms.permute(c, new int[] {0, 0}));
        assertThrows(IllegalArgumentException.class, () -> CrystalTransforms.rotate(c, new double[9]));
        assertThrows(
                IllegalArgumentException.class,
                () -> CrystalTransforms.changeBasis(c, new int[] {2, 0, 0, 0, 1, 0, 0, 0, 1}));
        assertThrows(IllegalArgumentException.class, () -> CrystalTransforms.supercell(c, 0, 1, 1));
    }
}
