package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Sink;

/** Pointwise kernels and losses against the float64 specification, over ragged sizes and both kinds of sinks. */
class VectorPointwiseKernelsTest {
    /** The last two take several tasks. */
    private static final int[] SIZES = {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 16_384, 40_003};

    private static Parity parity;

    @BeforeAll
    static void open() {
        parity = new Parity();
    }

    @AfterAll
    static void close() {
        if (parity != null) { // null where the backend was skipped
            parity.close();
        }
    }

    private interface Map {
        void run(PointwiseKernels kernels, Tensor x, Tensor y);
    }

    private interface Gradient {
        void run(PointwiseKernels kernels, Tensor dy, Tensor x, Sink dx);
    }

    private static void map(String name, Map map) {
        for (int size : SIZES) {
            Parity.Case c = parity.call(name + " of " + size);
            int x = c.input(c.normal(size), size);
            int y = c.output(size);
            c.run(Parity.FORWARD, (k, a) -> map.run(k.pointwise(), a.get(x), a.get(y)));
        }
    }

    private static void gradient(String name, double tolerance, Gradient gradient) {
        for (int size : SIZES) {
            for (boolean add : new boolean[] {false, true}) {
                Parity.Case c = parity.call(name + " of " + size + " " + add);
                int dy = c.input(size);
                int x = c.input(size);
                int dx = c.sink(add, size);
                c.run(tolerance, (k, a) -> gradient.run(k.pointwise(), a.get(dy), a.get(x), a.sink(dx)));
            }
        }
    }

    @Test
    void activations() {
        map("silu", PointwiseKernels::silu);
        map("sigmoid", PointwiseKernels::sigmoid);
        map("smoothLeakyRelu", (k, x, y) -> k.smoothLeakyRelu(0.2, x, y));
        gradient("siluBackward", Parity.BACKWARD, PointwiseKernels::siluBackward);
        gradient("sigmoidBackward", Parity.BACKWARD, PointwiseKernels::sigmoidBackward);
        gradient("smoothLeakyReluBackward", Parity.BACKWARD, (k, dy, x, dx) -> {
            k.smoothLeakyReluBackward(0.2, dy, x, dx);
        });
    }

    @Test
    void activationsOfLargeNumbers() {
        Parity.Case c = parity.call("silu of large numbers");
        double[] values = {-1e30, -200, -100, -87.5, -86, -20, 0, 20, 86, 100, 1e30};
        int x = c.input(values, values.length);
        int y = c.output(values.length);
        int z = c.output(values.length);
        int d = c.input(c.normal(values.length), values.length);
        int dx = c.sink(false, values.length);
        int r = c.sink(false, values.length);
        c.run(Parity.FORWARD, (k, a) -> {
            k.pointwise().silu(a.get(x), a.get(y));
            k.pointwise().sigmoid(a.get(x), a.get(z));
            k.pointwise().siluBackward(a.get(d), a.get(x), a.sink(dx));
            k.pointwise().smoothLeakyReluBackward(0.2, a.get(d), a.get(x), a.sink(r));
        });
    }

    @Test
    void fillAndLinearCombinations() {
        map("fill", (k, x, y) -> k.fill(y, -1.25));
        map("axpby 0", (k, x, y) -> k.axpby(0.7, x, 0, y));
        for (double b : new double[] {1, -0.3}) {
            for (int size : SIZES) {
                Parity.Case c = parity.call("axpby " + b + " of " + size);
                int x = c.input(size);
                int y = c.inOut(c.normal(size), size);
                c.run(Parity.FORWARD, (k, a) -> k.pointwise().axpby(0.7, a.get(x), b, a.get(y)));
            }
        }
        gradient("multiply", Parity.FORWARD, PointwiseKernels::multiply);
    }

    @Test
    void copyMatrix() {
        for (int columns : SIZES) {
            if (columns > 100) {
                continue;
            }
            for (boolean add : new boolean[] {false, true}) {
                Parity.Case c = parity.call("copyMatrix " + columns + add);
                int x = c.input(50, 120);
                int y = c.inOut(c.normal(60, 110), 60, 110);
                c.run(Parity.FORWARD, (k, a) -> {
                    Matrix from = new Matrix(a.get(x), 7, 49, columns, 120, false);
                    Matrix to = new Matrix(a.get(y), 3, 49, columns, 110, false);
                    k.pointwise().copyMatrix(-2, from, to, add);
                });
            }
        }
    }

    @Test
    void rowAndChannelFactors() {
        int[][] shapes = {{0, 4, 3}, {5, 0, 3}, {1, 1, 1}, {7, 9, 16}, {33, 25, 17}, {300, 4, 33}};
        for (int[] s : shapes) {
            for (boolean add : new boolean[] {false, true}) {
                String name = s[0] + "x" + s[1] + "x" + s[2] + add;
                Parity.Case rows = parity.call("scaleRows " + name);
                int[] groups = new int[s[0]];
                for (int i = 0; i < groups.length; i++) {
                    groups[i] = rows.random().nextInt(4);
                }
                int x = rows.input(s[0], s[1], s[2]);
                int scale = rows.input(4);
                int own = rows.input(s[0]);
                int index = rows.indices(groups);
                int y = rows.sink(add, s[0], s[1], s[2]);
                int z = rows.sink(add, s[0], s[1], s[2]);
                rows.run(Parity.FORWARD, (k, a) -> {
                    k.pointwise().scaleRows(a.get(x), a.get(scale), a.get(index), a.sink(y));
                    k.pointwise().scaleRows(a.get(x), a.get(own), null, a.sink(z));
                });

                Parity.Case back = parity.call("scaleRowsBackwardScale " + name);
                int dy = back.input(s[0], s[1], s[2]);
                int x2 = back.input(s[0], s[1], s[2]);
                int ds = back.sink(add, s[0]);
                back.run(
                        Parity.BACKWARD,
                        (k, a) -> k.pointwise().scaleRowsBackwardScale(a.get(dy), a.get(x2), a.sink(ds)));

                Parity.Case channels = parity.call("scaleChannels " + name);
                int x3 = channels.input(s[0], s[1], s[2]);
                int factors = channels.input(s[0], s[2]);
                int y3 = channels.sink(add, s[0], s[1], s[2]);
                channels.run(
                        Parity.FORWARD, (k, a) -> k.pointwise().scaleChannels(a.get(x3), a.get(factors), a.sink(y3)));
            }
        }
    }

    @Test
    void dropoutMasksAreExactlyTheSpecifications() {
        for (int size : SIZES) {
            for (double p : new double[] {0, 0.1, 0.5, 0.937_123}) {
                Parity.Case c = parity.call("dropoutMask " + size + " " + p);
                int mask = c.output(size);
                // Zero or 1/(1-p), rounded once: any wrong decision would be far outside of this.
                c.run(1e-7, (k, a) -> k.pointwise().dropoutMask(-5L, 77, 13, p, a.get(mask)));
            }
        }
    }

    @Test
    void crossEntropy() {
        int[][] shapes = {{0, 3}, {1, 1}, {7, 2}, {64, 15}, {65, 118}, {300, 33}};
        for (int[] s : shapes) {
            for (double spread : new double[] {1, 60}) {
                Parity.Case c = parity.call("crossEntropy " + s[0] + "x" + s[1] + " spread " + spread);
                double[] z = c.normal(s[0], s[1]);
                for (int i = 0; i < z.length; i++) {
                    z[i] *= spread;
                }
                int[] labels = new int[s[0]];
                for (int i = 0; i < labels.length; i++) {
                    labels[i] = c.random().nextInt(s[1]);
                }
                int logits = c.input(z, s[0], s[1]);
                int target = c.indices(labels);
                int weight = c.input(s[0]);
                int loss = c.output(1);
                c.run(
                        Parity.FORWARD,
                        (k, a) -> k.pointwise().crossEntropy(a.get(logits), a.get(target), a.get(weight), a.get(loss)));
                int dloss = c.input(new double[] {-1.7}, 1);
                int write = c.sink(false, s[0], s[1]);
                int add = c.sink(true, s[0], s[1]);
                c.run(Parity.BACKWARD, (k, a) -> {
                    PointwiseKernels p = k.pointwise();
                    p.crossEntropy(a.get(logits), a.get(target), a.get(weight), a.get(loss));
                    p.crossEntropyBackward(a.get(dloss), a.get(logits), a.get(target), a.get(weight), a.sink(write));
                    p.crossEntropyBackward(a.get(dloss), a.get(logits), a.get(target), a.get(weight), a.sink(add));
                });
            }
        }
    }

    @Test
    void softmaxAndSoftCrossEntropy() {
        int[][] shapes = {{0, 3}, {1, 1}, {7, 2}, {64, 15}, {65, 118}, {9, 129}, {300, 33}};
        for (int[] s : shapes) {
            for (double spread : new double[] {1, 60, 1e4}) {
                Parity.Case c = parity.call("softmax " + s[0] + "x" + s[1] + " spread " + spread);
                double[] z = c.normal(s[0], s[1]);
                double[] shares = c.normal(s[0], s[1]);
                for (int i = 0; i < z.length; i++) {
                    z[i] *= spread;
                    shares[i] = Math.abs(shares[i]);
                }
                int logits = c.input(z, s[0], s[1]);
                int target = c.input(shares, s[0], s[1]);
                int weight = c.input(s[0]);
                int y = c.output(s[0], s[1]);
                int loss = c.output(1);
                c.run(Parity.FORWARD, (k, a) -> {
                    k.pointwise().softmax(a.get(logits), a.get(y));
                    k.pointwise().softCrossEntropy(a.get(logits), a.get(target), a.get(weight), a.get(loss));
                });
                int dy = c.input(s[0], s[1]);
                int dloss = c.input(new double[] {-1.7}, 1);
                int[] sinks = {
                    c.sink(false, s[0], s[1]),
                    c.sink(true, s[0], s[1]),
                    c.sink(false, s[0], s[1]),
                    c.sink(true, s[0], s[1])
                };
                c.run(Parity.BACKWARD, (k, a) -> {
                    PointwiseKernels p = k.pointwise();
                    p.softmax(a.get(logits), a.get(y));
                    p.softCrossEntropy(a.get(logits), a.get(target), a.get(weight), a.get(loss));
                    for (int i = 0; i < 2; i++) {
                        p.softmaxBackward(a.get(dy), a.get(target), a.sink(sinks[i]));
                        p.softCrossEntropyBackward(
                                a.get(dloss), a.get(logits), a.get(target), a.get(weight), a.sink(sinks[2 + i]));
                    }
                });
            }
        }
    }

    @Test
    void absoluteAndHuberErrors() {
        for (int size : SIZES) {
            Parity.Case c = parity.call("errors of " + size);
            double[] near = c.normal(size);
            double[] far = near.clone();
            for (int i = 0; i < size; i++) {
                // Some are equal, some differ by little, some by much.
                far[i] += i % 3 == 0
                        ? 0
                        : i % 3 == 1
                                ? 0.1 * c.random().nextGaussian()
                                : 5 * c.random().nextGaussian();
            }
            int x = c.input(near, size);
            int y = c.input(far, size);
            int absolute = c.output(1);
            int huber = c.output(1);
            c.run(Parity.FORWARD, (k, a) -> {
                k.pointwise().absoluteError(0.3, a.get(x), a.get(y), a.get(absolute));
                k.pointwise().huberError(0.3, 0.7, a.get(x), a.get(y), a.get(huber));
            });
            int dloss = c.input(1);
            int[] sinks = {c.sink(false, size), c.sink(true, size), c.sink(false, size), c.sink(true, size)};
            c.run(Parity.BACKWARD, (k, a) -> {
                PointwiseKernels p = k.pointwise();
                p.absoluteError(0.3, a.get(x), a.get(y), a.get(absolute));
                p.huberError(0.3, 0.7, a.get(x), a.get(y), a.get(huber));
                for (int i = 0; i < 2; i++) {
                    p.absoluteErrorBackward(0.3, a.get(dloss), a.get(x), a.get(y), a.sink(sinks[i]));
                    p.huberErrorBackward(0.3, 0.7, a.get(dloss), a.get(x), a.get(y), a.sink(sinks[2 + i]));
                }
            });
        }
    }

    @Test
    void squaredErrorAndSums() {
        for (int size : SIZES) {
            Parity.Case c = parity.call("squaredError of " + size);
            int x = c.input(size);
            int y = c.input(size);
            int loss = c.output(1);
            int sum = c.output(1);
            c.run(Parity.FORWARD, (k, a) -> {
                k.pointwise().squaredError(0.3, a.get(x), a.get(y), a.get(loss));
                k.pointwise().sum(a.get(x), a.get(sum));
            });
        }
        for (boolean add : new boolean[] {false, true}) {
            Parity.Case c = parity.call("squaredErrorBackward " + add);
            int x = c.input(1001);
            int y = c.input(1001);
            int dloss = c.input(1);
            int dx = c.sink(add, 1001);
            c.run(
                    Parity.BACKWARD,
                    (k, a) -> k.pointwise().squaredErrorBackward(0.3, a.get(dloss), a.get(x), a.get(y), a.sink(dx)));
        }
    }

    @Test
    @Tag("cpu")
    void indicesOutOfRangeAreNamed() {
        try (Buffers buffers = new Buffers(1);
                VectorKernels kernels = new VectorKernels(2)) {
            Tensor x = buffers.random(3, 4);
            Tensor y = buffers.poisoned(3, 4);
            Tensor scale = buffers.random(2);
            Tensor index = buffers.indices(0, 2, 1);
            IllegalArgumentException fault = assertThrows(
                    IllegalArgumentException.class,
                    () -> kernels.pointwise().scaleRows(x, scale, index, Sink.write(y)));
            assertEquals("scaleRows: index[1] is 2; expected 0 to 1", fault.getMessage());
            Tensor target = buffers.indices(0, -1, 3);
            Tensor loss = buffers.poisoned(1);
            Tensor weight = buffers.random(3);
            assertThrows(
                    IllegalArgumentException.class, () -> kernels.pointwise().crossEntropy(x, target, weight, loss));
        }
    }
}
