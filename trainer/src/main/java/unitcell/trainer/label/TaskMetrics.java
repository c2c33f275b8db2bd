package unitcell.trainer.label;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.crystal.symmetry.CrystalSystem;

/**
 * How good predictions of a task are, by name of the measure.
 *
 * <ul>
 *   <li>Numbers: {@code mae}, {@code rmse}, {@code r2} in the unit of the table. Of a task that learns logarithms first
 *       {@code mae_log10}, {@code rmse_log10}, {@code r2_log10}. With several columns each name is followed by a dot and
 *       the column.
 *   <li>Classes: {@code accuracy}, {@code balanced_accuracy}, {@code f1} (of class 1), {@code roc_auc}.
 *   <li>Spectra: {@code mae} and {@code mse} over all bins, {@code r2}, {@code wasserstein} in the unit of the axis.
 * </ul>
 *
 * A measure that has no value, such as R2 of a single row, is NaN. Immutable.
 */
public final class TaskMetrics {
    private final List<Metric> metrics;
    private final Scorer scorer;

    /** Computes all metrics of one kind of task. */
    interface Scorer {
        /** Names, units, directions, the main one first. */
        List<Metric> metrics();

        /** Their values over at least one row, in that order. */
        double[] score(double[][] truth, double[][] predicted);
    }

    /**
     * Metrics over some rows.
     *
     * @param n number of rows
     * @param metrics values by name
     */
    public record Part(int n, Map<String, Double> metrics) {}

    public TaskMetrics(Task task) {
        scorer = switch (task.kind()) {
            case REGRESSION -> new NumberMetrics(task);
            case CLASSIFICATION -> new ClassMetrics();
            case SPECTRUM -> new SpectrumMetrics(task.grid().orElseThrow(), task.unit());
        };
        metrics = List.copyOf(scorer.metrics());
    }

    /** Names, units and directions, in the order in which results list them. */
    public List<Metric> metrics() {
        return metrics;
    }

    /** The one by which models are compared: the mean absolute error (of logarithms), or the accuracy. */
    public Metric main() {
        return metrics.get(0);
    }

    /**
     * All metrics.
     *
     * @param truth [B, T] labels, at least one row
     * @param predicted [B, T] predictions
     */
    public Map<String, Double> of(double[][] truth, double[][] predicted) {
        requireRows(truth, predicted);
        return named(scorer.score(truth, predicted));
    }

    /** All metrics over the rows of each crystal system that occurs; rows of unknown system are left out. */
    public Map<CrystalSystem, Part> bySystem(CrystalSystem[] systems, double[][] truth, double[][] predicted) {
        requireRows(truth, predicted);
        if (systems.length != truth.length) {
            throw new IllegalArgumentException(systems.length + " crystal systems for " + truth.length + " rows");
        }
        Map<CrystalSystem, Part> parts = new EnumMap<>(CrystalSystem.class);
        for (CrystalSystem system : CrystalSystem.values()) {
            List<double[]> t = new ArrayList<>();
            List<double[]> p = new ArrayList<>();
            for (int i = 0; i < systems.length; i++) {
                if (systems[i] == system) {
                    t.add(truth[i]);
                    p.add(predicted[i]);
                }
            }
            if (!t.isEmpty()) {
                Map<String, Double> values =
                        named(scorer.score(t.toArray(double[][]::new), p.toArray(double[][]::new)));
                parts.put(system, new Part(t.size(), values));
            }
        }
        return parts;
    }

    /**
     * Confidence intervals by the percentile bootstrap: rows are drawn with replacement as often as there are rows, and
     * again, and the interval holds the middle share of the values found.
     *
     * @param resamples how often, such as 1000
     * @param level share of the values inside, such as 0.95
     * @param seed same seed, same intervals
     */
    public Map<String, Interval> intervals(
            double[][] truth, double[][] predicted, int resamples, double level, long seed) {
        requireRows(truth, predicted);
        Interval[] found = Bootstrap.intervals(scorer, truth, predicted, resamples, level, seed);
        Map<String, Interval> named = new LinkedHashMap<>();
        for (int m = 0; m < found.length; m++) {
            named.put(metrics.get(m).name(), found[m]);
        }
        return named;
    }

    private static void requireRows(double[][] truth, double[][] predicted) {
        if (truth.length == 0 || truth.length != predicted.length) {
            throw new IllegalArgumentException("metrics of " + predicted.length + " predictions against " + truth.length
                    + " labels, expected as many, and at least one");
        }
    }

    private Map<String, Double> named(double[] values) {
        Map<String, Double> named = new LinkedHashMap<>();
        for (int m = 0; m < values.length; m++) {
            named.put(metrics.get(m).name(), values[m]);
        }
        return named;
    }
}
