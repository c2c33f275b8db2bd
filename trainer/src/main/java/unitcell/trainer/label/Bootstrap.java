package unitcell.trainer.label;

import java.util.Arrays;
import unitcell.engine.random.RandomStream;
import unitcell.trainer.stats.Quantiles;

/** Confidence intervals by the percentile bootstrap (Efron, Ann. Statist. 7, 1, 1979). */
final class Bootstrap {
    private static final int STREAM = RandomStream.streamId("bootstrap");

    private Bootstrap() {}

    static Interval[] intervals(
            TaskMetrics.Scorer scorer, double[][] truth, double[][] predicted, int resamples, double level, long seed) {
        if (resamples < 1 || !(level > 0 && level < 1)) {
            throw new IllegalArgumentException("bootstrap: " + resamples + " resamples, level " + level
                    + "; expected at least 1 and a level in (0, 1)");
        }
        int n = truth.length;
        double[] values = scorer.score(truth, predicted);
        double[][] found = new double[values.length][resamples];
        double[][] t = new double[n][];
        double[][] p = new double[n][];
        for (int r = 0; r < resamples; r++) {
            RandomStream random = new RandomStream(seed, r, STREAM);
            for (int i = 0; i < n; i++) {
                int row = random.below(i, n);
                t[i] = truth[row];
                p[i] = predicted[row];
            }
            double[] scores = scorer.score(t, p);
            for (int m = 0; m < scores.length; m++) {
                found[m][r] = scores[m];
            }
        }
        Interval[] intervals = new Interval[values.length];
        for (int m = 0; m < values.length; m++) {
            // A resample of one class only has no such value; the others tell.
            double[] sorted = Arrays.stream(found[m])
                    .filter(x -> !Double.isNaN(x))
                    .sorted()
                    .toArray();
            intervals[m] =
                    new Interval(values[m], quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2));
        }
        return intervals;
    }

    /** As {@link Quantiles#ofSorted}; NaN of nothing. */
    static double quantile(double[] sorted, double q) {
        return sorted.length == 0 ? Double.NaN : Quantiles.ofSorted(sorted, q);
    }
}
