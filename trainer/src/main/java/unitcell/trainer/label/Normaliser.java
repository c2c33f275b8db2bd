package unitcell.trainer.label;

import java.util.Arrays;
import java.util.List;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;

/**
 * Labels to what a network is trained on, and its outputs to predictions in the unit of the labels. Immutable; what was
 * measured on training rows is kept as JSON beside the weights.
 *
 * <p>Numbers: target = (f(label) - mean) / sd, with f the identity or the decimal logarithm; mean 0 and sd 1 where the
 * task does not standardise. Classes: the target is the class's index, the prediction the probability of class 1 out of
 * two logits. Spectra: the target is the label, under {@link Task.Loss#KL} the label divided by its sum; the prediction
 * is the output without its negative parts, under {@link Task.Loss#KL} the softmax of the outputs divided by its largest
 * value, because labels have largest value 1.
 */
public final class Normaliser {
    private final Task task;
    private final double[] mean; // [T]
    private final double[] sd; // [T]

    private Normaliser(Task task, double[] mean, double[] sd) {
        this.task = task;
        this.mean = mean;
        this.sd = sd;
    }

    /**
     * Measures training rows.
     *
     * @param labels [B, T]
     * @param train rows that train, at least one
     * @throws TrainerException if nothing trains, or a column to be standardised has one value only
     */
    public static Normaliser fit(Task task, double[][] labels, int[] train) {
        double[] mean = new double[task.width()];
        double[] sd = new double[task.width()];
        Arrays.fill(sd, 1);
        if (train.length == 0) {
            throw TrainerException.input("task " + task.name() + ": no row is left to train on");
        }
        if (task.transform().isStandardised()) {
            for (int t = 0; t < mean.length; t++) {
                measure(task, labels, train, t, mean, sd);
            }
        }
        return new Normaliser(task, mean, sd);
    }

    // Two passes: the textbook formula in one pass cancels where the mean is large.
    private static void measure(Task task, double[][] labels, int[] train, int t, double[] mean, double[] sd) {
        double sum = 0;
        for (int row : train) {
            sum += forward(task, labels[row][t]);
        }
        mean[t] = sum / train.length;
        double squares = 0;
        for (int row : train) {
            double d = forward(task, labels[row][t]) - mean[t];
            squares += d * d;
        }
        sd[t] = Math.sqrt(squares / train.length);
        if (!(sd[t] > 0 && Double.isFinite(sd[t]))) {
            throw TrainerException.input(
                    "task " + task.name() + ": '" + task.columns().get(t) + "' has standard deviation "
                            + sd[t] + " over the " + train.length
                            + " rows that train, expected different numbers; use transform "
                            + (task.transform().isLogarithmic() ? "log10" : "none"));
        }
    }

    private static double forward(Task task, double label) {
        return task.transform().isLogarithmic() ? Math.log10(label) : label;
    }

    /** The task whose labels these are. */
    public Task task() {
        return task;
    }

    /** Labels [T] to targets [T]. */
    public double[] encode(double[] label) {
        requireLength(label, task.width(), "label");
        double[] target = new double[label.length];
        double divisor = task.loss() == Task.Loss.KL ? Arrays.stream(label).sum() : 1;
        for (int t = 0; t < target.length; t++) {
            target[t] = (forward(task, label[t]) - mean[t]) / sd[t] / divisor;
        }
        return target;
    }

    /** Outputs of the network [K] to a prediction [T]. */
    public double[] decode(double[] output) {
        requireLength(output, task.outputs(), "output");
        return switch (task.kind()) {
            case CLASSIFICATION -> new double[] {softmax(output)[1]};
            case SPECTRUM -> task.loss() == Task.Loss.KL ? scaledToMax(softmax(output)) : nonNegative(output);
            case REGRESSION -> numbers(output);
        };
    }

    private double[] numbers(double[] output) {
        double[] prediction = new double[output.length];
        for (int t = 0; t < output.length; t++) {
            double value = output[t] * sd[t] + mean[t];
            prediction[t] = task.transform().isLogarithmic() ? Math.pow(10, value) : value;
        }
        return prediction;
    }

    private static double[] nonNegative(double[] output) {
        // Not Math.max: a NaN must stay one.
        return Arrays.stream(output).map(y -> y < 0 ? 0 : y).toArray();
    }

    private static double[] softmax(double[] logits) {
        double largest = Arrays.stream(logits).max().orElseThrow();
        double[] p = Arrays.stream(logits).map(x -> Math.exp(x - largest)).toArray();
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    private static double[] scaledToMax(double[] p) {
        double largest = Arrays.stream(p).max().orElseThrow();
        return Arrays.stream(p).map(x -> x / largest).toArray();
    }

    private void requireLength(double[] row, int expected, String what) {
        if (row.length != expected) {
            throw new IllegalArgumentException(
                    "task " + task.name() + ": " + what + " has " + row.length + " numbers, expected " + expected);
        }
    }

    /** What was measured. */
    public JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder().put("transform", Keys.word(task.transform()));
        if (task.transform().isStandardised()) {
            json.put("mean", JsonArray.of(mean)).put("sd", JsonArray.of(sd));
        }
        return json.build();
    }

    /**
     * What was measured, for a task.
     *
     * @throws JsonException if it does not fit the task
     */
    public static Normaliser fromJson(Task task, JsonObject json) throws JsonException {
        Keys.requireKnown(json, List.of("transform", "mean", "sd"));
        Task.Transform transform = Keys.choice(json, "transform", Task.Transform.values());
        if (transform != task.transform()) {
            throw new JsonException(
                    json.get("transform").where(),
                    "labels were normalised by " + Keys.word(transform) + ", but task " + task.name() + " has "
                            + Keys.word(task.transform()));
        }
        double[] mean = new double[task.width()];
        double[] sd = new double[task.width()];
        Arrays.fill(sd, 1);
        if (transform.isStandardised()) {
            mean = numbers(json, "mean", task.width());
            sd = numbers(json, "sd", task.width());
            if (Arrays.stream(sd).anyMatch(x -> !(x > 0))) {
                throw new JsonException(json.get("sd").where(), "'sd' must hold positive numbers");
            }
        }
        return new Normaliser(task, mean, sd);
    }

    private static double[] numbers(JsonObject json, String key, int length) throws JsonException {
        double[] numbers = json.getArray(key).doubles();
        if (numbers.length != length) {
            throw new JsonException(
                    json.get(key).where(), "'" + key + "' has " + numbers.length + " numbers, expected " + length);
        }
        return numbers;
    }
}
