package unitcell.trainer.finetune;

import java.util.Arrays;
import java.util.Locale;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.stats.StudentT;

/**
 * A metric over the fits of one kind.
 *
 * @param mean over fits that have a value; NaN if none has
 * @param sd sample standard deviation; NaN of fewer than two
 * @param low lower end of the 95 % interval of the mean by Student's t; NaN of fewer than two
 * @param high upper end
 * @param n number of fits that have a value
 */
record MeanOfFits(double mean, double sd, double low, double high, int n) {
    static MeanOfFits of(double[] values) {
        double[] found = Arrays.stream(values).filter(x -> !Double.isNaN(x)).toArray();
        int n = found.length;
        double mean = Arrays.stream(found).average().orElse(Double.NaN);
        if (n < 2) {
            return new MeanOfFits(mean, Double.NaN, Double.NaN, Double.NaN, n);
        }
        double squares = Arrays.stream(found).map(x -> (x - mean) * (x - mean)).sum();
        double sd = Math.sqrt(squares / (n - 1));
        double half = StudentT.twoSided95(n - 1) * sd / Math.sqrt(n);
        return new MeanOfFits(mean, sd, mean - half, mean + half, n);
    }

    void put(JsonObject.Builder json) {
        json.putOrNull("mean", mean)
                .putOrNull("sd", sd)
                .putOrNull("low", low)
                .putOrNull("high", high)
                .put("n", n);
    }

    /** Mean and deviation for people: {@code 0.0612 +- 0.0021}. */
    String text() {
        if (n == 0) {
            return "-";
        }
        return n < 2 ? String.format(Locale.ROOT, "%.4f", mean) : String.format(Locale.ROOT, "%.4f +- %.4f", mean, sd);
    }

    /** The interval for people. */
    String interval() {
        return n < 2 ? "-" : String.format(Locale.ROOT, "%.4f to %.4f", low, high);
    }
}
