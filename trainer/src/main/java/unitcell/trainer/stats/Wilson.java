package unitcell.trainer.stats;

/** Wilson's score interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 209, 1927). */
public final class Wilson {
    /** Two-sided 95 % point of the normal distribution. */
    static final double Z = 1.959963984540054;

    private Wilson() {}

    /**
     * The interval of 95 %.
     *
     * @param successes 0 to {@code n}; need not be whole, where cases count in part
     * @param n cases, above 0
     * @return its two ends, within [0, 1]
     */
    public static double[] interval(double successes, double n) {
        if (!(n > 0) || !(successes >= -1e-9 * n) || !(successes <= n * (1 + 1e-9))) {
            throw new IllegalArgumentException(successes + " of " + n + " cases, expected 0 to n of more than none");
        }
        double share = successes / n;
        double middle = share + Z * Z / (2 * n);
        double half = Z * Math.sqrt(Math.max(0, share * (1 - share)) / n + Z * Z / (4 * n * n));
        double scale = 1 + Z * Z / n;
        return new double[] {Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)};
    }
}
