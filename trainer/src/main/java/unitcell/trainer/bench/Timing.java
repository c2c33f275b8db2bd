package unitcell.trainer.bench;

import java.util.Arrays;
import java.util.Locale;

/**
 * Repeated measurements of one piece of work, in seconds.
 *
 * @param median middle value (mean of both middle ones)
 * @param min fastest
 * @param max slowest
 * @param count measurements
 */
public record Timing(double median, double min, double max, int count) {
    /** Summarises measurements in seconds; at least one. */
    public static Timing of(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return new Timing((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1], n);
    }

    /** Runs {@code work} {@code warmup} times unmeasured, then {@code count} times measured. */
    public static Timing measure(int warmup, int count, Runnable work) {
        for (int i = 0; i < warmup; i++) {
            work.run();
        }
        double[] times = new double[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            work.run();
            times[i] = (System.nanoTime() - start) / 1e9;
        }
        return of(times);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "median %.4f s, min %.4f, max %.4f of %d", median, min, max, count);
    }
}
