package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Cross entropies and the softmax, row by row.
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

    static void softCrossEntropy(Workers workers, Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        checkDistributions("softCrossEntropy", logits, target, weight).single("loss", loss);
        long rows = logits.dim(0);
        int classes = (int) logits.dim(1);
        long z = Args.floats("logits", logits, logits.size());
        long wanted = Args.floats("target", target, logits.size());
        long factor = Args.floats("weight", weight, rows);
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            long losses = shared.floats(rows);
            workers.range(rows, GRAIN, (from, to, scratch) -> {
                for (long n = from; n < to; n++) {
                    long row = z + 4 * n * classes;
                    float max = max(row, classes);
                    float logarithm = (float) Math.log(exponentials(row, max, 0, classes));
                    float value = expected(max, logarithm, row, wanted + 4 * n * classes, classes);
                    Lanes.setAt(losses, n, Lanes.getAt(factor, n) * value);
                }
            });
            Sums.store(loss, Sums.of(workers, Sums.Kind.VALUES, losses, 0, rows));
        } finally {
            shared.release(mark);
        }
    }

    static void softCrossEntropyBackward(
            Workers workers, Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        checkDistributions("softCrossEntropyBackward", logits, target, weight)
                .single("dloss", dloss)
                .same("dlogits", dlogits, logits);
        if (dlogits == null) {
            return;
        }
        long rows = logits.dim(0);
        int classes = (int) logits.dim(1);
        float outer = Lanes.get(Args.floats("dloss", dloss, 1));
        long z = Args.floats("logits", logits, logits.size());
        long wanted = Args.floats("target", target, logits.size());
        long factor = Args.floats("weight", weight, rows);
        long out = Args.sink("dlogits", dlogits, logits.size());
        workers.range(rows, GRAIN, (from, to, scratch) -> {
            long exponentials = scratch.floats(Partials.padded(classes));
            for (long n = from; n < to; n++) {
                long at = 4 * n * classes;
                float sum = exponentials(z + at, max(z + at, classes), exponentials, classes);
                float scale = outer * Lanes.getAt(factor, n);
                float total = total(wanted + at, classes);
                Elementwise.scale(scale * total / sum, exponentials, out + at, dlogits.add(), classes);
                Elementwise.scale(-scale, wanted + at, out + at, true, classes);
            }
        });
    }

    private static Shapes checkDistributions(String kernel, Tensor logits, Tensor target, Tensor weight) {
        return Shapes.of(kernel, "logits", logits, ANY, ANY)
                .same("target", target, logits)
                .tensor("weight", weight, logits.dim(0));
    }

    static void softmax(Workers workers, Tensor x, Tensor y) {
        Shapes.of("softmax", "x", x, ANY, ANY).same("y", y, x);
        int width = (int) x.dim(1);
        long source = Args.floats("x", x, x.size());
        long result = Args.floats("y", y, x.size());
        workers.range(x.dim(0), GRAIN, (from, to, scratch) -> {
            long exponentials = scratch.floats(Partials.padded(width));
            for (long n = from; n < to; n++) {
                long row = source + 4 * n * width;
                float sum = exponentials(row, max(row, width), exponentials, width);
                Elementwise.scale(1 / sum, exponentials, result + 4 * n * width, false, width);
            }
        });
    }

    static void softmaxBackward(Workers workers, Tensor dy, Tensor y, Sink dx) {
        Shapes.of("softmaxBackward", "y", y, ANY, ANY).same("dy", dy, y).same("dx", dx, y);
        if (dx == null) {
            return;
        }
        int width = (int) y.dim(1);
        long g = Args.floats("dy", dy, y.size());
        long result = Args.floats("y", y, y.size());
        long out = Args.sink("dx", dx, y.size());
        workers.range(y.dim(0), GRAIN, (from, to, scratch) -> {
            for (long n = from; n < to; n++) {
                long at = 4 * n * width;
                float inner = Elementwise.dot(g + at, result + at, width);
                Elementwise.shiftedProduct(g + at, inner, result + at, out + at, dx.add(), width);
            }
        });
    }

    /** Sum of t (max - z + logarithm): no two terms of opposite sign are added, whatever the size of the logits. */
    private static float expected(float max, float logarithm, long z, long t, int count) {
        FloatVector sum = Lanes.zero();
        FloatVector shift = Lanes.broadcast(max);
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            FloatVector away = shift.sub(Lanes.load(z + 4L * i, mask)).add(logarithm);
            sum = Lanes.fma(Lanes.load(t + 4L * i, mask), away, sum);
        }
        return Lanes.sum(sum);
    }

    private static float total(long t, int count) {
        FloatVector sum = Lanes.zero();
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            sum = sum.add(Lanes.load(t + 4L * i, Lanes.first(Math.min(Lanes.WIDTH, count - i))));
        }
        return Lanes.sum(sum);
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
