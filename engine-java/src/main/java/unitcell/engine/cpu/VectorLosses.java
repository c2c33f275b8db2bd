package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Cross entropy, row by row.
 *
 * <p>Memory convention: one float32 loss for each row in scratch memory, summed in order in float64.
 */
final class VectorLosses {
    /** Rows of a task. */
    private static final long GRAIN = 64;

    private VectorLosses() {}

    static void crossEntropy(Workers workers, Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        Shapes shapes = check("crossEntropy", logits, target, weight).single("loss", loss);
        long rows = logits.dim(0);
        int classes = (int) logits.dim(1);
        long z = Args.floats("logits", logits, logits.size());
        long wanted = Args.ints("target", target, rows);
        long factor = Args.floats("weight", weight, rows);
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            long losses = shared.floats(rows);
            workers.range(rows, GRAIN, (from, to, scratch) -> {
                for (long n = from; n < to; n++) {
                    long row = z + 4 * n * classes;
                    int label = shapes.index("target", n, Lanes.intAt(wanted, n), classes);
                    float max = max(row, classes);
                    double logarithm = Math.log(exponentials(row, max, 0, classes));
                    double value = max - Lanes.getAt(row, label) + logarithm;
                    Lanes.setAt(losses, n, (float) (Lanes.getAt(factor, n) * value));
                }
            });
            Sums.store(loss, Sums.of(workers, Sums.Kind.VALUES, losses, 0, rows));
        } finally {
            shared.release(mark);
        }
    }

    static void crossEntropyBackward(
            Workers workers, Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        Shapes shapes = check("crossEntropyBackward", logits, target, weight)
                .single("dloss", dloss)
                .same("dlogits", dlogits, logits);
        if (dlogits == null) {
            return;
        }
        long rows = logits.dim(0);
        int classes = (int) logits.dim(1);
        float outer = Lanes.get(Args.floats("dloss", dloss, 1));
        long z = Args.floats("logits", logits, logits.size());
        long wanted = Args.ints("target", target, rows);
        long factor = Args.floats("weight", weight, rows);
        long out = Args.sink("dlogits", dlogits, logits.size());
        workers.range(rows, GRAIN, (from, to, scratch) -> {
            long exponentials = scratch.floats(Partials.padded(classes));
            for (long n = from; n < to; n++) {
                long row = z + 4 * n * classes;
                int label = shapes.index("target", n, Lanes.intAt(wanted, n), classes);
                float sum = exponentials(row, max(row, classes), exponentials, classes);
                float scale = outer * Lanes.getAt(factor, n);
                long gradient = out + 4 * n * classes;
                Elementwise.scale(scale / sum, exponentials, gradient, dlogits.add(), classes);
                Lanes.setAt(gradient, label, Lanes.getAt(gradient, label) - scale);
            }
        });
    }

    private static Shapes check(String kernel, Tensor logits, Tensor target, Tensor weight) {
        return Shapes.of(kernel, "logits", logits, ANY, ANY)
                .indices("target", target, logits.dim(0))
                .tensor("weight", weight, logits.dim(0));
    }

    private static float max(long x, int count) {
        FloatVector max = Lanes.broadcast(Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            max = max.lanewise(VectorOperators.MAX, Lanes.load(x + 4L * i, mask), mask);
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** Sum of e^(x - shift); the terms themselves go to {@code out} unless that is 0, padded to whole vectors. */
    private static float exponentials(long x, float shift, long out, int count) {
        FloatVector sum = Lanes.zero();
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            FloatVector e = Lanes.exp(Lanes.load(x + 4L * i, mask).sub(shift));
            sum = sum.add(e, mask);
            if (out != 0) {
                Lanes.storeAt(out, i, e);
            }
        }
        return Lanes.sum(sum);
    }
}
