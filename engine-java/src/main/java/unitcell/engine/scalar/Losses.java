package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.function.DoubleUnaryOperator;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/** The losses of the pointwise family: sums over all rows, in ascending order, into one element. */
final class Losses {
    private Losses() {}

    static void crossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        Shapes shapes = checkClasses("crossEntropy", logits, target, weight).single("loss", loss);
        int classes = (int) logits.dim(1);
        double sum = 0;
        for (long n = 0; n < logits.dim(0); n++) {
            int wanted = shapes.index("target", n, Rows.index(target, n), classes);
            double[] z = Rows.read(logits, n * classes, classes);
            double max = max(z);
            // log sum exp without overflow; the largest term is 1, so the sum is at least 1.
            double exponentials = 0;
            for (double value : z) {
                exponentials += Math.exp(value - max);
            }
            sum += weight.get(n) * (max - z[wanted] + Math.log(exponentials));
        }
        loss.set(0, sum);
    }

    static void crossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        Shapes shapes = checkClasses("crossEntropyBackward", logits, target, weight)
                .single("dloss", dloss)
                .same("dlogits", dlogits, logits);
        if (dlogits == null) {
            return;
        }
        int classes = (int) logits.dim(1);
        for (long n = 0; n < logits.dim(0); n++) {
            int wanted = shapes.index("target", n, Rows.index(target, n), classes);
            double[] share = softmax(Rows.read(logits, n * classes, classes));
            double scale = dloss.get(0) * weight.get(n);
            for (int k = 0; k < classes; k++) {
                double oneHot = k == wanted ? 1 : 0;
                Rows.put(dlogits, n * classes + k, scale * (share[k] - oneHot));
            }
        }
    }

    private static Shapes checkClasses(String kernel, Tensor logits, Tensor target, Tensor weight) {
        return Shapes.of(kernel, "logits", logits, ANY, ANY)
                .indices("target", target, logits.dim(0))
                .tensor("weight", weight, logits.dim(0));
    }

    private static double max(double[] values) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            max = Math.max(max, value);
        }
        return max;
    }

    /** Replaces a row by its softmax; the largest exponential is 1, so the sum is at least 1. */
    static double[] softmax(double[] z) {
        double max = max(z);
        double sum = 0;
        for (int k = 0; k < z.length; k++) {
            z[k] = Math.exp(z[k] - max);
            sum += z[k];
        }
        for (int k = 0; k < z.length; k++) {
            z[k] /= sum;
        }
        return z;
    }

    static void softCrossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        checkDistributions("softCrossEntropy", logits, target, weight).single("loss", loss);
        int classes = (int) logits.dim(1);
        double sum = 0;
        for (long n = 0; n < logits.dim(0); n++) {
            double[] z = Rows.read(logits, n * classes, classes);
            double max = max(z);
            double exponentials = 0;
            for (double value : z) {
                exponentials += Math.exp(value - max);
            }
            double logarithm = Math.log(exponentials);
            double row = 0;
            for (int k = 0; k < classes; k++) {
                row += target.get(n * classes + k) * (max - z[k] + logarithm);
            }
            sum += weight.get(n) * row;
        }
        loss.set(0, sum);
    }

    static void softCrossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        checkDistributions("softCrossEntropyBackward", logits, target, weight)
                .single("dloss", dloss)
                .same("dlogits", dlogits, logits);
        int classes = (int) logits.dim(1);
        for (long n = 0; dlogits != null && n < logits.dim(0); n++) {
            double[] share = softmax(Rows.read(logits, n * classes, classes));
            double[] wanted = Rows.read(target, n * classes, classes);
            double total = 0;
            for (double t : wanted) {
                total += t;
            }
            double scale = dloss.get(0) * weight.get(n);
            for (int k = 0; k < classes; k++) {
                Rows.put(dlogits, n * classes + k, scale * (total * share[k] - wanted[k]));
            }
        }
    }

    private static Shapes checkDistributions(String kernel, Tensor logits, Tensor target, Tensor weight) {
        return Shapes.of(kernel, "logits", logits, ANY, ANY)
                .same("target", target, logits)
                .tensor("weight", weight, logits.dim(0));
    }

    /** weight * sum of f(a - b). */
    static void error(String kernel, double weight, Tensor a, Tensor b, Tensor loss, DoubleUnaryOperator f) {
        Shapes.ofAny(kernel, "a", a).same("b", b, a).single("loss", loss);
        double sum = 0;
        for (long i = 0; i < a.size(); i++) {
            sum += f.applyAsDouble(a.get(i) - b.get(i));
        }
        loss.set(0, weight * sum);
    }

    /** Gradient of {@link #error} from the derivative of f. */
    static void errorBackward(
            String kernel, double weight, Tensor dloss, Tensor a, Tensor b, Sink da, DoubleUnaryOperator slope) {
        Shapes.ofAny(kernel, "a", a).same("b", b, a).single("dloss", dloss).same("da", da, a);
        for (long i = 0; da != null && i < a.size(); i++) {
            Rows.put(da, i, dloss.get(0) * weight * slope.applyAsDouble(a.get(i) - b.get(i)));
        }
    }

    static double huber(double delta, double d) {
        return Math.abs(d) <= delta ? d * d / 2 : delta * (Math.abs(d) - delta / 2);
    }

    static double huberSlope(double delta, double d) {
        return Math.max(-delta, Math.min(delta, d));
    }
}
