package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.random.RandomStream;

/**
 * {@link PointwiseKernels}: arguments are checked here, the loops are in {@link Elementwise}, {@link Sums} and {@link
 * VectorLosses}.
 *
 * <p>Memory convention: results in place, tasks of {@value #GRAIN} elements or of rows with about as many.
 */
final class VectorPointwiseKernels implements PointwiseKernels {
    /** Elements of a task: a few microseconds' work in a cache, 64 KB of each operand. */
    private static final int GRAIN = 1 << 14;

    private final Workers workers;

    VectorPointwiseKernels(Workers workers) {
        this.workers = workers;
    }

    /** A loop over consecutive elements, given where they start and how many there are. */
    @FunctionalInterface
    private interface Loop {
        void run(long byteOffset, int count);
    }

    private void elements(long count, Loop loop) {
        workers.range(count, GRAIN, (from, to, scratch) -> loop.run(4 * from, (int) (to - from)));
    }

    /** A loop over rows. */
    @FunctionalInterface
    private interface RowLoop {
        void run(long row);
    }

    private void rows(long rows, long width, RowLoop loop) {
        long grain = Math.max(1, GRAIN / Math.max(1, width));
        workers.range(rows, grain, (from, to, scratch) -> {
            for (long r = from; r < to; r++) {
                loop.run(r);
            }
        });
    }

    @Override
    public void fill(Tensor y, double value) {
        Shapes.ofAny("fill", "y", y);
        long to = Args.floats("y", y, y.size());
        elements(y.size(), (at, count) -> Elementwise.fill(to + at, (float) value, count));
    }

    @Override
    public void axpby(double a, Tensor x, double b, Tensor y) {
        Shapes.ofAny("axpby", "x", x).same("y", y, x);
        long from = Args.floats("x", x, x.size());
        long to = Args.floats("y", y, x.size());
        if (b == 0 || b == 1) {
            elements(x.size(), (at, count) -> Elementwise.scale((float) a, from + at, to + at, b == 1, count));
        } else {
            elements(x.size(), (at, count) -> Elementwise.axpby((float) a, from + at, (float) b, to + at, count));
        }
    }

    @Override
    public void copyMatrix(double scale, Matrix from, Matrix to, boolean add) {
        Shapes.ofAny("copyMatrix", "from", from.tensor())
                .matrix("to", to, from.rows(), from.columns())
                .that(!from.transposed(), "from", from, "no transposition")
                .that(!to.transposed(), "to", to, "no transposition");
        View source = View.of("from", from);
        View target = View.of("to", to);
        rows(
                source.rows(),
                source.columns(),
                r -> Elementwise.scale((float) scale, source.at(r, 0), target.at(r, 0), add, source.columns()));
    }

    @Override
    public void multiply(Tensor a, Tensor b, Sink y) {
        Shapes.ofAny("multiply", "a", a)
                .same("b", b, a)
                .that(y != null, "y", y, "a sink")
                .same("y", y, a);
        long left = Args.floats("a", a, a.size());
        long right = Args.floats("b", b, a.size());
        long to = Args.sink("y", y, a.size());
        elements(a.size(), (at, count) -> Elementwise.multiply(left + at, right + at, to + at, y.add(), count));
    }

    @Override
    public void silu(Tensor x, Tensor y) {
        Shapes.ofAny("silu", "x", x).same("y", y, x);
        long from = Args.floats("x", x, x.size());
        long to = Args.floats("y", y, x.size());
        elements(x.size(), (at, count) -> Elementwise.silu(from + at, to + at, count));
    }

    @Override
    public void siluBackward(Tensor dy, Tensor x, Sink dx) {
        Shapes.ofAny("siluBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        if (dx == null) {
            return;
        }
        long g = Args.floats("dy", dy, x.size());
        long from = Args.floats("x", x, x.size());
        long to = Args.sink("dx", dx, x.size());
        elements(x.size(), (at, count) -> Elementwise.siluBackward(g + at, from + at, to + at, dx.add(), count));
    }

    @Override
    public void sigmoid(Tensor x, Tensor y) {
        Shapes.ofAny("sigmoid", "x", x).same("y", y, x);
        long from = Args.floats("x", x, x.size());
        long to = Args.floats("y", y, x.size());
        elements(x.size(), (at, count) -> Elementwise.sigmoid(from + at, to + at, count));
    }

    @Override
    public void sigmoidBackward(Tensor dy, Tensor y, Sink dx) {
        Shapes.ofAny("sigmoidBackward", "y", y).same("dy", dy, y).same("dx", dx, y);
        if (dx == null) {
            return;
        }
        long g = Args.floats("dy", dy, y.size());
        long from = Args.floats("y", y, y.size());
        long to = Args.sink("dx", dx, y.size());
        elements(y.size(), (at, count) -> Elementwise.sigmoidBackward(g + at, from + at, to + at, dx.add(), count));
    }

    @Override
    public void smoothLeakyRelu(double slope, Tensor x, Tensor y) {
        Shapes.ofAny("smoothLeakyRelu", "x", x).same("y", y, x);
        long from = Args.floats("x", x, x.size());
        long to = Args.floats("y", y, x.size());
        elements(x.size(), (at, count) -> Elementwise.smoothLeakyRelu((float) slope, from + at, to + at, count));
    }

    @Override
    public void smoothLeakyReluBackward(double slope, Tensor dy, Tensor x, Sink dx) {
        Shapes.ofAny("smoothLeakyReluBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        if (dx == null) {
            return;
        }
        float s = (float) slope;
        long g = Args.floats("dy", dy, x.size());
        long from = Args.floats("x", x, x.size());
        long to = Args.sink("dx", dx, x.size());
        boolean add = dx.add();
        elements(x.size(), (at, count) -> {
            Elementwise.smoothLeakyReluBackward(s, g + at, from + at, to + at, add, count);
        });
    }

    @Override
    public void softmax(Tensor x, Tensor y) {
        VectorLosses.softmax(workers, x, y);
    }

    @Override
    public void softmaxBackward(Tensor dy, Tensor y, Sink dx) {
        VectorLosses.softmaxBackward(workers, dy, y, dx);
    }

    @Override
    public void scaleRows(Tensor x, Tensor scale, Tensor index, Sink y) {
        Shapes shapes = Shapes.ofAny("scaleRows", "x", x)
                .that(x.rank() > 0, "x", x, "rows")
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        long rows = x.dim(0);
        shapes.tensor("scale", scale, index == null ? rows : ANY);
        long groups = scale.dim(0);
        int width = width(x);
        if (index != null) {
            shapes.indices("index", index, rows);
        }
        long group = index == null ? 0 : Args.ints("index", index, rows);
        long from = Args.floats("x", x, x.size());
        long factor = Args.floats("scale", scale, groups);
        long to = Args.sink("y", y, x.size());
        rows(rows, width, r -> {
            long i = group == 0 ? r : shapes.index("index", r, Lanes.intAt(group, r), groups);
            long at = 4 * r * width;
            Elementwise.scale(Lanes.getAt(factor, i), from + at, to + at, y.add(), width);
        });
    }

    private static int width(Tensor x) {
        return x.dim(0) == 0 ? 0 : Math.toIntExact(x.size() / x.dim(0));
    }

    @Override
    public void scaleRowsBackwardScale(Tensor dy, Tensor x, Sink dscale) {
        Shapes.ofAny("scaleRowsBackwardScale", "x", x)
                .that(x.rank() > 0, "x", x, "rows")
                .same("dy", dy, x)
                .sink("dscale", dscale, x.dim(0));
        if (dscale == null) {
            return;
        }
        int width = width(x);
        long g = Args.floats("dy", dy, x.size());
        long from = Args.floats("x", x, x.size());
        long to = Args.sink("dscale", dscale, x.dim(0));
        rows(x.dim(0), width, r -> {
            float sum = Elementwise.dot(g + 4 * r * width, from + 4 * r * width, width);
            Lanes.setAt(to, r, dscale.add() ? Lanes.getAt(to, r) + sum : sum);
        });
    }

    @Override
    public void scaleChannels(Tensor x, Tensor scale, Sink y) {
        Shapes.of("scaleChannels", "x", x, ANY, ANY, ANY)
                .tensor("scale", scale, x.dim(0), x.dim(2))
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        long coefficients = x.dim(1);
        int channels = (int) x.dim(2);
        long from = Args.floats("x", x, x.size());
        long factor = Args.floats("scale", scale, scale.size());
        long to = Args.sink("y", y, x.size());
        rows(x.dim(0), coefficients * channels, n -> {
            for (long s = n * coefficients; s < (n + 1) * coefficients; s++) {
                long at = 4 * s * channels;
                Elementwise.multiply(from + at, factor + 4 * n * channels, to + at, y.add(), channels);
            }
        });
    }

    @Override
    public void dropoutMask(long seed, long step, int stream, double p, Tensor mask) {
        Shapes.ofAny("dropoutMask", "mask", mask).that(p >= 0 && p < 1, "p", p, "0 <= p < 1");
        long to = Args.floats("mask", mask, mask.size());
        RandomStream random = new RandomStream(seed, step, stream);
        // A float32 number is below p if and only if it is below the least float32 number that is not below p.
        float limit = (float) p < p ? Math.nextUp((float) p) : (float) p;
        float kept = (float) (1 / (1 - p));
        elements(mask.size(), (at, count) -> {
            random.fillUniform(Lanes.ALL.asSlice(to + at, 4L * count), count, at / 4);
            Elementwise.threshold(limit, kept, to + at, count);
        });
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        VectorLosses.crossEntropy(workers, logits, target, weight, loss);
    }

    @Override
    public void crossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        VectorLosses.crossEntropyBackward(workers, dloss, logits, target, weight, dlogits);
    }

    @Override
    public void squaredError(double weight, Tensor a, Tensor b, Tensor loss) {
        Shapes.ofAny("squaredError", "a", a).same("b", b, a).single("loss", loss);
        long left = Args.floats("a", a, a.size());
        long right = Args.floats("b", b, a.size());
        double sum = Sums.of(workers, Sums.Kind.SQUARED_DIFFERENCES, left, right, a.size());
        Sums.store(loss, weight * sum);
    }

    @Override
    public void squaredErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        Shapes.ofAny("squaredErrorBackward", "a", a)
                .same("b", b, a)
                .single("dloss", dloss)
                .same("da", da, a);
        if (da == null) {
            return;
        }
        float factor = (float) (Lanes.get(Args.floats("dloss", dloss, 1)) * 2 * weight);
        long left = Args.floats("a", a, a.size());
        long right = Args.floats("b", b, a.size());
        long to = Args.sink("da", da, a.size());
        elements(a.size(), (at, count) -> {
            Elementwise.scaledDifference(factor, left + at, right + at, to + at, da.add(), count);
        });
    }

    @Override
    public void softCrossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        VectorLosses.softCrossEntropy(workers, logits, target, weight, loss);
    }

    @Override
    public void softCrossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        VectorLosses.softCrossEntropyBackward(workers, dloss, logits, target, weight, dlogits);
    }

    @Override
    public void absoluteError(double weight, Tensor a, Tensor b, Tensor loss) {
        Shapes.ofAny("absoluteError", "a", a).same("b", b, a).single("loss", loss);
        long left = Args.floats("a", a, a.size());
        long right = Args.floats("b", b, a.size());
        Sums.store(loss, weight * Sums.of(workers, Sums.Kind.DIFFERENCES, left, right, a.size()));
    }

    @Override
    public void absoluteErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        Shapes.ofAny("absoluteErrorBackward", "a", a)
                .same("b", b, a)
                .single("dloss", dloss)
                .same("da", da, a);
        if (da == null) {
            return;
        }
        float factor = (float) (Lanes.get(Args.floats("dloss", dloss, 1)) * weight);
        long left = Args.floats("a", a, a.size());
        long right = Args.floats("b", b, a.size());
        long to = Args.sink("da", da, a.size());
        elements(a.size(), (at, count) -> {
            Elementwise.scaledSign(factor, left + at, right + at, to + at, da.add(), count);
        });
    }

    @Override
    public void huberError(double weight, double delta, Tensor a, Tensor b, Tensor loss) {
        Shapes.ofAny("huberError", "a", a)
                .that(delta > 0, "delta", delta, "a positive number")
                .same("b", b, a)
                .single("loss", loss);
        long left = Args.floats("a", a, a.size());
        long right = Args.floats("b", b, a.size());
        Sums.store(loss, weight * Sums.of(workers, Sums.Kind.HUBER, delta, left, right, a.size()));
    }

    @Override
    public void huberErrorBackward(double weight, double delta, Tensor dloss, Tensor a, Tensor b, Sink da) {
        Shapes.ofAny("huberErrorBackward", "a", a)
                .that(delta > 0, "delta", delta, "a positive number")
                .same("b", b, a)
                .single("dloss", dloss)
                .same("da", da, a);
        if (da == null) {
            return;
        }
        float factor = (float) (Lanes.get(Args.floats("dloss", dloss, 1)) * weight);
        long left = Args.floats("a", a, a.size());
        long right = Args.floats("b", b, a.size());
        long to = Args.sink("da", da, a.size());
        elements(a.size(), (at, count) -> {
            Elementwise.scaledLimited(factor, (float) delta, left + at, right + at, to + at, da.add(), count);
        });
    }

    @Override
    public void sum(Tensor x, Tensor y) {
        Shapes.ofAny("sum", "x", x).single("y", y);
        Sums.store(y, Sums.of(workers, Sums.Kind.VALUES, Args.floats("x", x, x.size()), 0, x.size()));
    }
}
