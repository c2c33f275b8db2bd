package unitcell.trainer.stats;

/** Quantiles of a sample. */
public final class Quantiles {
    private Quantiles() {}

    /**
     * A quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, Am. Stat. 50, 361, 1996).
     *
     * @param sorted rising, at least one
     * @param share 0 for the smallest to 1 for the largest
     */
    public static double ofSorted(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /**
     * The quarter that a rank lies in, 0 to 3, quarters being as equal as can be.
     *
     * @param rank 0 for the smallest
     * @param n values
     */
    public static int quarter(int rank, int n) {
        return (int) (4L * rank / n);
    }
}
