package unitcell.autograd.ops;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.PointwiseKernels;

/** Losses: scalars of shape [1]. */
public final class LossOps {
    private LossOps() {}

    /** Weighted negative log-likelihood; see {@link PointwiseKernels#crossEntropy}. */
    public static Var crossEntropy(Tape tape, Var logits, Tensor target, Tensor weight) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor loss = tape.empty(1);
        kernels.crossEntropy(logits.value(), target, weight, loss);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "crossEntropy",
                loss,
                g -> kernels.crossEntropyBackward(result[0].grad(), logits.value(), target, weight, g.of(logits)),
                logits);
        return result[0];
    }

    /** weight * sum (a - target)^2; with weight 1/size the mean squared error. */
    public static Var squaredError(Tape tape, double weight, Var a, Tensor target) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor loss = tape.empty(1);
        kernels.squaredError(weight, a.value(), target, loss);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "squaredError",
                loss,
                g -> kernels.squaredErrorBackward(weight, result[0].grad(), a.value(), target, g.of(a)),
                a);
        return result[0];
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
        Tensor loss = tape.empty(1);
        kernels.softCrossEntropy(logits.value(), target, weight, loss);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "softCrossEntropy",
                loss,
                g -> kernels.softCrossEntropyBackward(result[0].grad(), logits.value(), target, weight, g.of(logits)),
                logits);
        return result[0];
    }

    /** weight * sum |a - target|; with weight 1/size the mean absolute error. The gradient is 0 where they are equal. */
    public static Var absoluteError(Tape tape, double weight, Var a, Tensor target) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor loss = tape.empty(1);
        kernels.absoluteError(weight, a.value(), target, loss);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "absoluteError",
                loss,
                g -> kernels.absoluteErrorBackward(weight, result[0].grad(), a.value(), target, g.of(a)),
                a);
        return result[0];
    }

    /** weight * sum of Huber's loss of a - target: a square up to {@code delta}, a line beyond. */
    public static Var huberError(Tape tape, double weight, double delta, Var a, Tensor target) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor loss = tape.empty(1);
        kernels.huberError(weight, delta, a.value(), target, loss);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "huberError",
                loss,
                g -> kernels.huberErrorBackward(weight, delta, result[0].grad(), a.value(), target, g.of(a)),
                a);
        return result[0];
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
