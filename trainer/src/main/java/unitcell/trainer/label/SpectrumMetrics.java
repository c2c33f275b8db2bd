package unitcell.trainer.label;

import java.util.Arrays;
import java.util.List;
import unitcell.trainer.label.Metric.Better;

/**
 * Errors of spectra whose largest value is 1. Absolute and squared error are means over bins and rows.
 *
 * <p>{@code R2 = 1 - sum (y - p)^2 / sum (y - m)^2} with sums over all rows and bins and m the mean of all y.
 *
 * <p>The Wasserstein distance is the mean over rows of that between the two spectra, each divided by its sum, as
 * distributions on the axis: {@code step * sum_i |F(i) - G(i)|} with the cumulative sums F and G. A prediction that is
 * nowhere positive counts as the same everywhere.
 */
final class SpectrumMetrics implements TaskMetrics.Scorer {
    private final SpectrumGrid grid;
    private final String unit;

    SpectrumMetrics(SpectrumGrid grid, String unit) {
        this.grid = grid;
        this.unit = unit;
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                new Metric("mae", unit, Better.LOWER),
                new Metric("mse", unit.isEmpty() ? "" : unit + "^2", Better.LOWER),
                new Metric("r2", "", Better.HIGHER),
                new Metric("wasserstein", grid.unit(), Better.LOWER));
    }

    @Override
    public double[] score(double[][] truth, double[][] predicted) {
        double count = truth.length * (double) grid.bins();
        double mean = Arrays.stream(truth)
                        .mapToDouble(row -> Arrays.stream(row).sum())
                        .sum()
                / count;
        double absolute = 0;
        double squared = 0;
        double spread = 0;
        double distance = 0;
        for (int i = 0; i < truth.length; i++) {
            for (int b = 0; b < grid.bins(); b++) {
                double y = truth[i][b];
                double error = predicted[i][b] - y;
                absolute += Math.abs(error);
                squared += error * error;
                spread += (y - mean) * (y - mean);
            }
            distance += wasserstein(truth[i], predicted[i], grid.step());
        }
        double r2 = spread > 0 ? 1 - squared / spread : Double.NaN;
        return new double[] {absolute / count, squared / count, r2, distance / truth.length};
    }

    /** Of two spectra on one grid, negative parts left out, in the unit of the step. */
    static double wasserstein(double[] a, double[] b, double step) {
        double[] p = distribution(a);
        double[] q = distribution(b);
        double difference = 0; // F(i) - G(i)
        double sum = 0;
        for (int i = 0; i + 1 < p.length; i++) {
            difference += p[i] - q[i];
            sum += Math.abs(difference);
        }
        return step * sum;
    }

    private static double[] distribution(double[] spectrum) {
        double[] p = Arrays.stream(spectrum).map(x -> x < 0 ? 0 : x).toArray();
        double sum = Arrays.stream(p).sum();
        if (sum == 0) {
            Arrays.fill(p, 1.0 / p.length);
            return p;
        }
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }
}
