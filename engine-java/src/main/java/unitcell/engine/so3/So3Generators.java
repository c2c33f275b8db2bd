package unitcell.engine.so3;

import java.util.Arrays;

/**
 * The generators J_x, J_y, J_z of rotations in the real basis, as constant sparse antisymmetric matrices over all degrees
 * 0..L: for dR R^T = [w]x, d(D x) = (w_x J_x + w_y J_y + w_z J_z) D x. They satisfy [J_x, J_y] = J_z and its cyclic
 * images, and equal (e_k x) on degree 1.
 *
 * <p>Hence, without a derivative of D ever being formed, y = D x has dL/dw_k = sum g (J_k y) with g = dL/dy, and the
 * rotation back, z = D^T v, has dL/dw_k = -sum (D g) (J_k v) with g = dL/dz; {@link Sparse#contract} is that sum.
 *
 * <p>J_y joins m with -m (one entry a row, m != 0); J_x and J_z join |m| with |m| +- 1 (at most two entries a row).
 * Closed forms from the ladder operators: with c_m = sqrt((l-m)(l+m+1)), written in cosine (m > 0) and sine (m < 0)
 * harmonics, J_z C_m = (c_m S_{m+1} + c_{m-1} S_{m-1})/2 and so on, the entries that touch m = 0 being sqrt(2) larger.
 *
 * <p>Coefficients are numbered l*l + l + m. Immutable.
 */
public final class So3Generators {
    /**
     * One generator as a list of entries, ascending by row, then column.
     *
     * <p>Entries of row i are {@code rowStart[i] .. rowStart[i+1]}; columns are always of the same degree as the row.
     * Accessors return copies.
     */
    public static final class Sparse {
        private final int[] rowStart; // [K+1]
        private final int[] column; // [entries]
        private final double[] value; // [entries]

        private Sparse(int[] rowStart, int[] column, double[] value) {
            this.rowStart = rowStart;
            this.column = column;
            this.value = value;
        }

        /** Number of entries. */
        public int size() {
            return column.length;
        }

        /** First entry of each row, [K+1]. */
        public int[] rowStarts() {
            return rowStart.clone();
        }

        /** Row of each entry, [entries]. */
        public int[] rows() {
            int[] rows = new int[column.length];
            for (int i = 0; i + 1 < rowStart.length; i++) {
                Arrays.fill(rows, rowStart[i], rowStart[i + 1], i);
            }
            return rows;
        }

        /** Column of each entry, [entries]. */
        public int[] columns() {
            return column.clone();
        }

        /** Value of each entry, [entries]. */
        public double[] values() {
            return value.clone();
        }

        /** The matrix in full, row-major [K, K]. */
        public double[] dense() {
            int k = rowStart.length - 1;
            double[] out = new double[k * k];
            for (int i = 0; i < k; i++) {
                for (int e = rowStart[i]; e < rowStart[i + 1]; e++) {
                    out[i * k + column[e]] = value[e];
                }
            }
            return out;
        }

        /** Sum over coefficients and channels of g * (J x); g and x are [K, channels] from their offsets. */
        public double contract(double[] g, int gOffset, double[] x, int xOffset, int channels) {
            double sum = 0;
            for (int i = 0; i + 1 < rowStart.length; i++) {
                for (int e = rowStart[i]; e < rowStart[i + 1]; e++) {
                    double row = 0;
                    for (int c = 0; c < channels; c++) {
                        row += g[gOffset + i * channels + c] * x[xOffset + column[e] * channels + c];
                    }
                    sum += value[e] * row;
                }
            }
            return sum;
        }
    }

    private final int lmax;
    private final Sparse x;
    private final Sparse y;
    private final Sparse z;

    /**
     * Generators of degrees 0..lmax.
     *
     * @param lmax maximum degree, at least 0
     */
    public So3Generators(int lmax) {
        this.lmax = Degrees.check(lmax);
        x = sparse(0);
        y = sparse(1);
        z = sparse(2);
    }

    /** Maximum degree L. */
    public int lmax() {
        return lmax;
    }

    /** Generator of rotations about x. */
    public Sparse x() {
        return x;
    }

    /** Generator of rotations about y, the polar axis. */
    public Sparse y() {
        return y;
    }

    /** Generator of rotations about z. */
    public Sparse z() {
        return z;
    }

    /** Generator of rotations about axis 0, 1 or 2 for x, y or z. */
    public Sparse axis(int k) {
        return switch (k) {
            case 0 -> x;
            case 1 -> y;
            case 2 -> z;
            default -> throw new IllegalArgumentException("axis is " + k + ", but must be 0, 1 or 2 for x, y or z");
        };
    }

    private Sparse sparse(int axis) {
        int size = Degrees.count(lmax);
        int[] rowStart = new int[size + 1];
        int[] column = new int[2 * size];
        double[] value = new double[2 * size];
        int next = 0;
        for (int l = 0; l <= lmax; l++) {
            for (int m = -l; m <= l; m++) {
                for (int n = -l; n <= l; n++) {
                    double v = entry(axis, l, m, n);
                    if (v != 0) {
                        column[next] = Degrees.index(l, n);
                        value[next++] = v;
                    }
                }
                rowStart[Degrees.index(l, m) + 1] = next;
            }
        }
        return new Sparse(rowStart, Arrays.copyOf(column, next), Arrays.copyOf(value, next));
    }

    private static double entry(int axis, int l, int m, int n) {
        if (axis == 1) {
            return m == -n ? -m : 0; // C_m -> -m S_m, S_m -> m C_m; no entry for m = 0
        }
        int low = Math.min(Math.abs(m), Math.abs(n));
        if (Math.abs(Math.abs(m) - Math.abs(n)) != 1) {
            return 0;
        }
        double c = 0.5 * Math.sqrt((double) (l - low) * (l + low + 1) * (low == 0 ? 2 : 1));
        boolean up = Math.abs(n) > Math.abs(m);
        // The harmonic of order 0 counts as a cosine: x joins equal kinds, z joins a cosine with a sine.
        if (axis == 0) {
            boolean equalKinds = (m < 0) == (n < 0);
            return equalKinds ? (up ? -c : c) : 0;
        }
        boolean cosineToSine = m >= 0 && n < 0;
        boolean sineToCosine = m < 0 && n >= 0;
        return cosineToSine ? c : sineToCosine ? -c : 0;
    }
}
