package unitcell.trainer.finetune;

import java.util.Arrays;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.engine.Tensor;
import unitcell.trainer.label.Task;

/**
 * What fine-tuning lowers: a mean over crystals, and over the numbers of each, of the error that the task asks for.
 * Squared, absolute and Huber error (quadratic up to {@link #HUBER_DELTA}) are in the units of the network's targets.
 */
final class TaskLoss {
    /** Errors up to this count quadratically in Huber's loss; targets have standard deviation 1 or so. */
    static final double HUBER_DELTA = 1;

    private TaskLoss() {}

    /**
     * The loss of some crystals of a batch, a scalar.
     *
     * @param outputs of the network, [B, K]
     * @param targets [B, T] as {@link unitcell.trainer.label.Normaliser#encode} makes them
     * @param whole number of crystals that the mean is taken over: losses of parts of a batch add up
     */
    static Var of(Tape tape, Task task, Var outputs, double[][] targets, int whole) {
        int crystals = targets.length;
        double each = 1.0 / whole;
        double number = each / task.width();
        return switch (task.loss()) {
            case MSE -> LossOps.squaredError(tape, number, outputs, tensor(tape, targets));
            case L1 -> LossOps.absoluteError(tape, number, outputs, tensor(tape, targets));
            case HUBER -> LossOps.huberError(tape, number, HUBER_DELTA, outputs, tensor(tape, targets));
            case NLL -> LossOps.crossEntropy(tape, outputs, classes(tape, targets), weights(tape, crystals, each));
            case KL -> LossOps.softCrossEntropy(tape, outputs, tensor(tape, targets), weights(tape, crystals, each));
        };
    }

    private static Tensor tensor(Tape tape, double[][] rows) {
        int width = rows[0].length;
        double[] flat = new double[rows.length * width];
        for (int b = 0; b < rows.length; b++) {
            System.arraycopy(rows[b], 0, flat, b * width, width);
        }
        return tape.of(flat, rows.length, width);
    }

    private static Tensor classes(Tape tape, double[][] targets) {
        int[] index = new int[targets.length];
        for (int b = 0; b < index.length; b++) {
            index[b] = (int) targets[b][0];
        }
        return tape.of(index, index.length);
    }

    private static Tensor weights(Tape tape, int crystals, double weight) {
        double[] weights = new double[crystals];
        Arrays.fill(weights, weight);
        return tape.of(weights, crystals);
    }
}
