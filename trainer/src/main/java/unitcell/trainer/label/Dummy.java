package unitcell.trainer.label;

import java.util.Arrays;
import java.util.List;

/**
 * A predictor that never looks at the crystal: what a model must beat. It says the same of every row, learned from the
 * labels that train.
 *
 * @param name {@code mean}, {@code median}, {@code prior} or {@code mean-spectrum}
 * @param prediction [T], in the unit of the labels
 */
public record Dummy(String name, double[] prediction) {
    /**
     * The dummies of a task, the usual one first. Numbers: mean and median, of logarithms where the task learns
     * logarithms. Classes: the share of class 1, whose decision is the more frequent class. Spectra: the mean spectrum,
     * scaled to largest value 1 where the task has {@link Task.Loss#KL}, as its models' predictions are.
     *
     * @param labels [B, T]
     * @param train rows that train, at least one
     */
    public static List<Dummy> of(Task task, double[][] labels, int[] train) {
        if (train.length == 0) {
            throw new IllegalArgumentException("a dummy learns from at least one row");
        }
        return switch (task.kind()) {
            case REGRESSION -> List.of(mean(task, labels, train), median(task, labels, train));
            case CLASSIFICATION -> List.of(new Dummy("prior", columnMeans(labels, train)));
            case SPECTRUM -> List.of(spectrum(task, labels, train));
        };
    }

    private static double[] columnMeans(double[][] labels, int[] train) {
        double[] mean = new double[labels[train[0]].length];
        for (int row : train) {
            for (int t = 0; t < mean.length; t++) {
                mean[t] += labels[row][t] / train.length;
            }
        }
        return mean;
    }

    private static Dummy mean(Task task, double[][] labels, int[] train) {
        if (!task.transform().isLogarithmic()) {
            return new Dummy("mean", columnMeans(labels, train));
        }
        double[][] logs = new double[labels.length][];
        for (int row : train) {
            logs[row] = Arrays.stream(labels[row]).map(Math::log10).toArray();
        }
        return new Dummy(
                "mean",
                Arrays.stream(columnMeans(logs, train))
                        .map(x -> Math.pow(10, x))
                        .toArray());
    }

    private static Dummy median(Task task, double[][] labels, int[] train) {
        double[] median = new double[task.width()];
        for (int t = 0; t < median.length; t++) {
            int column = t;
            double[] sorted = Arrays.stream(train)
                    .mapToDouble(row -> labels[row][column])
                    .sorted()
                    .toArray();
            double low = sorted[(sorted.length - 1) / 2];
            double high = sorted[sorted.length / 2];
            // Between two logarithms lies the geometric mean.
            median[t] = task.transform().isLogarithmic() ? Math.sqrt(low * high) : (low + high) / 2;
        }
        return new Dummy("median", median);
    }

    private static Dummy spectrum(Task task, double[][] labels, int[] train) {
        double[] mean = columnMeans(labels, train);
        if (task.loss() == Task.Loss.KL) {
            double largest = Arrays.stream(mean).max().orElseThrow();
            mean = Arrays.stream(mean).map(x -> x / largest).toArray();
        }
        return new Dummy("mean-spectrum", mean);
    }

    /** Its predictions [B, T] of so many rows. */
    public double[][] predict(int rows) {
        double[][] predicted = new double[rows][];
        Arrays.fill(predicted, prediction);
        return predicted;
    }
}
