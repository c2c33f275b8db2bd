package unitcell.engine.random;

/**
 * The inverse of the standard normal distribution function, by additions, products, quotients and square roots of
 * doubles alone: no library logarithm, so that every JVM and every device that follows IEEE 754 (with the same fused
 * multiply-adds, written out below) gives the same bits.
 *
 * <p>Source: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37
 * (1988), 477-484, routine PPND16 (relative error about 1e-16). The logarithm that its tails need is the series of
 * artanh on the mantissa reduced to [sqrt(1/2), sqrt(2)].
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the coefficients stand as published
public final class NormalQuantile {
    // |p - 1/2| <= 0.425: z = q A(r) / B(r) with r = 0.425^2 - q^2, coefficients from the highest power down.
    private static final double[] A = {
        2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
        1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0
    };
    private static final double[] B = {
        5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
        5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0
    };
    // s = sqrt(-log(tail)) <= 5: z = C(s - 1.6) / D(s - 1.6).
    private static final double[] C = {
        7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
        3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0
    };
    private static final double[] D = {
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
        6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0
    };
    // s > 5: z = E(s - 5) / F(s - 5).
    private static final double[] E = {
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
        2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0
    };
    private static final double[] F = {
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
        1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0
    };

    private static final double LN2 = 0.6931471805599453;
    private static final double SQRT2 = 1.4142135623730951;
    private static final long MANTISSA = 0x000FFFFFFFFFFFFFL;
    private static final long EXPONENT_OF_ONE = 0x3FF0000000000000L;

    private NormalQuantile() {}

    /**
     * The z with P(Z <= z) = p.
     *
     * @param p strictly between 0 and 1
     * @throws IllegalArgumentException if p is not, or is NaN
     */
    public static double of(double p) {
        if (!(p > 0.0 && p < 1.0)) {
            throw new IllegalArgumentException("normal quantile of " + p + ": expected 0 < p < 1");
        }
        double q = p - 0.5;
        if (Math.abs(q) <= 0.425) {
            double r = 0.180625 - q * q;
            return q * polynomial(A, r) / polynomial(B, r);
        }
        double tail = q < 0 ? p : 1.0 - p;
        double s = Math.sqrt(-log(tail));
        double z = s <= 5.0
                ? polynomial(C, s - 1.6) / polynomial(D, s - 1.6)
                : polynomial(E, s - 5.0) / polynomial(F, s - 5.0);
        return q < 0 ? -z : z;
    }

    /** Natural logarithm of a positive normal double, within 2 units in the last place. */
    static double log(double x) {
        long bits = Double.doubleToRawLongBits(x);
        int exponent = (int) (bits >>> 52) - 1023;
        double m = Double.longBitsToDouble((bits & MANTISSA) | EXPONENT_OF_ONE);
        if (m > SQRT2) {
            m *= 0.5;
            exponent++;
        }
        double s = (m - 1.0) / (m + 1.0);
        double s2 = s * s;
        // log m = 2 s (1 + s2/3 + s2^2/5 + ...); |s| <= 0.1716, so the 12th term is below 1e-18 of the sum.
        double sum = 0.0;
        for (int k = 25; k >= 3; k -= 2) {
            sum = Math.fma(sum, s2, 1.0 / k);
        }
        double series = Math.fma(2.0 * s, s2 * sum, 2.0 * s);
        return Math.fma(exponent, LN2, series);
    }

    private static double polynomial(double[] coefficients, double x) {
        double value = coefficients[0];
        for (int i = 1; i < coefficients.length; i++) {
            value = Math.fma(value, x, coefficients[i]);
        }
        return value;
    }
}
