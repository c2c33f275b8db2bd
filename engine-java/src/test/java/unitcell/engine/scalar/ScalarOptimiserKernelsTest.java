package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.OptimiserKernels.AdamStep;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;

/** Parameter updates: Adam against the closed form for a constant gradient and against weights summed by hand. */
class ScalarOptimiserKernelsTest {
    private static final OptimiserKernels OPTIMISER = new ScalarKernels().optimiser();

    @Test
    void adamWithAConstantGradientMovesByTheRate() {
        try (KernelCase at = new KernelCase("adamW constant")) {
            Tensor p = at.of(new double[] {1, -2}, 2);
            Tensor g = at.of(new double[] {6, -8}, 2);
            Tensor m = at.empty(2).zero();
            Tensor v = at.empty(2).zero();
            for (int t = 1; t <= 5; t++) {
                // Bias-corrected means of a constant are the constant: every step is rate * g / (|g| + eps).
                OPTIMISER.adamW(new AdamStep(0.1, 0.9, 0.99, 0, 0, t, 0.5), p, g, m, v);
                assertArrayEquals(new double[] {1 - 0.1 * t, -2 + 0.1 * t}, p.toDoubles(), 1e-13);
            }
        }
    }

    @Test
    void adamWeighsTheHistoryOfGradients() {
        double rate = 0.01;
        double beta1 = 0.8;
        double beta2 = 0.95;
        double eps = 1e-2;
        double decay = 0.3;
        double scale = 0.25;
        double[] history = {1.5, -0.7, 3, 0.2};
        try (KernelCase at = new KernelCase("adamW history")) {
            Tensor p = at.of(new double[] {0.4}, 1);
            Tensor m = at.empty(1).zero();
            Tensor v = at.empty(1).zero();
            double expected = 0.4;
            for (int t = 1; t <= history.length; t++) {
                double weight1 = 0;
                double weight2 = 0;
                double first = 0;
                double second = 0;
                for (int s = 0; s < t; s++) {
                    weight1 += Math.pow(beta1, t - 1 - s);
                    weight2 += Math.pow(beta2, t - 1 - s);
                    first += Math.pow(beta1, t - 1 - s) * scale * history[s];
                    second += Math.pow(beta2, t - 1 - s) * Math.pow(scale * history[s], 2);
                }
                expected -= rate * decay * expected;
                expected -= rate * (first / weight1) / (Math.sqrt(second / weight2) + eps);
                Tensor g = at.of(new double[] {history[t - 1]}, 1);
                OPTIMISER.adamW(new AdamStep(rate, beta1, beta2, eps, decay, t, scale), p, g, m, v);
                assertEquals(expected, p.item(), 1e-14);
            }
        }
    }

    @Test
    void clipHoldsToBothLimitsAndKeepsWhatIsNotANumber() {
        try (KernelCase at = new KernelCase("clip")) {
            Tensor x = at.of(new double[] {-3, -0.25, 0, 0.25, 3, Double.NaN, Double.NEGATIVE_INFINITY}, 7);
            OPTIMISER.clip(0.25, x);
            assertArrayEquals(new double[] {-0.25, -0.25, 0, 0.25, 0.25, Double.NaN, -0.25}, x.toDoubles());
            assertThrows(IllegalArgumentException.class, () -> OPTIMISER.clip(0, x));
        }
    }

    @Test
    void averageMovesByOneMinusDecay() {
        try (KernelCase at = new KernelCase("average")) {
            Tensor average = at.of(new double[] {1, 2}, 2);
            OPTIMISER.exponentialMovingAverage(0.75, at.of(new double[] {5, -2}, 2), average);
            assertArrayEquals(new double[] {2, 1}, average.toDoubles());
        }
    }

    @Test
    void sumOfSquaresOfLargeFloatsIsFiniteInDouble() {
        MemoryPool pool = new MemoryPool(new NativeMemory(), true);
        try (Scope scope = new Scope(pool, "test")) {
            Tensor x = scope.of(DType.F32, new double[] {1e30, -1e30, 3}, 3);
            Tensor out = scope.empty(DType.F64, 1);
            OPTIMISER.sumOfSquares(x, out);
            assertEquals(2e60, out.item(), 1e54);
            x.set(2, Double.NaN);
            OPTIMISER.sumOfSquares(x, out);
            assertEquals(Double.NaN, out.item());
            x.set(2, Double.NEGATIVE_INFINITY);
            OPTIMISER.sumOfSquares(x, out);
            assertEquals(Double.POSITIVE_INFINITY, out.item());
            assertThrows(IllegalArgumentException.class, () -> OPTIMISER.sumOfSquares(x, scope.empty(DType.F64, 2)));
        }
        pool.close();
    }
}
