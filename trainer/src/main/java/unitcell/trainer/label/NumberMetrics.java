package unitcell.trainer.label;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import unitcell.trainer.label.Metric.Better;

/**
 * Errors of numbers, column by column: mean absolute error, root mean squared error, and the coefficient of
 * determination {@code R2 = 1 - sum (y - p)^2 / sum (y - mean y)^2}.
 */
final class NumberMetrics implements TaskMetrics.Scorer {
    private final Task task;

    NumberMetrics(Task task) {
        this.task = task;
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> list = new ArrayList<>();
        for (String column : task.columns()) {
            String suffix = task.columns().size() == 1 ? "" : "." + column;
            if (task.transform().isLogarithmic()) {
                String unit = task.unit().isEmpty() ? "log10" : "log10(" + task.unit() + ")";
                add(list, "_log10" + suffix, unit);
            }
            add(list, suffix, task.unit());
        }
        return list;
    }

    private static void add(List<Metric> list, String suffix, String unit) {
        list.add(new Metric("mae" + suffix, unit, Better.LOWER));
        list.add(new Metric("rmse" + suffix, unit, Better.LOWER));
        list.add(new Metric("r2" + suffix, "", Better.HIGHER));
    }

    @Override
    public double[] score(double[][] truth, double[][] predicted) {
        int perColumn = task.transform().isLogarithmic() ? 6 : 3;
        double[] scores = new double[perColumn * task.columns().size()];
        for (int t = 0; t < task.columns().size(); t++) {
            int at = t * perColumn;
            if (task.transform().isLogarithmic()) {
                put(scores, at, truth, predicted, t, Math::log10);
                at += 3;
            }
            put(scores, at, truth, predicted, t, DoubleUnaryOperator.identity());
        }
        return scores;
    }

    private static void put(
            double[] scores, int at, double[][] truth, double[][] predicted, int t, DoubleUnaryOperator f) {
        int n = truth.length;
        double mean = 0;
        for (double[] row : truth) {
            mean += f.applyAsDouble(row[t]) / n;
        }
        double absolute = 0;
        double squared = 0;
        double spread = 0;
        for (int i = 0; i < n; i++) {
            double y = f.applyAsDouble(truth[i][t]);
            double error = f.applyAsDouble(predicted[i][t]) - y;
            absolute += Math.abs(error);
            squared += error * error;
            spread += (y - mean) * (y - mean);
        }
        scores[at] = absolute / n;
        scores[at + 1] = Math.sqrt(squared / n);
        scores[at + 2] = spread > 0 ? 1 - squared / spread : Double.NaN;
    }
}
