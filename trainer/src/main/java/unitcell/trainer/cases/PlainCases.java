package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.OptimiserKernels.AdamStep;
import unitcell.engine.kernel.Sink;
import unitcell.net.Generator;
import unitcell.trainer.cases.KernelCase.Call;

/** Kernels that go over their elements once: pointwise, losses, norms, optimiser. */
final class PlainCases {
    private static final double EPS = 1e-5;

    private final List<KernelCase> cases = new ArrayList<>();
    private final KernelSizes s;
    private final long n;
    private final long k;
    private final long c;

    private PlainCases(KernelSizes s) {
        this.s = s;
        this.n = s.nodes();
        this.k = s.coefficients();
        this.c = s.channels();
    }

    static List<KernelCase> of(KernelSizes s) {
        PlainCases made = new PlainCases(s);
        made.copies();
        made.activations();
        made.scaling();
        made.losses();
        made.norms();
        made.optimiser();
        return made.cases;
    }

    private void pointwise(String kernel, String shape, KernelCase.Setup setup) {
        cases.add(new KernelCase("pointwise", kernel, shape, setup));
    }

    private String nodeShape() {
        return "[" + n + ", " + k + ", " + c + "]";
    }

    private double nodeSize() {
        return (double) n * k * c;
    }

    private void copies() {
        pointwise("fill", nodeShape(), w -> {
            Tensor y = w.out(n, k, c);
            return new Call(0, () -> w.kernels().pointwise().fill(y, 1));
        });
        pointwise("axpby", nodeShape(), w -> {
            Tensor x = w.in(n, k, c);
            Tensor y = w.in(n, k, c);
            w.out(n, k, c); // y is read and written; counted, not used
            return new Call(3 * nodeSize(), () -> w.kernels().pointwise().axpby(0.5, x, 0.5, y));
        });
        pointwise("copyMatrix", "[" + n + ", " + c + "] out of rows of " + k * c, w -> {
            Matrix from = new Matrix(w.aside(n, k, c), 0, n, c, k * c, false);
            w.in(n, c); // what is read of it; counted, not used
            Matrix to = Matrix.of(w.out(n, c));
            return new Call(0, () -> w.kernels().pointwise().copyMatrix(1, from, to, false));
        });
        pointwise("multiply", nodeShape(), w -> {
            Tensor a = w.in(n, k, c);
            Tensor b = w.in(n, k, c);
            Sink y = w.sink(n, k, c);
            return new Call(nodeSize(), () -> w.kernels().pointwise().multiply(a, b, y));
        });
    }

    private void activations() {
        long e = s.edges();
        long h = s.config().edgeChannels();
        String shape = "[" + e + ", " + h + "]";
        double size = (double) e * h;
        pointwise("silu", shape, w -> {
            Tensor x = w.in(e, h);
            Tensor y = w.out(e, h);
            return new Call(4 * size, () -> w.kernels().pointwise().silu(x, y));
        });
        pointwise("siluBackward", shape, w -> {
            Tensor dy = w.in(e, h);
            Tensor x = w.in(e, h);
            Sink dx = w.sink(e, h);
            return new Call(8 * size, () -> w.kernels().pointwise().siluBackward(dy, x, dx));
        });
        pointwise("sigmoid", shape, w -> {
            Tensor x = w.in(e, h);
            Tensor y = w.out(e, h);
            return new Call(3 * size, () -> w.kernels().pointwise().sigmoid(x, y));
        });
        pointwise("sigmoidBackward", shape, w -> {
            Tensor dy = w.in(e, h);
            Tensor y = w.between(0, 1, e, h);
            Sink dx = w.sink(e, h);
            return new Call(3 * size, () -> w.kernels().pointwise().sigmoidBackward(dy, y, dx));
        });
        pointwise("smoothLeakyRelu", shape, w -> {
            Tensor x = w.in(e, h);
            Tensor y = w.out(e, h);
            return new Call(8 * size, () -> w.kernels().pointwise().smoothLeakyRelu(0.2, x, y));
        });
        pointwise("smoothLeakyReluBackward", shape, w -> {
            Tensor dy = w.in(e, h);
            Tensor x = w.in(e, h);
            Sink dx = w.sink(e, h);
            return new Call(12 * size, () -> w.kernels().pointwise().smoothLeakyReluBackward(0.2, dy, x, dx));
        });
    }

    private void scaling() {
        long e = s.edges();
        long width = s.reduced() * s.values();
        String shape = "[" + e + ", " + width + "]";
        double size = (double) e * width;
        pointwise("scaleRows", shape, w -> {
            Tensor x = w.in(e, width);
            Tensor scale = w.in(e);
            Sink y = w.sink(e, width);
            return new Call(size, () -> w.kernels().pointwise().scaleRows(x, scale, null, y));
        });
        pointwise("scaleRowsBackwardScale", shape, w -> {
            Tensor dy = w.in(e, width);
            Tensor x = w.in(e, width);
            Sink dscale = w.sink(e);
            return new Call(2 * size, () -> w.kernels().pointwise().scaleRowsBackwardScale(dy, x, dscale));
        });
        pointwise("scaleChannels", nodeShape(), w -> {
            Tensor x = w.in(n, k, c);
            Tensor scale = w.in(n, c);
            Sink y = w.sink(n, k, c);
            return new Call(nodeSize(), () -> w.kernels().pointwise().scaleChannels(x, scale, y));
        });
        long heads = s.config().numHeads();
        pointwise("dropoutMask", "[" + e + ", " + heads + "]", w -> {
            Tensor mask = w.out(e, heads);
            return new Call(0, () -> w.kernels().pointwise().dropoutMask(1, 2, 3, 0.1, mask));
        });
    }

    private void losses() {
        long classes = Generator.CLASSES;
        String shape = "[" + n + ", " + classes + "]";
        int[] targets = Arrays.stream(s.batch().species())
                .map(z -> Math.clamp(z - 1L, 0, (int) classes - 1))
                .toArray();
        pointwise("crossEntropy", shape, w -> {
            Tensor logits = w.in(n, classes);
            Tensor target = w.in(targets, n);
            Tensor weight = w.in(n);
            Tensor loss = w.out(1);
            return new Call(
                    4.0 * n * classes, () -> w.kernels().pointwise().crossEntropy(logits, target, weight, loss));
        });
        pointwise("crossEntropyBackward", shape, w -> {
            Tensor dloss = w.in(1);
            Tensor logits = w.in(n, classes);
            Tensor target = w.in(targets, n);
            Tensor weight = w.in(n);
            Sink dlogits = w.sink(n, classes);
            return new Call(
                    6.0 * n * classes,
                    () -> w.kernels().pointwise().crossEntropyBackward(dloss, logits, target, weight, dlogits));
        });
        soft(classes, shape);
        pointwise("squaredError", "[" + n + ", 3]", w -> {
            Tensor a = w.in(n, 3);
            Tensor b = w.in(n, 3);
            Tensor loss = w.out(1);
            return new Call(9.0 * n, () -> w.kernels().pointwise().squaredError(1, a, b, loss));
        });
        pointwise("squaredErrorBackward", "[" + n + ", 3]", w -> {
            Tensor dloss = w.in(1);
            Tensor a = w.in(n, 3);
            Tensor b = w.in(n, 3);
            Sink da = w.sink(n, 3);
            return new Call(6.0 * n, () -> w.kernels().pointwise().squaredErrorBackward(1, dloss, a, b, da));
        });
        errors();
        pointwise("sum", nodeShape(), w -> {
            Tensor x = w.in(n, k, c);
            Tensor y = w.out(1);
            return new Call(nodeSize(), () -> w.kernels().pointwise().sum(x, y));
        });
    }

    private void soft(long classes, String shape) {
        pointwise("softmax", shape, w -> {
            Tensor x = w.in(n, classes);
            Tensor y = w.out(n, classes);
            return new Call(4.0 * n * classes, () -> w.kernels().pointwise().softmax(x, y));
        });
        pointwise("softmaxBackward", shape, w -> {
            Tensor dy = w.in(n, classes);
            Tensor y = w.between(0, 1, n, classes);
            Sink dx = w.sink(n, classes);
            return new Call(4.0 * n * classes, () -> w.kernels().pointwise().softmaxBackward(dy, y, dx));
        });
        pointwise("softCrossEntropy", shape, w -> {
            Tensor logits = w.in(n, classes);
            Tensor target = w.between(0, 1, n, classes);
            Tensor weight = w.in(n);
            Tensor loss = w.out(1);
            return new Call(
                    6.0 * n * classes, () -> w.kernels().pointwise().softCrossEntropy(logits, target, weight, loss));
        });
        pointwise("softCrossEntropyBackward", shape, w -> {
            Tensor dloss = w.in(1);
            Tensor logits = w.in(n, classes);
            Tensor target = w.between(0, 1, n, classes);
            Tensor weight = w.in(n);
            Sink dlogits = w.sink(n, classes);
            return new Call(
                    8.0 * n * classes,
                    () -> w.kernels().pointwise().softCrossEntropyBackward(dloss, logits, target, weight, dlogits));
        });
    }

    private void errors() {
        String shape = "[" + n + ", 3]";
        pointwise("absoluteError", shape, w -> {
            Tensor a = w.in(n, 3);
            Tensor b = w.in(n, 3);
            Tensor loss = w.out(1);
            return new Call(9.0 * n, () -> w.kernels().pointwise().absoluteError(1, a, b, loss));
        });
        pointwise("absoluteErrorBackward", shape, w -> {
            Tensor dloss = w.in(1);
            Tensor a = w.in(n, 3);
            Tensor b = w.in(n, 3);
            Sink da = w.sink(n, 3);
            return new Call(9.0 * n, () -> w.kernels().pointwise().absoluteErrorBackward(1, dloss, a, b, da));
        });
        pointwise("huberError", shape, w -> {
            Tensor a = w.in(n, 3);
            Tensor b = w.in(n, 3);
            Tensor loss = w.out(1);
            return new Call(18.0 * n, () -> w.kernels().pointwise().huberError(1, 0.5, a, b, loss));
        });
        pointwise("huberErrorBackward", shape, w -> {
            Tensor dloss = w.in(1);
            Tensor a = w.in(n, 3);
            Tensor b = w.in(n, 3);
            Sink da = w.sink(n, 3);
            return new Call(12.0 * n, () -> w.kernels().pointwise().huberErrorBackward(1, 0.5, dloss, a, b, da));
        });
    }

    private void norm(String kernel, String shape, KernelCase.Setup setup) {
        cases.add(new KernelCase("norm", kernel, shape, setup));
    }

    private void norms() {
        long e = s.edges();
        long h = s.config().edgeChannels();
        String shape = "[" + e + ", " + h + "]";
        double size = (double) e * h;
        norm("layerNorm", shape, w -> {
            Tensor x = w.in(e, h);
            Tensor gamma = w.in(h);
            Tensor beta = w.in(h);
            Tensor y = w.out(e, h);
            return new Call(8 * size, () -> w.kernels().norm().layerNorm(x, gamma, beta, EPS, y));
        });
        norm("layerNormBackward", shape, w -> {
            Tensor dy = w.in(e, h);
            Tensor x = w.in(e, h);
            Tensor gamma = w.in(h);
            Sink dx = w.sink(e, h);
            Sink dgamma = w.sink(h);
            Sink dbeta = w.sink(h);
            return new Call(
                    18 * size, () -> w.kernels().norm().layerNormBackward(dy, x, gamma, EPS, dx, dgamma, dbeta));
        });
        norm("layerNormSilu", shape, w -> {
            Tensor x = w.in(e, h);
            Tensor gamma = w.in(h);
            Tensor beta = w.in(h);
            Tensor y = w.out(e, h);
            return new Call(12 * size, () -> w.kernels().norm().layerNormSilu(x, gamma, beta, EPS, y));
        });
        norm("layerNormSiluBackward", shape, w -> {
            Tensor dy = w.in(e, h);
            Tensor x = w.in(e, h);
            Tensor gamma = w.in(h);
            Tensor beta = w.in(h);
            Sink dx = w.sink(e, h);
            Sink dgamma = w.sink(h);
            Sink dbeta = w.sink(h);
            return new Call(
                    26 * size,
                    () -> w.kernels().norm().layerNormSiluBackward(dy, x, gamma, beta, EPS, dx, dgamma, dbeta));
        });
        equivariant();
    }

    private void equivariant() {
        var kind = s.config().norm();
        int lmax = s.config().lmax();
        String shape = nodeShape() + " " + kind.key();
        norm("equivariantNorm", shape, w -> {
            Tensor x = w.in(n, k, c);
            Tensor gamma0 = w.in(c);
            Tensor gamma = w.in(lmax, c);
            Tensor beta = w.in(c);
            Tensor y = w.out(n, k, c);
            return new Call(
                    5 * nodeSize(),
                    () -> w.kernels().norm().equivariantNorm(kind, lmax, EPS, x, gamma0, gamma, beta, y));
        });
        norm("equivariantNormBackward", shape, w -> {
            Tensor dy = w.in(n, k, c);
            Tensor x = w.in(n, k, c);
            Tensor gamma0 = w.in(c);
            Tensor gamma = w.in(lmax, c);
            Sink dx = w.sink(n, k, c);
            Sink dgamma0 = w.sink(c);
            Sink dgamma = w.sink(lmax, c);
            Sink dbeta = w.sink(c);
            return new Call(
                    12 * nodeSize(),
                    () -> w.kernels()
                            .norm()
                            .equivariantNormBackward(
                                    kind, lmax, EPS, dy, x, gamma0, gamma, dx, dgamma0, dgamma, dbeta));
        });
    }

    private void optimiser(String kernel, KernelCase.Setup setup) {
        cases.add(new KernelCase("optimiser", kernel, s.parameters() + " parameters", setup));
    }

    private void optimiser() {
        long p = s.parameters();
        AdamStep step = new AdamStep(1e-9, 0.9, 0.999, 1e-8, 0, 100, 1);
        optimiser("adamW", w -> {
            Tensor parameter = w.in(p);
            Tensor gradient = w.in(p);
            Tensor m = w.in(p);
            Tensor v = w.between(0, 1, p);
            for (int updated = 0; updated < 3; updated++) {
                w.out(p); // parameter and moments are read and written; counted, not used
            }
            return new Call(14.0 * p, () -> w.kernels().optimiser().adamW(step, parameter, gradient, m, v));
        });
        optimiser("sumOfSquares", w -> {
            Tensor x = w.in(p);
            Tensor out = w.out(1);
            return new Call(2.0 * p, () -> w.kernels().optimiser().sumOfSquares(x, out));
        });
        optimiser("clip", w -> {
            Tensor values = w.in(p);
            w.out(p); // values are read and written; counted, not used
            return new Call(2.0 * p, () -> w.kernels().optimiser().clip(0.5, values));
        });
        optimiser("exponentialMovingAverage", w -> {
            Tensor value = w.in(p);
            Tensor average = w.in(p);
            w.out(p); // the average is read and written; counted, not used
            return new Call(3.0 * p, () -> w.kernels().optimiser().exponentialMovingAverage(0.999, value, average));
        });
    }
}
