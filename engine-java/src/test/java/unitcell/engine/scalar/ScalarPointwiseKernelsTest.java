package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Sink;

/** Pointwise kernels and losses: values against formulas written another way, gradients by differences. */
class ScalarPointwiseKernelsTest {
    private static final PointwiseKernels POINTWISE = new ScalarKernels().pointwise();

    @Test
    void fillAxpbyAndSum() {
        try (KernelCase at = new KernelCase("axpby")) {
            Tensor x = at.of(new double[] {1, -2, 3}, 3);
            Tensor y = at.empty(3);
            POINTWISE.axpby(2, x, 0, y); // y holds NaN and must not be read
            assertArrayEquals(new double[] {2, -4, 6}, y.toDoubles());
            POINTWISE.axpby(1, x, -1, y);
            assertArrayEquals(new double[] {-1, 2, -3}, y.toDoubles());
            Tensor sum = at.empty(1);
            POINTWISE.sum(x, sum);
            assertEquals(2, sum.item());
            POINTWISE.fill(y, 0.5);
            assertArrayEquals(new double[] {0.5, 0.5, 0.5}, y.toDoubles());
            POINTWISE.sum(at.empty(0, 3), sum);
            assertEquals(0, sum.item());
        }
    }

    @Test
    void copyMatrixMovesABlockAndNothingElse() {
        try (KernelCase at = new KernelCase("copyMatrix")) {
            Tensor from = at.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Tensor to = at.of(new double[] {10, 20, 30, 40, 50, 60, 70, 80}, 2, 4);
            Matrix block = new Matrix(from, 1, 2, 2, 3, false);
            POINTWISE.copyMatrix(2, block, new Matrix(to, 0, 2, 2, 4, false), false);
            assertArrayEquals(new double[] {4, 6, 30, 40, 10, 12, 70, 80}, to.toDoubles());
            POINTWISE.copyMatrix(-1, block, new Matrix(to, 2, 2, 2, 4, false), true);
            assertArrayEquals(new double[] {4, 6, 28, 37, 10, 12, 65, 74}, to.toDoubles());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> POINTWISE.copyMatrix(1, block, new Matrix(to, 0, 2, 2, 4, false).transpose(), false));
        }
    }

    @Test
    void multiply() {
        try (KernelCase at = new KernelCase("multiply")) {
            Tensor a = at.input("a", at.random(3, 5));
            Tensor b = at.input("b", at.random(3, 5));
            Tensor y = at.output(3, 5);
            at.check(() -> POINTWISE.multiply(a, b, Sink.write(y)), (dy, s) -> {
                if (s[0] != null) {
                    POINTWISE.multiply(dy[0], b, s[0]);
                }
                if (s[1] != null) {
                    POINTWISE.multiply(dy[0], a, s[1]);
                }
            });
            assertEquals(a.get(7) * b.get(7), y.get(7));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13})
    void activations(int size) {
        try (KernelCase at = new KernelCase("silu")) {
            Tensor x = at.input("x", at.random(size));
            Tensor silu = at.output(size);
            at.check(() -> POINTWISE.silu(x, silu), (dy, s) -> POINTWISE.siluBackward(dy[0], x, s[0]));
        }
        try (KernelCase at = new KernelCase("sigmoid")) {
            Tensor x = at.input("x", at.random(size));
            Tensor y = at.output(size);
            at.check(() -> POINTWISE.sigmoid(x, y), (dy, s) -> POINTWISE.sigmoidBackward(dy[0], y, s[0]));
        }
        try (KernelCase at = new KernelCase("smoothLeakyRelu")) {
            Tensor x = at.input("x", at.random(size));
            Tensor y = at.output(size);
            at.check(
                    () -> POINTWISE.smoothLeakyRelu(0.3, x, y),
                    (dy, s) -> POINTWISE.smoothLeakyReluBackward(0.3, dy[0], x, s[0]));
        }
    }

    @Test
    void activationsAtKnownAndExtremePoints() {
        try (KernelCase at = new KernelCase("extremes")) {
            Tensor x = at.of(new double[] {0, 1, -1, 800, -800}, 5);
            Tensor y = at.empty(5);
            POINTWISE.sigmoid(x, y);
            // sigmoid(x) = (1 + tanh(x/2)) / 2
            assertArrayEquals(
                    new double[] {0.5, (1 + Math.tanh(0.5)) / 2, (1 - Math.tanh(0.5)) / 2, 1, 0}, y.toDoubles(), 1e-15);
            POINTWISE.silu(x, y);
            assertArrayEquals(
                    new double[] {0, (1 + Math.tanh(0.5)) / 2, -(1 - Math.tanh(0.5)) / 2, 800, 0},
                    y.toDoubles(),
                    1e-13);
            POINTWISE.siluBackward(at.of(new double[] {1, 1, 1, 1, 1}, 5), x, Sink.write(y));
            assertEquals(0.5, y.get(0));
            assertEquals(1, y.get(3), 1e-15);
            assertEquals(0, y.get(4), 1e-15);
            POINTWISE.smoothLeakyRelu(0.2, x, y);
            assertEquals(0.784847, y.get(1), 1e-6); // values of the published implementation
            assertEquals(-0.415153, y.get(2), 1e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void scaleRows(boolean indexed) {
        try (KernelCase at = new KernelCase("scaleRows")) {
            Tensor x = at.input("x", at.random(4, 2, 3));
            Tensor index = indexed ? at.of(new int[] {1, 0, 1, 1}) : null;
            Tensor scale = at.random(indexed ? 2 : 4);
            Tensor y = at.output(4, 2, 3);
            at.check(() -> POINTWISE.scaleRows(x, scale, index, Sink.write(y)), (dy, s) -> {
                if (s[0] != null) {
                    POINTWISE.scaleRows(dy[0], scale, index, s[0]);
                }
            });
            assertEquals(x.get(23) * scale.get(indexed ? 1 : 3), y.get(23));
        }
        try (KernelCase at = new KernelCase("scaleRowsBackwardScale")) {
            Tensor x = at.random(4, 2, 3);
            Tensor scale = at.input("scale", at.random(4));
            Tensor y = at.output(4, 2, 3);
            at.check(
                    () -> POINTWISE.scaleRows(x, scale, null, Sink.write(y)),
                    (dy, s) -> POINTWISE.scaleRowsBackwardScale(dy[0], x, s[0]));
        }
        try (KernelCase at = new KernelCase("scaleRows index")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> POINTWISE.scaleRows(
                            at.random(2, 3), at.random(2), at.of(new int[] {0, 2}), Sink.write(at.empty(2, 3))));
            assertEquals("scaleRows: index[1] is 2; expected 0 to 1", e.getMessage());
        }
    }

    @Test
    void scaleChannels() {
        try (KernelCase at = new KernelCase("scaleChannels")) {
            Tensor x = at.input("x", at.random(2, 4, 3));
            Tensor scale = at.random(2, 3);
            Tensor y = at.output(2, 4, 3);
            at.check(() -> POINTWISE.scaleChannels(x, scale, Sink.write(y)), (dy, s) -> {
                if (s[0] != null) {
                    POINTWISE.scaleChannels(dy[0], scale, s[0]);
                }
            });
            assertEquals(x.get((4 + 2) * 3 + 1) * scale.get(3 + 1), y.get((4 + 2) * 3 + 1));
        }
    }

    @Test
    void dropoutMaskHasTheRightShareAndIsAddressable() {
        try (KernelCase at = new KernelCase("dropoutMask")) {
            int size = 20_000;
            double p = 0.3;
            Tensor mask = at.empty(size);
            POINTWISE.dropoutMask(7, 3, 11, p, mask);
            int zeros = 0;
            for (int i = 0; i < size; i++) {
                zeros += mask.get(i) == 0 ? 1 : 0;
                assertTrue(mask.get(i) == 0 || mask.get(i) == 1 / (1 - p));
            }
            // Five standard deviations of a binomial count.
            assertEquals(p * size, zeros, 5 * Math.sqrt(size * p * (1 - p)));
            Tensor prefix = at.empty(17);
            POINTWISE.dropoutMask(7, 3, 11, p, prefix);
            assertArrayEquals(mask.rows(0, 17).toDoubles(), prefix.toDoubles());
            POINTWISE.dropoutMask(7, 4, 11, p, prefix);
            assertTrue(!Arrays.equals(mask.rows(0, 17).toDoubles(), prefix.toDoubles()));
            POINTWISE.dropoutMask(7, 3, 11, 0, prefix);
            for (double value : prefix.toDoubles()) {
                assertEquals(1, value);
            }
            assertThrows(IllegalArgumentException.class, () -> POINTWISE.dropoutMask(7, 3, 11, 1, prefix));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void crossEntropy(int rows) {
        try (KernelCase at = new KernelCase("crossEntropy")) {
            Tensor logits = at.input("logits", at.random(rows, 5));
            Tensor target = at.of(rows == 3 ? new int[] {4, 0, 2} : new int[rows]);
            Tensor weight = at.random(rows);
            Tensor loss = at.output(1);
            at.check(
                    () -> POINTWISE.crossEntropy(logits, target, weight, loss),
                    (dy, s) -> POINTWISE.crossEntropyBackward(dy[0], logits, target, weight, s[0]));
            double expected = 0;
            for (int n = 0; n < rows; n++) {
                double total = 0;
                for (int k = 0; k < 5; k++) {
                    total += Math.exp(logits.get(n * 5 + k));
                }
                expected -= weight.get(n) * Math.log(Math.exp(logits.get(n * 5 + (int) target.get(n))) / total);
            }
            assertEquals(expected, loss.item(), 1e-14);
        }
    }

    @Test
    void crossEntropyOfHugeLogitsIsFinite() {
        try (KernelCase at = new KernelCase("crossEntropy huge")) {
            Tensor logits = at.of(new double[] {1e4, -1e4, 0}, 1, 3);
            Tensor one = at.of(new double[] {1}, 1);
            Tensor loss = at.empty(1);
            POINTWISE.crossEntropy(logits, at.of(new int[] {1}), one, loss);
            assertEquals(2e4, loss.item());
            Tensor gradient = at.empty(1, 3);
            POINTWISE.crossEntropyBackward(one, logits, at.of(new int[] {1}), one, Sink.write(gradient));
            assertArrayEquals(new double[] {1, -1, 0}, gradient.toDoubles());
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> POINTWISE.crossEntropy(logits, at.of(new int[] {3}), one, loss));
            assertEquals("crossEntropy: target[0] is 3; expected 0 to 2", e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void softmax(int rows) {
        try (KernelCase at = new KernelCase("softmax")) {
            Tensor x = at.input("x", at.random(rows, 5));
            Tensor y = at.output(rows, 5);
            at.check(() -> POINTWISE.softmax(x, y), (dy, s) -> POINTWISE.softmaxBackward(dy[0], y, s[0]));
            for (int n = 0; n < rows; n++) {
                double total = 0;
                for (int k = 0; k < 5; k++) {
                    total += Math.exp(x.get(n * 5 + k));
                }
                for (int k = 0; k < 5; k++) {
                    assertEquals(Math.exp(x.get(n * 5 + k)) / total, y.get(n * 5 + k), 1e-15);
                }
            }
        }
    }

    @Test
    void softmaxOfHugeNumbersIsFiniteAndDoesNotChangeWithAShift() {
        try (KernelCase at = new KernelCase("softmax huge")) {
            Tensor y = at.empty(2, 3);
            POINTWISE.softmax(at.of(new double[] {1e4, -1e4, 0, -1e4, -1e4, -1e4}, 2, 3), y);
            double third = 1.0 / 3;
            assertArrayEquals(new double[] {1, 0, 0, third, third, third}, y.toDoubles());
            Tensor x = at.random(1, 3);
            Tensor shifted = at.of(new double[] {x.get(0) + 1024, x.get(1) + 1024, x.get(2) + 1024}, 1, 3);
            Tensor a = at.empty(1, 3);
            Tensor b = at.empty(1, 3);
            POINTWISE.softmax(x, a);
            POINTWISE.softmax(shifted, b);
            assertArrayEquals(a.toDoubles(), b.toDoubles(), 1e-12);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void softCrossEntropy(int rows) {
        try (KernelCase at = new KernelCase("softCrossEntropy")) {
            Tensor logits = at.input("logits", at.random(rows, 5));
            Tensor target = at.random(rows, 5); // need not sum to 1
            Tensor weight = at.random(rows);
            Tensor loss = at.output(1);
            at.check(
                    () -> POINTWISE.softCrossEntropy(logits, target, weight, loss),
                    (dy, s) -> POINTWISE.softCrossEntropyBackward(dy[0], logits, target, weight, s[0]));
            double expected = 0;
            for (int n = 0; n < rows; n++) {
                double total = 0;
                for (int k = 0; k < 5; k++) {
                    total += Math.exp(logits.get(n * 5 + k));
                }
                for (int k = 0; k < 5; k++) {
                    expected -=
                            weight.get(n) * target.get(n * 5 + k) * Math.log(Math.exp(logits.get(n * 5 + k)) / total);
                }
            }
            assertEquals(expected, loss.item(), 1e-14);
        }
    }

    @Test
    void softCrossEntropyOfOneHotTargetsIsCrossEntropy() {
        try (KernelCase at = new KernelCase("one-hot")) {
            Tensor logits = at.random(2, 3);
            Tensor weight = at.random(2);
            Tensor soft = at.empty(1);
            Tensor hard = at.empty(1);
            POINTWISE.softCrossEntropy(logits, at.of(new double[] {0, 0, 1, 1, 0, 0}, 2, 3), weight, soft);
            POINTWISE.crossEntropy(logits, at.of(new int[] {2, 0}), weight, hard);
            assertEquals(hard.item(), soft.item(), 1e-15);
        }
    }

    @Test
    void absoluteError() {
        try (KernelCase at = new KernelCase("absoluteError")) {
            Tensor a = at.input("a", at.random(2, 3));
            Tensor b = at.random(2, 3);
            Tensor loss = at.output(1);
            at.check(
                    () -> POINTWISE.absoluteError(0.7, a, b, loss),
                    (dy, s) -> POINTWISE.absoluteErrorBackward(0.7, dy[0], a, b, s[0]));
            double expected = 0;
            for (int i = 0; i < 6; i++) {
                expected += 0.7 * Math.abs(a.get(i) - b.get(i));
            }
            assertEquals(expected, loss.item(), 1e-15);
            Tensor one = at.of(new double[] {1}, 1);
            Tensor slope = at.empty(3);
            Tensor x = at.of(new double[] {1, 2, 2}, 3);
            Tensor two = at.of(new double[] {2, 2, -1}, 3);
            POINTWISE.absoluteErrorBackward(0.5, one, x, two, Sink.write(slope));
            assertArrayEquals(new double[] {-0.5, 0, 0.5}, slope.toDoubles());
        }
    }

    @Test
    void huberError() {
        try (KernelCase at = new KernelCase("huberError")) {
            Tensor a = at.input("a", at.random(2, 3));
            Tensor b = at.random(2, 3);
            Tensor loss = at.output(1);
            at.check(
                    () -> POINTWISE.huberError(0.7, 0.4, a, b, loss),
                    (dy, s) -> POINTWISE.huberErrorBackward(0.7, 0.4, dy[0], a, b, s[0]));
            Tensor one = at.of(new double[] {1}, 1);
            Tensor zero = at.of(new double[] {0, 0, 0}, 3);
            Tensor x = at.of(new double[] {-3, 0.5, 2}, 3);
            POINTWISE.huberError(2, 1, x, zero, loss);
            assertEquals(2 * (2.5 + 0.125 + 1.5), loss.item());
            Tensor slope = at.empty(3);
            POINTWISE.huberErrorBackward(2, 1, one, x, zero, Sink.write(slope));
            assertArrayEquals(new double[] {-2, 1, 2}, slope.toDoubles());
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> POINTWISE.huberError(1, 0, x, zero, loss));
            assertEquals("huberError: delta is 0.0; expected a positive number", e.getMessage());
        }
    }

    @Test
    void squaredError() {
        try (KernelCase at = new KernelCase("squaredError")) {
            Tensor a = at.input("a", at.random(2, 3));
            Tensor b = at.random(2, 3);
            Tensor loss = at.output(1);
            at.check(
                    () -> POINTWISE.squaredError(0.7, a, b, loss),
                    (dy, s) -> POINTWISE.squaredErrorBackward(0.7, dy[0], a, b, s[0]));
            double expected = 0;
            for (int i = 0; i < 6; i++) {
                expected += 0.7 * Math.pow(a.get(i) - b.get(i), 2);
            }
            assertEquals(expected, loss.item(), 1e-15);
        }
    }
}
