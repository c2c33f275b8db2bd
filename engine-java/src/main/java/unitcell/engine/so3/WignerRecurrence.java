package unitcell.engine.so3;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Coefficients of the recursion that builds D^l from D^1 = R and D^(l-1), for rotations and reflections alike, without
 * angles, square roots or branches at run time: D is a polynomial in the nine entries of R, hence smooth everywhere.
 *
 * <p>For l >= 2, row m and column n (both -l..l) with P = D^(l-1), rows of R named by i = -1, 0, 1 for x, y, z:
 *
 * <pre>
 *   |n| &lt; l:  D^l[m,n]  = s_n  sum_t c_t  R[i_t, 0] P[a_t, n]
 *   n = +l:   D^l[m,l]  = s_l  sum_t c_t (R[i_t, 1] P[a_t, l-1]  - R[i_t,-1] P[a_t, 1-l])
 *   n = -l:   D^l[m,-l] = s_l  sum_t c_t (R[i_t, 1] P[a_t, 1-l]  + R[i_t,-1] P[a_t, l-1])
 * </pre>
 *
 * with at most {@value #TERMS} terms (c, i, a) a row, which depend on l and m only, and a scale s that depends on l and n
 * only. Source: Ivanic and Ruedenberg, J. Phys. Chem. 100 (1996) 6342, with the erratum of 102 (1998) 9099; their axes
 * (x, y, z) are (z, x, y) here, which keeps the order m = -1, 0, 1 of degree 1 and so leaves the formulas as they are.
 *
 * <p>Tables are flat: row (l, m) is number {@code rowIndex(l) + l + m}; its terms stand at {@code TERMS * row + t},
 * unused ones with coefficient 0 and valid indices, so that a kernel needs no inner condition. Immutable; accessors
 * return copies, meant to be converted or uploaded once.
 */
public final class WignerRecurrence {
    /** Terms stored for each row. */
    public static final int TERMS = 5;

    private static final AtomicReference<WignerRecurrence> LARGEST = new AtomicReference<>(new WignerRecurrence(6));

    final int lmax;
    final double[] coefficient; // [rows, TERMS]
    final int[] axis; // [rows, TERMS] row of R, 0..2
    final int[] source; // [rows, TERMS] row of D^(l-1), 0..2l-2
    final double[] scale; // [rows] by (l, n)

    private WignerRecurrence(int lmax) {
        this.lmax = Degrees.check(lmax);
        int rows = rowIndex(lmax + 1);
        coefficient = new double[rows * TERMS];
        axis = new int[rows * TERMS];
        source = new int[rows * TERMS];
        scale = new double[rows];
        for (int l = 2; l <= lmax; l++) {
            for (int m = -l; m <= l; m++) {
                int row = rowIndex(l) + l + m;
                scale[row] = 1 / Math.sqrt(Math.abs(m) == l ? 2.0 * l * (2 * l - 1) : (double) (l * l - m * m));
                fill(l, m, row * TERMS);
            }
        }
    }

    /**
     * The tables for degrees up to at least lmax, computed on first use and shared.
     *
     * @param lmax maximum degree, at least 0
     */
    public static WignerRecurrence of(int lmax) {
        WignerRecurrence have = LARGEST.get();
        if (have.lmax >= lmax) {
            return have;
        }
        WignerRecurrence made = new WignerRecurrence(lmax);
        LARGEST.compareAndSet(have, made);
        return made;
    }

    /** Number of the row (l, m = -l); rows of degrees 0 and 1 exist but are empty. */
    public static int rowIndex(int l) {
        return l * l;
    }

    /** Largest degree in the tables; it may exceed the one asked for. */
    public int lmax() {
        return lmax;
    }

    /** Coefficients c, [(lmax+1)^2, TERMS]. */
    public double[] coefficients() {
        return coefficient.clone();
    }

    /** Rows i of R as 0..2 for x, y, z, [(lmax+1)^2, TERMS]. */
    public int[] axes() {
        return axis.clone();
    }

    /** Rows a of D^(l-1) as 0..2l-2, [(lmax+1)^2, TERMS]. */
    public int[] sources() {
        return source.clone();
    }

    /** Column scales s by (l, n), [(lmax+1)^2]. */
    public double[] scales() {
        return scale.clone();
    }

    private void fill(int l, int m, int at) {
        int k = Math.abs(m);
        double u = Math.sqrt((double) (l * l - m * m));
        double v = 0.5 * Math.sqrt((m == 0 ? 2.0 : 1.0) * (l + k - 1) * (l + k)) * (m == 0 ? -1 : 1);
        double w = -0.5 * Math.sqrt((double) (l - k - 1) * (l - k));
        int next = at;
        if (k < l) {
            next = put(next, l, u, 0, m);
        }
        if (m == 0) {
            next = put(next, l, v, 1, 1);
            next = put(next, l, v, -1, -1);
        } else {
            // Orders +-1 meet order 0, whose harmonic lacks the factor sqrt(2) and has no sine partner.
            double one = k == 1 ? Math.sqrt(2) : 1;
            if (m > 0) {
                next = put(next, l, v * one, 1, m - 1);
                next = k == 1 ? next : put(next, l, -v, -1, 1 - m);
            } else {
                next = k == 1 ? next : put(next, l, v, 1, m + 1);
                next = put(next, l, v * one, -1, -m - 1);
            }
        }
        if (m != 0 && k <= l - 2) {
            next = put(next, l, w, 1, m > 0 ? m + 1 : m - 1);
            next = put(next, l, m > 0 ? w : -w, -1, m > 0 ? -m - 1 : -m + 1);
        }
    }

    private int put(int at, int l, double c, int i, int a) {
        coefficient[at] = c;
        axis[at] = i + 1;
        source[at] = a + l - 1;
        return at + 1;
    }
}
