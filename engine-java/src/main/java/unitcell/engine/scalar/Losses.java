package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

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
            double[] z = Rows.read(logits, n * classes, classes);
            double max = max(z);
            double exponentials = 0;
            for (int k = 0; k < classes; k++) {
                z[k] = Math.exp(z[k] - max);
                exponentials += z[k];
            }
            double scale = dloss.get(0) * weight.get(n);
            for (int k = 0; k < classes; k++) {
                double oneHot = k == wanted ? 1 : 0;
                Rows.put(dlogits, n * classes + k, scale * (z[k] / exponentials - oneHot));
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

    static void squaredError(double weight, Tensor a, Tensor b, Tensor loss) {
        Shapes.ofAny("squaredError", "a", a).same("b", b, a).single("loss", loss);
        double sum = 0;
        for (long i = 0; i < a.size(); i++) {
            double difference = a.get(i) - b.get(i);
            sum += difference * difference;
        }
        loss.set(0, weight * sum);
    }

    static void squaredErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        Shapes.ofAny("squaredErrorBackward", "a", a)
                .same("b", b, a)
                .single("dloss", dloss)
                .same("da", da, a);
        if (da == null) {
            return;
        }
        double scale = dloss.get(0) * 2 * weight;
        for (long i = 0; i < a.size(); i++) {
            Rows.put(da, i, scale * (a.get(i) - b.get(i)));
        }
    }
}
