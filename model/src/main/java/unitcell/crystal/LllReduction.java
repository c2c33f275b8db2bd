package unitcell.crystal;

/**
 * A short, nearly orthogonal basis of a lattice by the algorithm of Lenstra, Lenstra and Lovasz (Math. Ann. 261, 515,
 * 1982) with delta = 3/4.
 *
 * <p>The basis depends on the scalar products of the vectors alone, not on their orientation. The transformation is an
 * exact unimodular integer matrix. Instances are not changed once made.
 */
public final class LllReduction {
    private static final double DELTA = 0.75;
    // Halves are rounded towards zero and equal lengths kept in order in spite of rounding errors, so that the basis
    // does
    // not depend on how the lattice lies in space.
    private static final double SLACK = 1e-9;
    private static final int MAX_ROUNDS = 10_000;

    private final double[] original; // [3, 3]
    private final double[] rows; // [3, 3] = u @ original
    private final long[] u = {1, 0, 0, 0, 1, 0, 0, 0, 1}; // [3, 3]
    private final double[] star = new double[9]; // Gram-Schmidt vectors
    private final double[] norm2 = new double[3]; // their squared lengths
    private final double[] mu = new double[9]; // their coefficients, below the diagonal

    private LllReduction(double[] original) {
        this.original = original.clone();
        this.rows = original.clone();
        reduce();
    }

    /**
     * Reduces a basis.
     *
     * @param rows [3, 3] lattice vectors, row-major, linearly independent; copied
     * @throws ArithmeticException if the basis is so skewed that the integers overflow or no reduced basis is found
     */
    public static LllReduction of(double[] rows) {
        return new LllReduction(rows);
    }

    /** The reduced vectors, [3, 3] row-major; not copied. */
    public double[] rows() {
        return rows;
    }

    /** Unimodular matrix u with {@code rows = u @ original rows}; not copied. */
    public long[] transformation() {
        return u;
    }

    private void reduce() {
        int k = 1;
        for (int round = 0; k < 3; round++) {
            if (round == MAX_ROUNDS) {
                throw new ArithmeticException("no reduced basis after " + MAX_ROUNDS + " rounds");
            }
            orthogonalise();
            for (int i = k - 1; i >= 0; i--) {
                subtract(k, Math.rint(mu[3 * k + i] * (1 - SLACK)), i);
            }
            double overlap = mu[3 * k + k - 1];
            if (norm2[k] >= (DELTA - overlap * overlap - SLACK) * norm2[k - 1]) {
                k++;
            } else {
                swap(k, k - 1);
                k = Math.max(k - 1, 1);
            }
        }
    }

    private void orthogonalise() {
        for (int i = 0; i < 3; i++) {
            System.arraycopy(rows, 3 * i, star, 3 * i, 3);
            for (int j = 0; j < i; j++) {
                double m = dot(rows, i, star, j) / norm2[j];
                mu[3 * i + j] = m;
                for (int c = 0; c < 3; c++) {
                    star[3 * i + c] -= m * star[3 * j + c];
                }
            }
            norm2[i] = dot(star, i, star, i);
        }
    }

    private void subtract(int k, double times, int i) {
        if (times == 0) {
            return;
        }
        if (!(Math.abs(times) < 0x1p53)) {
            throw new ArithmeticException("multiple " + times + " is not an exact integer");
        }
        for (int c = 0; c < 3; c++) {
            u[3 * k + c] = Math.subtractExact(u[3 * k + c], Math.multiplyExact((long) times, u[3 * i + c]));
        }
        refresh(k);
        for (int j = 0; j < i; j++) {
            mu[3 * k + j] -= times * mu[3 * i + j];
        }
        mu[3 * k + i] -= times;
    }

    private void swap(int k, int i) {
        for (int c = 0; c < 3; c++) {
            long t = u[3 * k + c];
            u[3 * k + c] = u[3 * i + c];
            u[3 * i + c] = t;
        }
        refresh(k);
        refresh(i);
    }

    // From the integers, so that rounding does not pile up.
    private void refresh(int i) {
        for (int c = 0; c < 3; c++) {
            rows[3 * i + c] = u[3 * i] * original[c] + u[3 * i + 1] * original[3 + c] + u[3 * i + 2] * original[6 + c];
        }
    }

    private static double dot(double[] a, int i, double[] b, int j) {
        return a[3 * i] * b[3 * j] + a[3 * i + 1] * b[3 * j + 1] + a[3 * i + 2] * b[3 * j + 2];
    }
}
