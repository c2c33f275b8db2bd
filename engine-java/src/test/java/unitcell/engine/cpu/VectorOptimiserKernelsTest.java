package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.OptimiserKernels.AdamStep;

/** Parameter updates against the float64 specification. */
class VectorOptimiserKernelsTest {
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

    @Test
    void adamW() {
        for (int size : SIZES) {
            for (long step : new long[] {1, 2, 1000}) {
                Parity.Case c = parity.call("adamW " + size + " step " + step);
                int p = c.inOut(c.normal(size), size);
                int g = c.input(size);
                int m = c.inOut(c.normal(size), size);
                double[] squares = c.normal(size);
                for (int i = 0; i < size; i++) {
                    squares[i] = squares[i] * squares[i] + 0.01;
                }
                int v = c.inOut(squares, size);
                AdamStep hyper = new AdamStep(1e-3, 0.9, 0.999, 1e-8, 0.05, step, 0.7);
                c.run(Parity.FORWARD, (k, a) -> k.optimiser().adamW(hyper, a.get(p), a.get(g), a.get(m), a.get(v)));
            }
        }
    }

    @Test
    void manyAdamStepsStayTogether() {
        Parity.Case c = parity.call("300 adamW steps");
        int p = c.inOut(c.normal(100), 100);
        int g = c.input(100);
        int m = c.inOut(new double[100], 100);
        int v = c.inOut(new double[100], 100);
        c.run(1e-4, (k, a) -> {
            for (int step = 1; step <= 300; step++) {
                AdamStep hyper = new AdamStep(1e-3, 0.9, 0.999, 1e-8, 0.01, step, step % 7 == 0 ? -1 : 1);
                k.optimiser().adamW(hyper, a.get(p), a.get(g), a.get(m), a.get(v));
            }
        });
    }

    @Test
    void clip() {
        for (int size : SIZES) {
            Parity.Case c = parity.call("clip " + size);
            int values = c.inOut(c.normal(size), size);
            // Every result is an element or the limit, which float32 has exactly: nothing to round.
            c.run(1e-12, (k, a) -> k.optimiser().clip(0.75, a.get(values)));
        }
        Parity.Case c = parity.call("clip of what is not a number");
        int values = c.inOut(new double[] {1, Double.NaN, -2}, 3);
        c.run(1e-12, (k, a) -> {
            k.optimiser().clip(0.75, a.get(values));
            assertArrayEquals(
                    new double[] {0.75, Double.NaN, -0.75}, a.get(values).toDoubles());
            k.pointwise().fill(a.get(values), 0); // what is not a number cannot be compared
        });
    }

    @Test
    void movingAverageHasNoLastingError() {
        for (int size : SIZES) {
            Parity.Case c = parity.call("exponentialMovingAverage " + size);
            int value = c.input(size);
            int average = c.inOut(c.normal(size), size);
            c.run(
                    Parity.FORWARD,
                    (k, a) -> k.optimiser().exponentialMovingAverage(0.999, a.get(value), a.get(average)));
        }
        Parity.Case c = parity.call("constant average");
        double[] same = c.normal(50);
        int value = c.input(same, 50);
        int average = c.inOut(same, 50);
        c.run(1e-12, (k, a) -> {
            for (int i = 0; i < 1000; i++) {
                k.optimiser().exponentialMovingAverage(0.9999, a.get(value), a.get(average));
            }
        });
    }

    @Test
    @Tag("cpu")
    void sumOfSquaresIsExactToFloat64() {
        try (Buffers buffers = new Buffers(5);
                VectorKernels one = new VectorKernels(1);
                VectorKernels three = new VectorKernels(3)) {
            for (int size : SIZES) {
                Tensor x = buffers.random(size);
                double expected = 0;
                for (double v : x.toDoubles()) {
                    expected += v * v;
                }
                Tensor out = buffers.wide();
                one.optimiser().sumOfSquares(x, out);
                double first = out.item();
                assertEquals(expected, first, 1e-12 * expected);
                three.optimiser().sumOfSquares(x, out);
                assertEquals(first, out.item());
                Tensor narrow = buffers.poisoned(1);
                one.optimiser().sumOfSquares(x, narrow);
                assertEquals((float) first, narrow.item());
            }
            double[] huge = new double[100];
            Arrays.fill(huge, -Float.MAX_VALUE);
            Tensor x = buffers.poisoned(100).copyFrom(huge);
            Tensor out = buffers.wide();
            one.optimiser().sumOfSquares(x, out);
            assertEquals(100 * (double) Float.MAX_VALUE * Float.MAX_VALUE, out.item(), 1e65);
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                huge[97] = bad;
                one.optimiser().sumOfSquares(x.copyFrom(huge), out);
                assertFalse(Double.isFinite(out.item()));
            }
        }
    }
}
