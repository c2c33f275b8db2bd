package unitcell.autograd.ops;

import java.util.function.Consumer;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Sink;

/** Losses: scalars of shape [1]. */
public final class LossOps {
    private LossOps() {}

    /** How the gradient of a loss reaches its input. */
    private interface LossBackward {
        void run(Tensor dloss, Sink dx);
    }

    /** Records a loss of one variable, the rest of it being constant. */
    private static Var record(Tape tape, String name, Var x, Consumer<Tensor> forward, LossBackward backward) {
        Tensor loss = tape.empty(1);
        forward.accept(loss);
        Var[] result = new Var[1];
        result[0] = tape.record(name, loss, g -> backward.run(result[0].grad(), g.of(x)), x);
        return result[0];
    }

    /** Weighted negative log-likelihood; see {@link PointwiseKernels#crossEntropy}. */
    public static Var crossEntropy(Tape tape, Var logits, Tensor target, Tensor weight) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor z = logits.value();
        return record(
                tape,
                "crossEntropy",
                logits,
                loss -> kernels.crossEntropy(z, target, weight, loss),
                (dloss, dz) -> kernels.crossEntropyBackward(dloss, z, target, weight, dz));
    }

    /** weight * sum (a - target)^2; with weight 1/size the mean squared error. */
    public static Var squaredError(Tape tape, double weight, Var a, Tensor target) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor x = a.value();
        return record(
                tape,
                "squaredError",
                a,
                loss -> kernels.squaredError(weight, x, target, loss),
                (dloss, dx) -> kernels.squaredErrorBackward(weight, dloss, x, target, dx));
    }

    /**
     * Cross entropy with distributions as targets; see {@link PointwiseKernels#softCrossEntropy}.
     *
     * @param logits [N, C]
     * @param target [N, C], as a rule rows that sum to 1
     * @param weight [N]
     */
    public static Var softCrossEntropy(Tape tape, Var logits, Tensor target, Tensor weight) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor z = logits.value();
        return record(
                tape,
                "softCrossEntropy",
                logits,
                loss -> kernels.softCrossEntropy(z, target, weight, loss),
                (dloss, dz) -> kernels.softCrossEntropyBackward(dloss, z, target, weight, dz));
    }

    /** weight * sum |a - target|; with weight 1/size the mean absolute error. The gradient is 0 where they are equal. */
    public static Var absoluteError(Tape tape, double weight, Var a, Tensor target) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor x = a.value();
        return record(
                tape,
                "absoluteError",
                a,
                loss -> kernels.absoluteError(weight, x, target, loss),
                (dloss, dx) -> kernels.absoluteErrorBackward(weight, dloss, x, target, dx));
    }

    /** weight * sum of Huber's loss of a - target: a square up to {@code delta}, a line beyond. */
    public static Var huberError(Tape tape, double weight, double delta, Var a, Tensor target) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor x = a.value();
        return record(
                tape,
                "huberError",
                a,
                loss -> kernels.huberError(weight, delta, x, target, loss),
                (dloss, dx) -> kernels.huberErrorBackward(weight, delta, dloss, x, target, dx));
    }

    /** Sum of all elements. */
    public static Var sum(Tape tape, Var x) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(1);
        kernels.sum(x.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "sum",
                y,
                g -> {
                    if (x.requiresGrad()) {
                        Tensor ones = g.tape().empty(x.value().size());
                        kernels.fill(ones, result[0].grad().item());
                        kernels.axpby(1, ones, 1, g.added(x).reshape(x.value().size()));
                        g.tape().free(ones);
                    }
                },
                x);
        return result[0];
    }
}
