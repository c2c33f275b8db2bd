package unitcell.trainer.label;

/**
 * A measure of how good predictions are.
 *
 * @param name as in results: {@code mae}, {@code mae_log10}, {@code wasserstein}
 * @param unit of its values; empty if they have none
 * @param better in which direction predictions get better
 */
public record Metric(String name, String unit, Better better) {
    /** In which direction predictions get better. */
    public enum Better {
        LOWER,
        HIGHER
    }

    /** Whether {@code a} is better than {@code b}; a NaN is never better. */
    public boolean isBetter(double a, double b) {
        if (Double.isNaN(a)) {
            return false;
        }
        return Double.isNaN(b) || (better == Better.LOWER ? a < b : a > b);
    }
}
