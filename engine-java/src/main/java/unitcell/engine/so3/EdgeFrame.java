package unitcell.engine.so3;

/**
 * The frame of an edge: a rotation R with R n = e_y for the edge direction n, and how it turns when the edge moves.
 *
 * <p>Any such R has n as its second row; frames differ in the roll about e_y alone. Two choices are offered.
 * <ul>
 *   <li><em>Two-chart</em> ({@link #fromVector}): where n_y >= 0 the shortest rotation taking n to e_y; where n_y < 0 the
 *       shortest one for (n_x, -n_y, -n_z), preceded by diag(1, -1, -1). Polynomials and one division by 1+|n_y|: no
 *       angle, no pole, deterministic. The roll jumps across n_y = 0, to which a roll-equivariant network is blind.
 *   <li><em>Reference</em> ({@link #reference}): EquiformerV2's, from a random helper vector h, with rows z = n x h
 *       normalised, n, and z x n. For reproducing its results.
 * </ul>
 *
 * <p>Derivative. For a change dn of the direction, dR R^T = [w]x with w = A dn. Since R n stays e_y, the first and third
 * rows of A are minus the third and plus the first row of R; only the second row, the rate of roll, depends on the choice
 * of frame. Every row of A is perpendicular to n, so the projection onto changes of direction is already in A. Together
 * with d(D x) = (w . J) D x of {@link So3Generators}, the gradient for the edge vector v = d n is (1/d) A^T dL/dw:
 * {@link #vectorGradient}.
 *
 * <p>Vectors are three numbers (x, y, z) in any unit of length, matrices row-major [3, 3], both at offsets into arrays
 * that the caller owns. A vector without a direction (zero or not finite) is an {@link IllegalArgumentException}.
 */
public final class EdgeFrame {
    private EdgeFrame() {}

    /**
     * Two-chart frame of an edge vector, with zero roll.
     *
     * @param v edge vectors; (x, y, z) from vOffset
     * @param r receives the rotation, [3, 3] from rOffset
     * @return the length of the edge, in the unit of v
     */
    public static double fromVector(double[] v, int vOffset, double[] r, int rOffset) {
        double d = length(v, vOffset);
        double x = v[vOffset] / d;
        double y = v[vOffset + 1] / d;
        double z = v[vOffset + 2] / d;
        // S = diag(1, s, s) maps the lower half onto the upper one: R = R_shortest(S n) S.
        double s = y >= 0 ? 1 : -1;
        double c = 1 / (1 + s * y);
        r[rOffset] = 1 - x * x * c;
        r[rOffset + 1] = -s * x;
        r[rOffset + 2] = -x * z * c;
        r[rOffset + 3] = x;
        r[rOffset + 4] = y;
        r[rOffset + 5] = z;
        r[rOffset + 6] = -s * x * z * c;
        r[rOffset + 7] = -z;
        r[rOffset + 8] = s * (1 - z * z * c);
        return d;
    }

    /**
     * Two-chart frame followed by a rotation about e_y.
     *
     * @param roll angle in radians; any value, held fixed when differentiating
     * @return the length of the edge, in the unit of v
     */
    public static double fromVector(double[] v, int vOffset, double roll, double[] r, int rOffset) {
        double d = fromVector(v, vOffset, r, rOffset);
        roll(roll, r, rOffset);
        return d;
    }

    /** Replaces R by Ry(angle) R; the angle is in radians, and positive angles turn e_z towards e_x. */
    public static void roll(double angle, double[] r, int rOffset) {
        double c = Math.cos(angle);
        double s = Math.sin(angle);
        for (int k = 0; k < 3; k++) {
            double x = r[rOffset + k];
            double z = r[rOffset + 6 + k];
            r[rOffset + k] = c * x + s * z;
            r[rOffset + 6 + k] = c * z - s * x;
        }
    }

    /**
     * EquiformerV2's frame of an edge vector.
     *
     * @param rand three numbers in [0, 1) from randOffset, the raw uniform draw from which the helper vector is made
     * @return the length of the edge, in the unit of v
     */
    public static double reference(double[] v, int vOffset, double[] rand, int randOffset, double[] r, int rOffset) {
        double d = length(v, vOffset);
        double[] n = {v[vOffset] / d, v[vOffset + 1] / d, v[vOffset + 2] / d};
        double[] h = helper(n, rand, randOffset);
        double[] z = cross(n, h);
        double p = Math.sqrt(dot(z, z));
        for (int k = 0; k < 3; k++) {
            z[k] /= p;
        }
        double[] x = cross(z, n);
        System.arraycopy(z, 0, r, rOffset, 3);
        System.arraycopy(n, 0, r, rOffset + 3, 3);
        System.arraycopy(x, 0, r, rOffset + 6, 3);
        return d;
    }

    /**
     * The map A of the two-chart frame, with or without a fixed roll.
     *
     * @param r the frame, as made by {@link #fromVector}
     * @param a receives A, [3, 3] from aOffset; w = A dn in the rotated axes
     */
    public static void angularJacobian(double[] r, int rOffset, double[] a, int aOffset) {
        double x = r[rOffset + 3];
        double y = r[rOffset + 4];
        double z = r[rOffset + 5];
        double c = 1 / (1 + Math.abs(y));
        double s = y >= 0 ? 1 : -1;
        // Roll rate (n_z dn_x - n_x dn_z)/(1 + n_y); in the lower chart the same of n' = (x, -y, -z) and its change.
        fill(r, rOffset, s * z * c, 0, -s * x * c, a, aOffset);
    }

    /**
     * The map A of the reference frame with its random draw held fixed.
     *
     * @param v the edge vector that {@link #reference} was given
     * @param rand the draw that it was given
     * @param r the frame that it made
     * @param a receives A, [3, 3] from aOffset; w = A dn in the rotated axes
     */
    public static void referenceAngularJacobian(
            double[] v, int vOffset, double[] rand, int randOffset, double[] r, int rOffset, double[] a, int aOffset) {
        double d = length(v, vOffset);
        double[] n = {v[vOffset] / d, v[vOffset + 1] / d, v[vOffset + 2] / d};
        double[] h = helper(n, rand, randOffset);
        double[] p = cross(n, h);
        double size = Math.sqrt(dot(p, p));
        // w_y = dz . x with z = p/|p| and x = z x n the third row: (dn x h) . x / |p| = dn . (h x x) / |p|.
        double[] g = cross(h, new double[] {r[rOffset + 6], r[rOffset + 7], r[rOffset + 8]});
        fill(r, rOffset, g[0] / size, g[1] / size, g[2] / size, a, aOffset);
    }

    /**
     * Adds the gradient with respect to the edge vector: (1/d) A^T dL/dw.
     *
     * @param a the map A, [3, 3] from aOffset
     * @param distance length d of the edge, positive
     * @param gw dL/dw, three numbers from gwOffset
     * @param gv receives the sum, three numbers from gvOffset
     */
    public static void vectorGradient(
            double[] a, int aOffset, double distance, double[] gw, int gwOffset, double[] gv, int gvOffset) {
        for (int k = 0; k < 3; k++) {
            gv[gvOffset + k] += (a[aOffset + k] * gw[gwOffset]
                            + a[aOffset + 3 + k] * gw[gwOffset + 1]
                            + a[aOffset + 6 + k] * gw[gwOffset + 2])
                    / distance;
        }
    }

    private static void fill(double[] r, int ro, double gx, double gy, double gz, double[] a, int ao) {
        for (int k = 0; k < 3; k++) {
            a[ao + k] = -r[ro + 6 + k];
            a[ao + 6 + k] = r[ro + k];
        }
        a[ao + 3] = gx;
        a[ao + 4] = gy;
        a[ao + 5] = gz;
    }

    /**
     * The helper vector of the reference: the draw centred and normalised, or, where that is less aligned with n, the
     * same turned a quarter about z, or that choice's rival turned a quarter about x.
     */
    private static double[] helper(double[] n, double[] rand, int at) {
        double x = rand[at] - 0.5;
        double y = rand[at + 1] - 0.5;
        double z = rand[at + 2] - 0.5;
        double size = Math.sqrt(x * x + y * y + z * z);
        if (!(size > 0 && size < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the helper vector of an edge frame has no direction: the draw is ("
                    + rand[at] + ", " + rand[at + 1] + ", " + rand[at + 2] + "), but needs three numbers in [0, 1) that"
                    + " are not all 0.5");
        }
        x /= size;
        y /= size;
        z /= size;
        double[] h = {x, y, z};
        double[] aboutZ = {-y, x, z};
        double[] aboutX = {x, -z, y};
        if (Math.abs(dot(h, n)) > Math.abs(dot(aboutZ, n))) {
            h = aboutZ;
        }
        if (Math.abs(dot(h, n)) > Math.abs(dot(aboutX, n))) {
            h = aboutX;
        }
        return h;
    }

    private static double length(double[] v, int at) {
        double d = Math.sqrt(v[at] * v[at] + v[at + 1] * v[at + 1] + v[at + 2] * v[at + 2]);
        if (!(d > 0 && d < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("an edge frame needs a direction, but got the edge vector (" + v[at]
                    + ", " + v[at + 1] + ", " + v[at + 2] + ") whose length is zero or not finite");
        }
        return d;
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }

    private static double[] cross(double[] a, double[] b) {
        return new double[] {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    }
}
