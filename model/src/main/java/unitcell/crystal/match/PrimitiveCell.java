package unitcell.crystal.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.Lattice;

/**
 * The primitive cell of a crystal whose atoms may lie off their ideal places by up to {@value #TOLERANCE} angstrom along
 * each lattice vector; the atoms that fall on each other are averaged.
 *
 * <p>Every sublattice whose index divides the number of formula units is a candidate, in Hermite normal form, smallest
 * index first: those whose vectors are periods of the rarest species are tried, the first in which all atoms fall into
 * groups of equal size is taken, and the search begins again in the smaller cell. Which cell is found for a supercell
 * with perturbed atoms depends on the basis, so that the candidates and their order are those of pymatgen.
 */
final class PrimitiveCell {
    /** In angstrom. */
    static final double TOLERANCE = 0.25;

    private final Crystal crystal;
    private final WorkBudget budget;
    private final List<int[]> groups; // atoms by species, in alphabetical order of the symbols
    private final double[] cellTolerance; // TOLERANCE as a fraction of each lattice vector
    private final boolean[] neighbours; // [N, N] pairs too close to be images of each other
    private double[] periods; // [n, 3] approximate periods, zero among them

    private PrimitiveCell(Crystal crystal, WorkBudget budget) {
        this.crystal = crystal;
        this.budget = budget;
        groups = group(crystal);
        cellTolerance = tolerance(crystal.lattice().matrix());
        neighbours = new boolean[crystal.size() * crystal.size()];
        findNeighbours();
        findPeriods();
    }

    /** The smallest cell found: of the argument's lattice vectors where there is none smaller. */
    static Crystal of(Crystal crystal, WorkBudget budget) {
        Crystal smallest = crystal;
        while (true) {
            Crystal smaller = new PrimitiveCell(smallest, budget).search();
            if (smaller == null) {
                return smallest;
            }
            smallest = smaller;
        }
    }

    private static List<int[]> group(Crystal crystal) {
        Map<String, List<Integer>> bySymbol = new TreeMap<>();
        for (int i = 0; i < crystal.size(); i++) {
            bySymbol.computeIfAbsent(Element.of(crystal.species(i)).symbol(), s -> new ArrayList<>())
                    .add(i);
        }
        return bySymbol.values().stream()
                .map(g -> g.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    private static double[] tolerance(double[] rows) {
        double[] out = new double[3];
        for (int i = 0; i < 3; i++) {
            out[i] = TOLERANCE
                    / Math.sqrt(rows[3 * i] * rows[3 * i]
                            + rows[3 * i + 1] * rows[3 * i + 1]
                            + rows[3 * i + 2] * rows[3 * i + 2]);
        }
        return out;
    }

    private void findNeighbours() {
        int n = crystal.size();
        for (int[] group : groups) {
            budget.spend((long) group.length * group.length);
            for (int i : group) {
                for (int j : group) {
                    neighbours[i * n + j] = i != j && !isFar(i, j);
                }
            }
        }
    }

    private boolean isFar(int i, int j) {
        for (int k = 0; k < 3; k++) {
            double d = crystal.frac(i, k) - crystal.frac(j, k);
            if (Math.abs(d - Math.rint(d)) > 2 * cellTolerance[k]) {
                return true;
            }
        }
        return false;
    }

    // Vectors between atoms of the rarest species that bring every atom near one of its kind.
    private void findPeriods() {
        List<int[]> bySize =
                groups.stream().sorted(Comparator.comparingInt(g -> g.length)).toList();
        int[] rarest = bySize.get(0);
        periods = new double[3 * rarest.length];
        for (int i = 0; i < rarest.length; i++) {
            for (int k = 0; k < 3; k++) {
                periods[3 * i + k] = crystal.frac(rarest[i], k) - crystal.frac(rarest[0], k);
            }
        }
        for (int[] group : bySize) {
            for (int from : group) {
                keepPeriods(from, group);
            }
        }
    }

    private void keepPeriods(int from, int[] group) {
        budget.spend((long) periods.length / 3 * group.length);
        int kept = 0;
        for (int p = 0; p < periods.length; p += 3) {
            boolean found = false;
            for (int m = 0; m < group.length && !found; m++) {
                int to = group[m];
                found = isZero(periods[p] - (crystal.frac(to, 0) - crystal.frac(from, 0)), 2 * cellTolerance[0])
                        && isZero(periods[p + 1] - (crystal.frac(to, 1) - crystal.frac(from, 1)), 2 * cellTolerance[1])
                        && isZero(periods[p + 2] - (crystal.frac(to, 2) - crystal.frac(from, 2)), 2 * cellTolerance[2]);
            }
            if (found) {
                System.arraycopy(periods, p, periods, kept, 3);
                kept += 3;
            }
        }
        periods = Arrays.copyOf(periods, kept);
    }

    private static boolean isZero(double d, double tolerance) {
        return Math.abs(d - Math.rint(d)) < tolerance;
    }

    private boolean isPeriod(double x, double y, double z) {
        budget.spend(periods.length / 3);
        for (int p = 0; p < periods.length; p += 3) {
            if (isZero(x - periods[p], cellTolerance[0])
                    && isZero(y - periods[p + 1], cellTolerance[1])
                    && isZero(z - periods[p + 2], cellTolerance[2])) {
                return true;
            }
        }
        return false;
    }

    // The supercell matrix is ((a, b, c), (0, e, f), (0, 0, g)); rows of its inverse are the vectors of the small cell.
    private Crystal search() {
        int units = crystal.composition().formulaUnits();
        for (int index = 2; index <= units; index++) {
            if (units % index != 0) {
                continue;
            }
            for (int a = 1; a <= index; a++) {
                for (int e = 1; index % a == 0 && e <= index / a; e++) {
                    if (index / a % e == 0) {
                        Crystal found = search(a, e, index / a / e);
                        if (found != null) {
                            return found;
                        }
                    }
                }
            }
        }
        return null;
    }

    private Crystal search(int a, int e, int g) {
        if (!isPeriod(0, 0, 1.0 / g)) {
            return null;
        }
        boolean[] second = new boolean[e];
        boolean any = false;
        for (int f = 0; f < e; f++) {
            second[f] = isPeriod(0, 1.0 / e, -(double) f / (e * g));
            any |= second[f];
        }
        for (int b = 0; any && b < a; b++) {
            for (int c = 0; c < a; c++) {
                for (int f = 0; f < e; f++) {
                    if (second[f] && isPeriod(1.0 / a, -(double) b / (a * e), (double) (b * f - c * e) / (a * e * g))) {
                        Crystal found = fold(new int[] {a, b, c, e, f, g});
                        if (found != null) {
                            return found;
                        }
                    }
                }
            }
        }
        return null;
    }

    // The crystal in the small cell, or null if its atoms do not fall on each other.
    private Crystal fold(int[] m) {
        double[] rows = smallCell(m);
        double[] tolerance = tolerance(rows);
        int index = m[0] * m[3] * m[5];
        int[] species = new int[crystal.size() / index];
        double[] frac = new double[3 * species.length];
        int at = 0;
        for (int[] group : groups) {
            double[] inSmall = transform(group, m);
            int[][] images = images(group, inSmall, tolerance, index);
            if (images == null) {
                return null;
            }
            boolean[] added = new boolean[group.length];
            for (int i = 0; i < group.length; i++) {
                if (!added[i]) {
                    for (int j : images[i]) {
                        added[j] = true;
                    }
                    average(inSmall, images[i], frac, at);
                    species[at++] = crystal.species(group[i]);
                }
            }
        }
        return new Crystal(crystal.id(), Lattice.ofRows(rows), species, frac);
    }

    private double[] smallCell(int[] m) {
        double a = m[0];
        double e = m[3];
        double g = m[5];
        double[] inverse = {
            1 / a,
            -m[1] / (a * e),
            (m[1] * (double) m[4] - m[2] * e) / (a * e * g),
            0,
            1 / e,
            -m[4] / (e * g),
            0,
            0,
            1 / g
        };
        double[] large = crystal.lattice().matrix();
        double[] rows = new double[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 3; k++) {
                    rows[3 * i + j] += inverse[3 * i + k] * large[3 * k + j];
                }
            }
        }
        return rows;
    }

    private double[] transform(int[] group, int[] m) {
        double[] out = new double[3 * group.length];
        for (int i = 0; i < group.length; i++) {
            double x = crystal.frac(group[i], 0);
            double y = crystal.frac(group[i], 1);
            double z = crystal.frac(group[i], 2);
            out[3 * i] = x * m[0];
            out[3 * i + 1] = x * m[1] + y * m[3];
            out[3 * i + 2] = x * m[2] + y * m[4] + z * m[5];
        }
        return out;
    }

    // For each atom of a group those, itself among them, that fall on it; null unless these are sets of the right size
    // that are the same seen from each member.
    private int[][] images(int[] group, double[] frac, double[] tolerance, int index) {
        int n = group.length;
        budget.spend((long) n * n);
        int[][] images = new int[n][index];
        boolean[] fallsOn = new boolean[n * n];
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) {
                boolean same = isZero(frac[3 * j] - frac[3 * i], tolerance[0])
                        && isZero(frac[3 * j + 1] - frac[3 * i + 1], tolerance[1])
                        && isZero(frac[3 * j + 2] - frac[3 * i + 2], tolerance[2])
                        && !neighbours[group[i] * crystal.size() + group[j]];
                if (same) {
                    if (count == index) {
                        return null;
                    }
                    fallsOn[i * n + j] = true;
                    images[i][count++] = j;
                }
            }
            if (count != index) {
                return null;
            }
        }
        for (int[] set : images) {
            for (int i : set) {
                for (int j : set) {
                    if (!fallsOn[i * n + j]) {
                        return null;
                    }
                }
            }
        }
        return images;
    }

    private static void average(double[] frac, int[] set, double[] out, int at) {
        for (int k = 0; k < 3; k++) {
            double mean = Crystal.wrap(frac[3 * set[0] + k]);
            for (int s = 1; s < set.length; s++) {
                double offset = Crystal.wrap(frac[3 * set[s] + k]) - mean;
                mean += (offset - Math.rint(offset)) / (s + 1);
            }
            out[3 * at + k] = mean;
        }
    }
}
