package unitcell.trainer.results.stats;

/** Student's t distribution, as far as intervals over a few runs need it. */
public final class StudentT {
    private StudentT() {}

    /**
     * The two-sided 95 % point: |t| stays below it with probability 0.95.
     *
     * @param freedom degrees of freedom, at least 1
     */
    public static double twoSided95(int freedom) {
        if (freedom < 1) {
            throw new IllegalArgumentException(freedom + " degrees of freedom, expected at least 1");
        }
        double low = 0;
        double high = 13; // 12.706 at one degree of freedom is the largest
        for (int k = 0; k < 200 && high - low > 1e-13; k++) {
            double middle = (low + high) / 2;
            if (within(middle, freedom) < 0.95) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /**
     * Probability of |t| at most x: the finite series of Abramowitz and Stegun, Handbook of Mathematical Functions,
     * 26.7.3 (odd) and 26.7.4 (even degrees of freedom).
     */
    static double within(double x, int freedom) {
        double angle = Math.atan(x / Math.sqrt(freedom));
        double sine = Math.sin(angle);
        double cosine = Math.cos(angle);
        boolean odd = freedom % 2 == 1;
        double term = odd ? cosine : 1;
        double sum = freedom == 1 ? 0 : term;
        for (int k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
            term *= cosine * cosine * (k - 1) / k;
            sum += term;
        }
        return odd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
    }
}
