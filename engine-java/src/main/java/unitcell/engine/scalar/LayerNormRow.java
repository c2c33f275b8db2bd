package unitcell.engine.scalar;

/**
 * Layer normalisation of one run of numbers, without scale and shift; shared by the norms and the attention logits.
 *
 * @param normalised (x - mean) / sqrt(var + eps), var being the mean square deviation
 * @param inverse 1 / sqrt(var + eps)
 */
record LayerNormRow(double[] normalised, double inverse) {
    /** Normalises {@code x[from..from+count]}. */
    static LayerNormRow of(double[] x, int from, int count, double eps) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += x[from + i];
        }
        double mean = sum / count;
        double squares = 0;
        double[] normalised = new double[count];
        for (int i = 0; i < count; i++) {
            normalised[i] = x[from + i] - mean;
            squares += normalised[i] * normalised[i];
        }
        double inverse = 1 / Math.sqrt(squares / count + eps);
        for (int i = 0; i < count; i++) {
            normalised[i] *= inverse;
        }
        return new LayerNormRow(normalised, inverse);
    }

    /** Gradient for x from the gradient {@code g} for the normalised numbers. */
    double[] backward(double[] g) {
        int count = g.length;
        double sum = 0;
        double projection = 0;
        for (int i = 0; i < count; i++) {
            sum += g[i];
            projection += g[i] * normalised[i];
        }
        double[] dx = new double[count];
        for (int i = 0; i < count; i++) {
            dx[i] = inverse * (g[i] - sum / count - normalised[i] * projection / count);
        }
        return dx;
    }
}
