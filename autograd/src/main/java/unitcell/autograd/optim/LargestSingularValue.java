package unitcell.autograd.optim;

import java.util.Arrays;

/**
 * The largest singular value of a matrix W by the method of Lanczos on W^T W with full reorthogonalisation (G. Golub and C.
 * Van Loan, Matrix Computations, 10.1 and 10.4): a power iteration that keeps all its vectors and takes from their span the
 * best one, which saves most of the iterations where singular values are close to each other, as those of layers are.
 *
 * <p>What it finds is never above the true value, and below it by at most half of {@link #TOLERANCE} unless the start has next
 * to no part of the right vector.
 *
 * <p>Memory convention: Java arrays, float64; up to {@value #STEPS} vectors of a row's length.
 */
final class LargestSingularValue {
    /** The residual |W^T W v - s^2 v| / s^2 at which the search ends. */
    static final double TOLERANCE = 1e-4;

    private static final int STEPS = 40;
    private static final int RESTARTS = 10;
    private static final double NEGLIGIBLE = 1e-14;

    private final double[] w;
    private final int from;
    private final int rows;
    private final int columns;
    private final double[] diagonal = new double[STEPS];
    /** next[j] couples vectors j and j + 1. */
    private final double[] next = new double[STEPS];

    /** The matrix of {@code rows} times {@code columns} numbers at {@code from}. */
    LargestSingularValue(double[] w, int from, int rows, int columns) {
        this.w = w;
        this.from = from;
        this.rows = rows;
        this.columns = columns;
    }

    /**
     * Finds it; not a number if an element is not.
     *
     * @param v where to start; replaced by the right singular vector, of length 1
     */
    double find(double[] v) {
        double square = 0;
        int most = Math.min(STEPS, columns);
        for (int attempt = 0; attempt < RESTARTS; attempt++) {
            normalise(v);
            double[][] q = new double[most][];
            q[0] = v.clone();
            int size = 0;
            double residual = Double.POSITIVE_INFINITY;
            double[] weights = {1};
            while (size < most && residual > TOLERANCE * square) {
                double[] z = product(q[size]);
                diagonal[size] = dot(q[size], z);
                orthogonalise(z, q, size + 1);
                next[size] = Math.sqrt(dot(z, z));
                size++;
                square = largestEigenvalue(size);
                if (!(square > 0) || Double.isInfinite(square)) {
                    return square == 0 ? 0 : Double.NaN;
                }
                if (next[size - 1] <= NEGLIGIBLE * square) {
                    next[size - 1] = 0;
                }
                weights = eigenvector(size, square);
                residual = next[size - 1] * Math.abs(weights[size - 1]);
                if (size < most && next[size - 1] > 0) {
                    q[size] = scaled(z, 1 / next[size - 1]);
                }
            }
            Arrays.fill(v, 0);
            for (int j = 0; j < size; j++) {
                add(weights[j], q[j], v);
            }
            normalise(v);
            if (residual <= TOLERANCE * square) {
                break;
            }
        }
        return Math.sqrt(square);
    }

    /** W^T W x. */
    private double[] product(double[] x) {
        double[] z = new double[columns];
        for (int r = 0; r < rows; r++) {
            int row = from + r * columns;
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            int c = 0;
            for (; c + 4 <= columns; c += 4) {
                s0 += w[row + c] * x[c];
                s1 += w[row + c + 1] * x[c + 1];
                s2 += w[row + c + 2] * x[c + 2];
                s3 += w[row + c + 3] * x[c + 3];
            }
            for (; c < columns; c++) {
                s0 += w[row + c] * x[c];
            }
            double s = s0 + s1 + (s2 + s3);
            for (c = 0; c < columns; c++) {
                z[c] += s * w[row + c];
            }
        }
        return z;
    }

    /** Takes from z its parts along the first vectors; twice, since what rounding leaves is a part of the whole. */
    private static void orthogonalise(double[] z, double[][] q, int count) {
        for (int pass = 0; pass < 2; pass++) {
            for (int j = 0; j < count; j++) {
                add(-dot(q[j], z), q[j], z);
            }
        }
    }

    /** Of the symmetric tridiagonal matrix, by bisection to the last digits; never below the largest that it has. */
    private double largestEigenvalue(int size) {
        double low = 0;
        double high = 0;
        for (int j = 0; j < size; j++) {
            low = Math.max(low, diagonal[j]);
            double beside = (j > 0 ? next[j - 1] : 0) + (j + 1 < size ? next[j] : 0);
            high = Math.max(high, diagonal[j] + beside);
        }
        high *= 1 + 1e-12;
        while (high - low > 1e-15 * high) {
            double middle = low + (high - low) / 2;
            if (middle == low || middle == high) {
                break;
            }
            if (isAbove(middle, size)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** Whether x is above all eigenvalues: all pivots of x - T are positive. */
    private boolean isAbove(double x, int size) {
        double pivot = x - diagonal[0];
        for (int j = 1; j < size && pivot > 0; j++) {
            pivot = x - diagonal[j] - next[j - 1] * next[j - 1] / pivot;
        }
        return pivot > 0;
    }

    /** By two steps of inverse iteration; all components of the one that belongs to the largest eigenvalue have one sign. */
    private double[] eigenvector(int size, double value) {
        double[] pivots = new double[size];
        double above = value * (1 + 1e-14);
        for (int j = 0; j < size; j++) {
            double before = j == 0 ? 0 : next[j - 1] * next[j - 1] / pivots[j - 1];
            pivots[j] = Math.max(above - diagonal[j] - before, Double.MIN_NORMAL + 1e-16 * value);
        }
        double[] x = new double[size];
        Arrays.fill(x, 1);
        for (int pass = 0; pass < 2; pass++) {
            for (int j = 1; j < size; j++) {
                x[j] += next[j - 1] / pivots[j - 1] * x[j - 1];
            }
            x[size - 1] /= pivots[size - 1];
            for (int j = size - 2; j >= 0; j--) {
                x[j] = (x[j] + next[j] * x[j + 1]) / pivots[j];
            }
            normalise(x);
        }
        return x;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double factor, double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] += factor * x[i];
        }
    }

    private static double[] scaled(double[] x, double factor) {
        double[] y = new double[x.length];
        add(factor, x, y);
        return y;
    }

    static void normalise(double[] x) {
        double length = Math.sqrt(dot(x, x));
        for (int i = 0; i < x.length && length > 0; i++) {
            x[i] /= length;
        }
    }
}
