package unitcell.trainer.verify;

import java.util.List;
import java.util.SplittableRandom;
import unitcell.autograd.check.GradCheck;

/**
 * One operation with inputs at which its gradients are checked.
 *
 * @param name the operation's name in the kernel contract, and what is special about the inputs
 * @param function the operation
 * @param inputs differentiable inputs
 */
record OpCase(String name, GradCheck.Function function, List<GradCheck.Input> inputs) {
    /** A random input, uniform on [-1.5, 1.5]. */
    static GradCheck.Input input(SplittableRandom random, String name, long... shape) {
        double[] values = new double[(int) unitcell.engine.Tensor.sizeOf(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble(-1.5, 1.5);
        }
        return new GradCheck.Input(name, values, shape);
    }

    /** A random input, uniform on [low, high]. */
    static GradCheck.Input between(SplittableRandom random, double low, double high, String name, long... shape) {
        double[] values = new double[(int) unitcell.engine.Tensor.sizeOf(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble(low, high);
        }
        return new GradCheck.Input(name, values, shape);
    }
}
