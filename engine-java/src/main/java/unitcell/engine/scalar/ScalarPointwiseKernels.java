package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.random.RandomStream;

/** Scalar {@link PointwiseKernels}, element by element; the losses are in {@link Losses}. */
final class ScalarPointwiseKernels implements PointwiseKernels {
    @Override
    public void fill(Tensor y, double value) {
        Shapes.ofAny("fill", "y", y);
        for (long i = 0; i < y.size(); i++) {
            y.set(i, value);
        }
    }

    @Override
    public void axpby(double a, Tensor x, double b, Tensor y) {
        Shapes.ofAny("axpby", "x", x).same("y", y, x);
        for (long i = 0; i < x.size(); i++) {
            double before = b == 0 ? 0 : b * y.get(i);
            y.set(i, a * x.get(i) + before);
        }
    }

    @Override
    public void copyMatrix(double scale, Matrix from, Matrix to, boolean add) {
        Shapes.ofAny("copyMatrix", "from", from.tensor())
                .matrix("to", to, from.rows(), from.columns())
                .that(!from.transposed(), "from", from, "no transposition")
                .that(!to.transposed(), "to", to, "no transposition");
        Sink sink = new Sink(to.tensor(), add);
        for (long r = 0; r < from.rows(); r++) {
            long source = from.offset() + r * from.stride();
            long target = to.offset() + r * to.stride();
            for (long c = 0; c < from.columns(); c++) {
                Rows.put(sink, target + c, scale * from.tensor().get(source + c));
            }
        }
    }

    @Override
    public void multiply(Tensor a, Tensor b, Sink y) {
        Shapes.ofAny("multiply", "a", a)
                .same("b", b, a)
                .that(y != null, "y", y, "a sink")
                .same("y", y, a);
        for (long i = 0; i < a.size(); i++) {
            Rows.put(y, i, a.get(i) * b.get(i));
        }
    }

    @Override
    public void silu(Tensor x, Tensor y) {
        Shapes.ofAny("silu", "x", x).same("y", y, x);
        for (long i = 0; i < x.size(); i++) {
            y.set(i, Activations.silu(x.get(i)));
        }
    }

    @Override
    public void siluBackward(Tensor dy, Tensor x, Sink dx) {
        Shapes.ofAny("siluBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        for (long i = 0; dx != null && i < x.size(); i++) {
            Rows.put(dx, i, dy.get(i) * Activations.siluSlope(x.get(i)));
        }
    }

    @Override
    public void sigmoid(Tensor x, Tensor y) {
        Shapes.ofAny("sigmoid", "x", x).same("y", y, x);
        for (long i = 0; i < x.size(); i++) {
            y.set(i, Activations.sigmoid(x.get(i)));
        }
    }

    @Override
    public void sigmoidBackward(Tensor dy, Tensor y, Sink dx) {
        Shapes.ofAny("sigmoidBackward", "y", y).same("dy", dy, y).same("dx", dx, y);
        for (long i = 0; dx != null && i < y.size(); i++) {
            Rows.put(dx, i, dy.get(i) * y.get(i) * (1 - y.get(i)));
        }
    }

    @Override
    public void smoothLeakyRelu(double slope, Tensor x, Tensor y) {
        Shapes.ofAny("smoothLeakyRelu", "x", x).same("y", y, x);
        for (long i = 0; i < x.size(); i++) {
            y.set(i, Activations.smoothLeakyRelu(slope, x.get(i)));
        }
    }

    @Override
    public void smoothLeakyReluBackward(double slope, Tensor dy, Tensor x, Sink dx) {
        Shapes.ofAny("smoothLeakyReluBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        for (long i = 0; dx != null && i < x.size(); i++) {
            Rows.put(dx, i, dy.get(i) * Activations.smoothLeakyReluSlope(slope, x.get(i)));
        }
    }

    @Override
    public void softmax(Tensor x, Tensor y) {
        Shapes.of("softmax", "x", x, ANY, ANY).same("y", y, x);
        int width = (int) x.dim(1);
        for (long n = 0; n < x.dim(0); n++) {
            double[] row = Losses.softmax(Rows.read(x, n * width, width));
            for (int c = 0; c < width; c++) {
                y.set(n * width + c, row[c]);
            }
        }
    }

    @Override
    public void softmaxBackward(Tensor dy, Tensor y, Sink dx) {
        Shapes.of("softmaxBackward", "y", y, ANY, ANY).same("dy", dy, y).same("dx", dx, y);
        int width = (int) y.dim(1);
        for (long n = 0; dx != null && n < y.dim(0); n++) {
            double inner = 0;
            for (long i = n * width; i < (n + 1) * width; i++) {
                inner += dy.get(i) * y.get(i);
            }
            for (long i = n * width; i < (n + 1) * width; i++) {
                Rows.put(dx, i, y.get(i) * (dy.get(i) - inner));
            }
        }
    }

    @Override
    public void scaleRows(Tensor x, Tensor scale, Tensor index, Sink y) {
        Shapes shapes = Shapes.ofAny("scaleRows", "x", x)
                .that(x.rank() > 0, "x", x, "rows")
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        long rows = x.dim(0);
        shapes.tensor("scale", scale, index == null ? rows : ANY);
        if (index != null) {
            shapes.indices("index", index, rows);
        }
        long width = rows == 0 ? 0 : x.size() / rows;
        for (long r = 0; r < rows; r++) {
            long group = index == null ? r : shapes.index("index", r, Rows.index(index, r), scale.dim(0));
            double factor = scale.get(group);
            for (long i = r * width; i < (r + 1) * width; i++) {
                Rows.put(y, i, x.get(i) * factor);
            }
        }
    }

    @Override
    public void scaleRowsBackwardScale(Tensor dy, Tensor x, Sink dscale) {
        Shapes.ofAny("scaleRowsBackwardScale", "x", x)
                .that(x.rank() > 0, "x", x, "rows")
                .same("dy", dy, x)
                .sink("dscale", dscale, x.dim(0));
        long rows = x.dim(0);
        long width = rows == 0 ? 0 : x.size() / rows;
        for (long r = 0; dscale != null && r < rows; r++) {
            double sum = 0;
            for (long i = r * width; i < (r + 1) * width; i++) {
                sum += dy.get(i) * x.get(i);
            }
            Rows.put(dscale, r, sum);
        }
    }

    @Override
    public void scaleChannels(Tensor x, Tensor scale, Sink y) {
        Shapes.of("scaleChannels", "x", x, ANY, ANY, ANY)
                .tensor("scale", scale, x.dim(0), x.dim(2))
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        long channels = x.dim(2);
        for (long n = 0; n < x.dim(0); n++) {
            for (long s = 0; s < x.dim(1); s++) {
                for (long c = 0; c < channels; c++) {
                    long i = (n * x.dim(1) + s) * channels + c;
                    Rows.put(y, i, x.get(i) * scale.get(n * channels + c));
                }
            }
        }
    }

    @Override
    public void dropoutMask(long seed, long step, int stream, double p, Tensor mask) {
        Shapes.ofAny("dropoutMask", "mask", mask).that(p >= 0 && p < 1, "p", p, "0 <= p < 1");
        RandomStream random = new RandomStream(seed, step, stream);
        double kept = 1 / (1 - p);
        for (long i = 0; i < mask.size(); i++) {
            mask.set(i, random.uniformFloat(i) < p ? 0 : kept);
        }
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        Losses.crossEntropy(logits, target, weight, loss);
    }

    @Override
    public void crossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        Losses.crossEntropyBackward(dloss, logits, target, weight, dlogits);
    }

    @Override
    public void squaredError(double weight, Tensor a, Tensor b, Tensor loss) {
        Losses.error("squaredError", weight, a, b, loss, d -> d * d);
    }

    @Override
    public void squaredErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        Losses.errorBackward("squaredErrorBackward", weight, dloss, a, b, da, d -> 2 * d);
    }

    @Override
    public void softCrossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        Losses.softCrossEntropy(logits, target, weight, loss);
    }

    @Override
    public void softCrossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        Losses.softCrossEntropyBackward(dloss, logits, target, weight, dlogits);
    }

    @Override
    public void absoluteError(double weight, Tensor a, Tensor b, Tensor loss) {
        Losses.error("absoluteError", weight, a, b, loss, Math::abs);
    }

    @Override
    public void absoluteErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        Losses.errorBackward("absoluteErrorBackward", weight, dloss, a, b, da, Math::signum);
    }

    @Override
    public void huberError(double weight, double delta, Tensor a, Tensor b, Tensor loss) {
        Shapes.ofAny("huberError", "a", a).that(delta > 0, "delta", delta, "a positive number");
        Losses.error("huberError", weight, a, b, loss, d -> Losses.huber(delta, d));
    }

    @Override
    public void huberErrorBackward(double weight, double delta, Tensor dloss, Tensor a, Tensor b, Sink da) {
        Shapes.ofAny("huberErrorBackward", "a", a).that(delta > 0, "delta", delta, "a positive number");
        Losses.errorBackward("huberErrorBackward", weight, dloss, a, b, da, d -> Losses.huberSlope(delta, d));
    }

    @Override
    public void sum(Tensor x, Tensor y) {
        Shapes.ofAny("sum", "x", x).single("y", y);
        double sum = 0;
        for (long i = 0; i < x.size(); i++) {
            sum += x.get(i);
        }
        y.set(0, sum);
    }
}
