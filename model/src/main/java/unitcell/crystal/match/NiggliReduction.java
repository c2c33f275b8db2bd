package unitcell.crystal.match;

import unitcell.crystal.Lattice;
import unitcell.crystal.LllReduction;

/**
 * The reduced cell in which pymatgen compares crystals: nearly always the Niggli cell of the lattice, the conventional
 * choice among its shortest bases, with all angles acute or none (International Tables for Crystallography A, 2016,
 * section 3.1.3).
 *
 * <p>The algorithm of Krivy and Gruber with the tolerances of Grosse-Kunstleve, Sauter and Adams (Acta Cryst. A 60, 1,
 * 2004), started from the basis of {@link LllReduction}. Two numbers count as equal if they differ by less than 1e-5
 * times the cube root of the volume. At most {@value #MAX_ROUNDS} rounds; lattices met in practice need fewer than ten.
 *
 * <p>One step differs from the paper: after the first two vectors were exchanged (step 1), steps 2 to 4 still go by the
 * numbers from before. In about one lattice in twenty the result is another basis of the same lattice, with its vectors
 * not in order or with mixed angles. pymatgen does so, and the average of two cells, hence the rms displacement of
 * strained crystals, depends on which basis they are written in.
 */
final class NiggliReduction {
    private static final double TOLERANCE = 1e-5;
    private static final int MAX_ROUNDS = 100;

    private final double[] g0; // [3, 3] scalar products of the starting basis
    private long[] t = {1, 0, 0, 0, 1, 0, 0, 0, 1}; // [3, 3] reduced rows = t @ starting rows
    private final double epsilon;
    // The Niggli parameters: squared lengths and twice the scalar products bc, ac, ab.
    private double a;
    private double b;
    private double c;
    private double xi;
    private double eta;
    private double zeta;

    private NiggliReduction(double[] rows, double volume) {
        g0 = new double[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                g0[3 * i + j] = rows[3 * i] * rows[3 * j]
                        + rows[3 * i + 1] * rows[3 * j + 1]
                        + rows[3 * i + 2] * rows[3 * j + 2];
            }
        }
        epsilon = TOLERANCE * Math.cbrt(volume);
        measure();
    }

    /**
     * The vectors of the reduced cell, right-handed, in the orientation of the argument.
     *
     * @return [3, 3] row-major, newly allocated
     * @throws ArithmeticException if the basis is so skewed that the integers overflow
     */
    static double[] reduce(Lattice lattice) {
        LllReduction lll = LllReduction.of(lattice.matrix());
        NiggliReduction niggli = new NiggliReduction(lll.rows(), lattice.volume());
        for (int round = 0; round < MAX_ROUNDS && niggli.step(); round++) {
            niggli.measure();
        }
        double[] rows = multiply(multiply(niggli.t, lll.transformation()), lattice.matrix());
        if (Lattice.ofRows(rows).determinant() < 0) {
            for (int i = 0; i < 9; i++) {
                rows[i] = -rows[i];
            }
        }
        return rows;
    }

    // One round; false once nothing changes. The numbers are the steps of the paper.
    private boolean step() {
        if (less(b, a) || (equal(a, b) && less(Math.abs(eta), Math.abs(xi)))) { // 1
            apply(0, -1, 0, -1, 0, 0, 0, 0, -1); // not measured anew before step 5: see above
        }
        if (less(c, b) || (equal(b, c) && less(Math.abs(zeta), Math.abs(eta)))) { // 2
            apply(-1, 0, 0, 0, 0, -1, 0, -1, 0);
            return true;
        }
        settleSigns();
        measure();
        if (less(b, Math.abs(xi)) || (equal(xi, b) && less(2 * eta, zeta)) || (equal(xi, -b) && less(zeta, 0))) { // 5
            apply(1, 0, 0, 0, 1, 0, 0, -sign(xi), 1);
            return true;
        }
        if (less(a, Math.abs(eta)) || (equal(a, eta) && less(2 * xi, zeta)) || (equal(a, -eta) && less(zeta, 0))) { // 6
            apply(1, 0, 0, 0, 1, 0, -sign(eta), 0, 1);
            return true;
        }
        if (less(a, Math.abs(zeta))
                || (equal(a, zeta) && less(2 * xi, eta))
                || (equal(a, -zeta) && less(eta, 0))) { // 7
            apply(1, 0, 0, -sign(zeta), 1, 0, 0, 0, 1);
            return true;
        }
        double sum = xi + eta + zeta + a + b;
        if (less(sum, 0) || (equal(sum, 0) && less(0, 2 * (a + eta) + zeta))) { // 8
            apply(1, 0, 0, 0, 1, 0, 1, 1, 1);
            return true;
        }
        return false;
    }

    // Steps 3 and 4: all angles acute, or none.
    private void settleSigns() {
        int l = signWithin(xi);
        int m = signWithin(eta);
        int n = signWithin(zeta);
        if (l * m * n == 1) {
            apply(l, 0, 0, 0, m, 0, 0, 0, n);
            return;
        }
        int i = l == 1 ? -1 : 1;
        int j = m == 1 ? -1 : 1;
        int k = n == 1 ? -1 : 1;
        if (i * j * k == -1) {
            // The last zero among them may take either sign and takes the one that keeps the handedness.
            if (n == 0) {
                k = -1;
            } else if (m == 0) {
                j = -1;
            } else if (l == 0) {
                i = -1;
            }
        }
        apply(i, 0, 0, 0, j, 0, 0, 0, k);
    }

    private boolean less(double x, double y) {
        return x < y - epsilon;
    }

    private boolean equal(double x, double y) {
        return Math.abs(x - y) < epsilon;
    }

    private int signWithin(double x) {
        return Math.abs(x) < epsilon ? 0 : sign(x);
    }

    private static int sign(double x) {
        return x > 0 ? 1 : -1;
    }

    // New rows = m @ rows.
    private void apply(int... m) {
        long[] next = new long[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                next[3 * i + j] = m[3 * i] * t[j] + m[3 * i + 1] * t[3 + j] + m[3 * i + 2] * t[6 + j];
            }
        }
        t = next;
    }

    private void measure() {
        a = product(0, 0);
        b = product(1, 1);
        c = product(2, 2);
        xi = 2 * product(1, 2);
        eta = 2 * product(0, 2);
        zeta = 2 * product(0, 1);
    }

    private double product(int i, int j) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
            for (int l = 0; l < 3; l++) {
                sum += t[3 * i + k] * g0[3 * k + l] * t[3 * j + l];
            }
        }
        return sum;
    }

    private static long[] multiply(long[] x, long[] y) {
        long[] out = new long[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 3; k++) {
                    out[3 * i + j] = Math.addExact(out[3 * i + j], Math.multiplyExact(x[3 * i + k], y[3 * k + j]));
                }
            }
        }
        return out;
    }

    private static double[] multiply(long[] x, double[] y) {
        double[] out = new double[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                out[3 * i + j] = x[3 * i] * y[j] + x[3 * i + 1] * y[3 + j] + x[3 * i + 2] * y[6 + j];
            }
        }
        return out;
    }
}
