package unitcell.trainer.verify;

/**
 * One comparison.
 *
 * @param subject file or operation
 * @param quantity what was compared
 * @param implementation which kernels, as {@code scalar float64}
 * @param error largest difference, relative to the largest magnitude of the reference unless {@code quantity} says otherwise
 * @param bound largest error that passes
 */
public record Check(String subject, String quantity, String implementation, double error, double bound) {
    /** Whether the error is within the bound; NaN is not. */
    public boolean passed() {
        return error <= bound;
    }

    /** Largest |a - b| over the largest |b|; infinite where lengths differ, absolute where the reference is all zero. */
    public static double relativeError(double[] found, double[] reference) {
        if (found.length != reference.length) {
            return Double.POSITIVE_INFINITY;
        }
        double difference = 0;
        double scale = 0;
        for (int i = 0; i < found.length; i++) {
            double d = Math.abs(found[i] - reference[i]);
            difference = d <= difference ? difference : d;
            scale = Math.max(scale, Math.abs(reference[i]));
        }
        return scale == 0 ? difference : difference / scale;
    }
}
