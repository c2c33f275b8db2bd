package unitcell.trainer.stats;

/** Student's t distribution, for intervals of a mean over few runs. */
public final class StudentT {
    private StudentT() {}

    /**
     * The t with {@code P(|T| <= t) = level}.
     *
     * @param freedom degrees of freedom, at least 1
     * @param level in (0, 1)
     */
    public static double quantile(int freedom, double level) {
        if (freedom < 1 || !(level > 0 && level < 1)) {
            throw new IllegalArgumentException("t of " + freedom + " degrees of freedom at level " + level
                    + ", expected at least 1 and a level in (0, 1)");
        }
        double low = 0; // angle atan(t / sqrt(freedom))
        double high = Math.PI / 2;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (probability(freedom, middle) < level) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.sqrt(freedom) * Math.tan((low + high) / 2);
    }

    /** The two-sided 95 % point: |t| stays below it with probability 0.95. */
    public static double twoSided95(int freedom) {
        return quantile(freedom, 0.95);
    }

    /** Probability of |t| at most x. */
    static double within(double x, int freedom) {
        return probability(freedom, Math.atan(x / Math.sqrt(freedom)));
    }

    /**
     * P(|T| <= t) in the finite sums of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (odd) and
     * 26.7.4 (even degrees of freedom).
     */
    private static double probability(int freedom, double angle) {
        double cosine = Math.cos(angle);
        boolean odd = freedom % 2 == 1;
        double term = odd ? cosine : 1;
        double sum = 0;
        for (int k = odd ? 1 : 0; k <= freedom - 2; k += 2) {
            sum += term;
            term *= cosine * cosine * (k + 1) / (k + 2);
        }
        return odd ? 2 / Math.PI * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
    }
}
