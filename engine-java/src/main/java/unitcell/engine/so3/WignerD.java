package unitcell.engine.so3;

import java.util.Arrays;

/**
 * Wigner matrices of the real basis: D^l(R) Y_l(n) = Y_l(R n), hence D(R1 R2) = D(R1) D(R2) and D^1 = R.
 *
 * <p>Packed layout: the blocks l = 0..L follow each other, block l row-major [2l+1, 2l+1] from {@link #blockOffset}; in
 * all (L+1)(2L+1)(2L+3)/3 numbers (35 for L=2, 165 for L=4, 455 for L=6) where the dense block-diagonal matrix would have
 * (L+1)^4. Rotations are row-major [3, 3] acting on column vectors (x, y, z).
 *
 * <p>{@link #fromRotation} is the production path: a polynomial in the entries of R, valid for reflections too (then
 * Y(R n) picks up the parity (-1)^l by itself). The derivative of D is never needed: see {@link So3Generators}.
 */
public final class WignerD {
    private WignerD() {}

    /** Where block l starts: the sum over k < l of (2k+1)^2. */
    public static int blockOffset(int l) {
        return l * (2 * l - 1) * (2 * l + 1) / 3;
    }

    /** Length of the packed blocks 0..lmax, (L+1)(2L+1)(2L+3)/3. */
    public static int packedSize(int lmax) {
        return blockOffset(Degrees.check(lmax) + 1);
    }

    /**
     * D^0..D^L of one rotation.
     *
     * @param r rotation (or reflection), row-major [3, 3]; used as it is, so it must be orthogonal
     * @param lmax maximum degree L
     * @param out packed blocks, at least {@link #packedSize} long
     */
    public static void fromRotation(double[] r, int lmax, double[] out) {
        fromRotation(r, 0, lmax, out, 0);
    }

    /** As {@link #fromRotation(double[], int, double[])}, at offsets into larger arrays. */
    public static void fromRotation(double[] r, int rOffset, int lmax, double[] out, int outOffset) {
        Degrees.checkRoom("rotation matrix", r, rOffset, 9);
        Degrees.checkRoom("array of packed Wigner blocks", out, outOffset, packedSize(lmax));
        out[outOffset] = 1;
        if (lmax == 0) {
            return;
        }
        System.arraycopy(r, rOffset, out, outOffset + 1, 9);
        WignerRecurrence table = WignerRecurrence.of(lmax);
        for (int l = 2; l <= lmax; l++) {
            degree(table, r, rOffset, l, out, outOffset + blockOffset(l - 1), outOffset + blockOffset(l));
        }
    }

    /**
     * D^0..D^L of many rotations.
     *
     * @param r rotations, [E, 3, 3]
     * @param edges number of rotations E
     * @param lmax maximum degree L
     * @param out packed blocks, [E, packedSize(L)]
     */
    public static void fromRotations(double[] r, int edges, int lmax, double[] out) {
        int size = packedSize(lmax);
        for (int e = 0; e < edges; e++) {
            fromRotation(r, 9 * e, lmax, out, e * size);
        }
    }

    private static void degree(WignerRecurrence table, double[] r, int ro, int l, double[] d, int before, int here) {
        int narrow = 2 * l - 1;
        int row = WignerRecurrence.rowIndex(l);
        double[] c = table.coefficient;
        int[] axis = table.axis;
        int[] source = table.source;
        double[] scale = table.scale;
        double edge = scale[row];
        for (int m = 0, at = here; m <= 2 * l; m++, at += 2 * l + 1) {
            int t = (row + m) * WignerRecurrence.TERMS;
            int i0 = ro + 3 * axis[t];
            int i1 = ro + 3 * axis[t + 1];
            int i2 = ro + 3 * axis[t + 2];
            int i3 = ro + 3 * axis[t + 3];
            int i4 = ro + 3 * axis[t + 4];
            int p0 = before + narrow * source[t];
            int p1 = before + narrow * source[t + 1];
            int p2 = before + narrow * source[t + 2];
            int p3 = before + narrow * source[t + 3];
            int p4 = before + narrow * source[t + 4];
            double c0 = c[t];
            double c1 = c[t + 1];
            double c2 = c[t + 2];
            double c3 = c[t + 3];
            double c4 = c[t + 4];
            int last = narrow - 1;
            // Real and imaginary part of (R[i,1] + i R[i,-1]) (P[a,l-1] + i P[a,1-l]), the step from order l-1 to l.
            d[at + 2 * l] = edge
                    * (c0 * (r[i0 + 2] * d[p0 + last] - r[i0] * d[p0])
                            + c1 * (r[i1 + 2] * d[p1 + last] - r[i1] * d[p1])
                            + c2 * (r[i2 + 2] * d[p2 + last] - r[i2] * d[p2])
                            + c3 * (r[i3 + 2] * d[p3 + last] - r[i3] * d[p3])
                            + c4 * (r[i4 + 2] * d[p4 + last] - r[i4] * d[p4]));
            d[at] = edge
                    * (c0 * (r[i0 + 2] * d[p0] + r[i0] * d[p0 + last])
                            + c1 * (r[i1 + 2] * d[p1] + r[i1] * d[p1 + last])
                            + c2 * (r[i2 + 2] * d[p2] + r[i2] * d[p2 + last])
                            + c3 * (r[i3 + 2] * d[p3] + r[i3] * d[p3 + last])
                            + c4 * (r[i4 + 2] * d[p4] + r[i4] * d[p4 + last]));
            c0 *= r[i0 + 1];
            c1 *= r[i1 + 1];
            c2 *= r[i2 + 1];
            c3 *= r[i3 + 1];
            c4 *= r[i4 + 1];
            for (int n = 0; n < narrow; n++) {
                d[at + 1 + n] = scale[row + 1 + n]
                        * (c0 * d[p0 + n] + c1 * d[p1 + n] + c2 * d[p2 + n] + c3 * d[p3 + n] + c4 * d[p4 + n]);
            }
        }
    }

    /**
     * D^0..D^L of the unit quaternion (w, x, y, z), after normalising it.
     *
     * @throws IllegalArgumentException if the quaternion is zero or not finite
     */
    public static void fromQuaternion(double w, double x, double y, double z, int lmax, double[] out) {
        double[] r = new double[9];
        rotation(w, x, y, z, r);
        fromRotation(r, lmax, out);
    }

    /** Writes the rotation matrix of the quaternion (w, x, y, z), which is normalised first, to {@code r}, [3, 3]. */
    public static void rotation(double w, double x, double y, double z, double[] r) {
        double square = w * w + x * x + y * y + z * z;
        if (!(square > 0 && square < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a rotation needs a quaternion of positive, finite length, but got (" + w
                    + ", " + x + ", " + y + ", " + z + ")");
        }
        double s = 2 / square;
        r[0] = 1 - s * (y * y + z * z);
        r[1] = s * (x * y - w * z);
        r[2] = s * (x * z + w * y);
        r[3] = s * (x * y + w * z);
        r[4] = 1 - s * (x * x + z * z);
        r[5] = s * (y * z - w * x);
        r[6] = s * (x * z - w * y);
        r[7] = s * (y * z + w * x);
        r[8] = 1 - s * (x * x + y * y);
    }

    /**
     * D^0..D^L of the Euler angles (radians) of R = Ry(alpha) Rx(beta) Ry(gamma), as X(alpha) J X(beta) J X(gamma) with
     * the matrices of {@link WignerJ}. Independent of {@link #fromRotation} but for J.
     */
    public static void fromEuler(double alpha, double beta, double gamma, int lmax, double[] out) {
        Degrees.checkRoom("array of packed Wigner blocks", out, 0, packedSize(lmax));
        double[] j = WignerJ.blocks(lmax);
        for (int l = 0; l <= lmax; l++) {
            double[] block = block(j, l);
            double[] jgamma = timesRoll(block, gamma, l);
            double[] betaJgamma = rollTimes(beta, jgamma, l);
            double[] product = multiply(block, betaJgamma, 2 * l + 1);
            System.arraycopy(rollTimes(alpha, product, l), 0, out, blockOffset(l), product.length);
        }
    }

    /** Block l of packed blocks as an own array, row-major [2l+1, 2l+1]. */
    public static double[] block(double[] packed, int l) {
        return Arrays.copyOfRange(packed, blockOffset(l), blockOffset(l + 1));
    }

    /** The dense block-diagonal matrix, row-major [(L+1)^2, (L+1)^2], of packed blocks 0..L. */
    public static double[] dense(double[] packed, int lmax) {
        Degrees.checkRoom("array of packed Wigner blocks", packed, 0, packedSize(lmax));
        int size = Degrees.count(lmax);
        double[] out = new double[size * size];
        for (int l = 0; l <= lmax; l++) {
            int width = 2 * l + 1;
            for (int row = 0; row < width; row++) {
                System.arraycopy(packed, blockOffset(l) + row * width, out, (l * l + row) * size + l * l, width);
            }
        }
        return out;
    }

    /** X(angle) A, where X rotates by the angle about y: cos(m angle) on the diagonal, sin on the anti-diagonal. */
    private static double[] rollTimes(double angle, double[] a, int l) {
        int width = 2 * l + 1;
        double[] out = new double[a.length];
        for (int m = -l; m <= l; m++) {
            double c = Math.cos(m * angle);
            double s = m == 0 ? 0 : -Math.sin(m * angle);
            for (int n = 0; n < width; n++) {
                out[(l + m) * width + n] = c * a[(l + m) * width + n] + s * a[(l - m) * width + n];
            }
        }
        return out;
    }

    /** A X(angle). */
    private static double[] timesRoll(double[] a, double angle, int l) {
        int width = 2 * l + 1;
        double[] out = new double[a.length];
        for (int n = -l; n <= l; n++) {
            double c = Math.cos(n * angle);
            double s = n == 0 ? 0 : Math.sin(n * angle);
            for (int m = 0; m < width; m++) {
                out[m * width + l + n] = c * a[m * width + l + n] + s * a[m * width + l - n];
            }
        }
        return out;
    }

    private static double[] multiply(double[] a, double[] b, int width) {
        double[] out = new double[width * width];
        for (int i = 0; i < width; i++) {
            for (int k = 0; k < width; k++) {
                double f = a[i * width + k];
                for (int j = 0; j < width; j++) {
                    out[i * width + j] += f * b[k * width + j];
                }
            }
        }
        return out;
    }
}
