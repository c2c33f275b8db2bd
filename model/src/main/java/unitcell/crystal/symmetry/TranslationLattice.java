package unitcell.crystal.symmetry;

import java.util.List;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.LllReduction;

/**
 * The primitive cell of a crystal whose pure translations are known approximately. The n translations of a cell form a
 * group of order n, so that n times each is a whole lattice vector: rounding makes them exact.
 */
final class TranslationLattice {
    private TranslationLattice() {}

    /**
     * The crystal in a reduced primitive cell, images of an atom averaged.
     *
     * @param crystal in any cell
     * @param translations all its pure translations, zero among them, fractional
     * @param tolerance in angstrom: how far images may lie apart
     * @return empty if the translations form no group or do not sort the atoms into images, within the tolerance
     */
    static Optional<Crystal> primitive(Crystal crystal, List<double[]> translations, double tolerance) {
        int n = translations.size();
        if (n == 1) {
            return Optional.of(reduced(crystal));
        }
        Optional<long[]> basis = basis(translations, crystal.lattice(), tolerance);
        if (basis.isEmpty() || crystal.size() % n != 0) {
            return Optional.empty();
        }
        double[] rows = new double[9];
        double[] large = crystal.lattice().matrix();
        for (int i = 0; i < 9; i++) {
            for (int k = 0; k < 3; k++) {
                rows[i] += basis.get()[i / 3 * 3 + k] * large[3 * k + i % 3] / n;
            }
        }
        Lattice small = Lattice.ofRows(rows);
        Crystal all = new Crystal(crystal.id(), small, crystal.species(), small.toFractional(crystal.cartesian()));
        return fold(reduced(all), n, 2 * tolerance);
    }

    /** The same crystal on a reduced basis of its lattice. */
    static Crystal reduced(Crystal crystal) {
        Lattice lattice =
                Lattice.ofRows(LllReduction.of(crystal.lattice().matrix()).rows());
        return new Crystal(crystal.id(), lattice, crystal.species(), lattice.toFractional(crystal.cartesian()));
    }

    // Rows of a triangular basis of the translations, in units of 1/n of the lattice vectors.
    private static Optional<long[]> basis(List<double[]> translations, Lattice lattice, double tolerance) {
        int n = translations.size();
        long[] basis = {n, 0, 0, 0, n, 0, 0, 0, n};
        for (double[] t : translations) {
            long[] whole = new long[3];
            double[] error = new double[3];
            for (int k = 0; k < 3; k++) {
                whole[k] = Math.round(n * t[k]);
                error[k] = t[k] - whole[k] / (double) n;
            }
            double[] off = lattice.toCartesian(error);
            if (Math.sqrt(off[0] * off[0] + off[1] * off[1] + off[2] * off[2]) > 2 * tolerance) {
                return Optional.empty();
            }
            insert(basis, whole);
        }
        return basis[0] * basis[4] * basis[8] == (long) n * n ? Optional.of(basis) : Optional.empty();
    }

    // Adds a vector to the lattice that upper triangular rows span: Euclid's algorithm on column after column.
    private static void insert(long[] basis, long[] v) {
        for (int k = 0; k < 3; k++) {
            while (v[k] != 0) {
                long times = Math.floorDiv(basis[4 * k], v[k]);
                for (int c = k; c < 3; c++) {
                    long rest = basis[3 * k + c] - times * v[c];
                    basis[3 * k + c] = v[c];
                    v[c] = rest;
                }
            }
            if (basis[4 * k] < 0) {
                for (int c = k; c < 3; c++) {
                    basis[3 * k + c] = -basis[3 * k + c];
                }
            }
        }
    }

    private static Optional<Crystal> fold(Crystal all, int n, double reach) {
        int[] species = new int[all.size() / n];
        double[] frac = new double[3 * species.length];
        boolean[] used = new boolean[all.size()];
        int at = 0;
        for (int i = 0; i < all.size(); i++) {
            if (used[i]) {
                continue;
            }
            int images = 0;
            double[] sum = new double[3];
            for (int j = i; j < all.size(); j++) {
                double[] d = all.lattice().toCartesian(difference(all, i, j));
                boolean image = !used[j]
                        && all.species(i) == all.species(j)
                        && Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) <= reach;
                if (image) {
                    used[j] = true;
                    images++;
                    double[] f = difference(all, i, j);
                    for (int k = 0; k < 3; k++) {
                        sum[k] += f[k];
                    }
                }
            }
            if (images != n || at == species.length) {
                return Optional.empty();
            }
            for (int k = 0; k < 3; k++) {
                frac[3 * at + k] = all.frac(i, k) + sum[k] / n;
            }
            species[at++] = all.species(i);
        }
        return Optional.of(new Crystal(all.id(), all.lattice(), species, frac));
    }

    private static double[] difference(Crystal c, int i, int j) {
        double[] d = new double[3];
        for (int k = 0; k < 3; k++) {
            d[k] = c.frac(j, k) - c.frac(i, k);
            d[k] -= Math.rint(d[k]);
        }
        return d;
    }
}
