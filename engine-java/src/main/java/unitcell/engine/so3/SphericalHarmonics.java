package unitcell.engine.so3;

/**
 * Real spherical harmonics of a direction and their exact gradient with respect to the un-normalised vector.
 *
 * <p>For v = r n with |n| = 1, {@code Y_lm(n)} for l = 0..L and m = -l..l, polar axis y, azimuth measured from z towards
 * x, no Condon-Shortley phase: Y_l1 is a positive multiple of (x, y, z). Written as Q_l|m|(n_y) times the real or
 * imaginary part of (n_z + i n_x)^|m|, hence polynomials in n: nothing is singular along +y or -y, and no angle is ever
 * formed. Vectors may have any positive length; the length does not change the values.
 *
 * <p>Instances hold constant tables and are safe to share; calls allocate a few small work arrays, so this class serves
 * tables, tests and the scalar oracle rather than a hot loop.
 */
public final class SphericalHarmonics {
    /** What the harmonics are normalised to. */
    public enum Normalization {
        /** Sum over m of Y_lm^2 is 2l+1. */
        COMPONENT,
        /** Integral of Y_lm^2 over the unit sphere is 1. */
        INTEGRAL,
        /** Sum over m of Y_lm^2 is 1. */
        NORM
    }

    private final int lmax;
    private final Legendre legendre;
    private final double[] scale; // [L+1] factor on the integral normalisation

    /**
     * Prepares the tables for degrees 0..lmax.
     *
     * @param lmax maximum degree, at least 0
     * @param normalization what each degree is normalised to
     */
    public SphericalHarmonics(int lmax, Normalization normalization) {
        this.lmax = Degrees.check(lmax);
        legendre = new Legendre(lmax);
        scale = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            scale[l] = switch (normalization) {
                case INTEGRAL -> 1;
                case COMPONENT -> Math.sqrt(4 * Math.PI);
                case NORM -> Math.sqrt(4 * Math.PI / (2 * l + 1));
            };
        }
    }

    /** Maximum degree L. */
    public int lmax() {
        return lmax;
    }

    /** Number of harmonics, (L+1)^2. */
    public int size() {
        return Degrees.count(lmax);
    }

    /**
     * Harmonics of the direction of (x, y, z), [(L+1)^2], index l*l + l + m.
     *
     * @throws IllegalArgumentException if the vector is zero or not finite
     */
    public double[] values(double x, double y, double z) {
        double[] out = new double[size()];
        values(x, y, z, out, 0);
        return out;
    }

    /** Writes the harmonics of the direction of (x, y, z) to {@code out[offset .. offset + size())}. */
    public void values(double x, double y, double z, double[] out, int offset) {
        Degrees.checkRoom("spherical harmonics", out, offset, size());
        double length = length(x, y, z);
        double[] q = new double[Legendre.size(lmax)];
        legendre.values(y / length, q);
        double[] re = new double[lmax + 1];
        double[] im = new double[lmax + 1];
        powers(z / length, x / length, re, im);
        for (int l = 0; l <= lmax; l++) {
            int centre = offset + l * l + l;
            out[centre] = scale[l] * q[Legendre.at(l, 0)];
            for (int m = 1; m <= l; m++) {
                double f = scale[l] * Math.sqrt(2) * q[Legendre.at(l, m)];
                out[centre + m] = f * re[m];
                out[centre - m] = f * im[m];
            }
        }
    }

    /**
     * Derivatives dY_lm/dv at v = (x, y, z), [(L+1)^2, 3]. Each row is perpendicular to v, since Y does not depend on the
     * length, and scales as 1/|v|.
     */
    public double[] jacobian(double x, double y, double z) {
        double length = length(x, y, z);
        double nx = x / length;
        double ny = y / length;
        double nz = z / length;
        double[] q = new double[Legendre.size(lmax)];
        double[] dq = new double[Legendre.size(lmax)];
        legendre.values(ny, q);
        legendre.derivatives(ny, q, dq);
        double[] re = new double[lmax + 1];
        double[] im = new double[lmax + 1];
        powers(nz, nx, re, im);
        double[] out = new double[3 * size()];
        for (int l = 0; l <= lmax; l++) {
            for (int m = -l; m <= l; m++) {
                int k = Math.abs(m);
                double f = scale[l] * (m == 0 ? 1 : Math.sqrt(2));
                double[] part = m < 0 ? im : re;
                // d(z + i x)^k = k (z + i x)^(k-1) (dz + i dx)
                double dz = k == 0 ? 0 : k * (m < 0 ? im[k - 1] : re[k - 1]);
                double dx = k == 0 ? 0 : k * (m < 0 ? re[k - 1] : -im[k - 1]);
                double gx = f * q[Legendre.at(l, k)] * dx;
                double gy = f * dq[Legendre.at(l, k)] * part[k];
                double gz = f * q[Legendre.at(l, k)] * dz;
                // The polynomial continues Y off the sphere in its own way; only the tangential part is meant.
                double radial = gx * nx + gy * ny + gz * nz;
                int at = 3 * Degrees.index(l, m);
                out[at] = (gx - radial * nx) / length;
                out[at + 1] = (gy - radial * ny) / length;
                out[at + 2] = (gz - radial * nz) / length;
            }
        }
        return out;
    }

    /**
     * Vector-Jacobian product: d/dv of sum over (l, m) of cotangent_lm Y_lm(v).
     *
     * @param cotangent [(L+1)^2]
     * @return gradient with respect to the un-normalised vector, [3], perpendicular to it
     */
    public double[] gradient(double x, double y, double z, double[] cotangent) {
        Degrees.checkRoom("cotangent of spherical harmonics", cotangent, 0, size());
        double[] jacobian = jacobian(x, y, z);
        double[] out = new double[3];
        for (int i = 0; i < size(); i++) {
            for (int k = 0; k < 3; k++) {
                out[k] += cotangent[i] * jacobian[3 * i + k];
            }
        }
        return out;
    }

    /** Real and imaginary parts of (c + i s)^m for m = 0..L. */
    private static void powers(double c, double s, double[] re, double[] im) {
        re[0] = 1;
        im[0] = 0;
        for (int m = 1; m < re.length; m++) {
            re[m] = c * re[m - 1] - s * im[m - 1];
            im[m] = c * im[m - 1] + s * re[m - 1];
        }
    }

    private static double length(double x, double y, double z) {
        double length = Math.sqrt(x * x + y * y + z * z);
        if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("spherical harmonics need a direction, but got the vector (" + x + ", "
                    + y + ", " + z + ") whose length is zero or not finite");
        }
        return length;
    }
}
