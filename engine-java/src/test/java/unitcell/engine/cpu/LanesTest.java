package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Elementary functions against java.lang.Math in float64, and masked access against memory that must not be touched. */
@Tag("cpu")
class LanesTest {
    /** Largest error in units in the last place of the exact result, over a sweep that covers the whole range. */
    private static double worstUlp(
            double from, double to, UnaryOperator<FloatVector> function, DoubleUnaryOperator exact, float scale) {
        double worst = 0;
        int steps = 200_000;
        float[] x = new float[Lanes.WIDTH];
        for (int i = 0; i < steps; i += Lanes.WIDTH) {
            for (int k = 0; k < Lanes.WIDTH; k++) {
                x[k] = (float) (from + (to - from) * (i + k) / steps);
            }
            FloatVector y = function.apply(FloatVector.fromArray(Lanes.F, x, 0));
            for (int k = 0; k < Lanes.WIDTH; k++) {
                double expected = exact.applyAsDouble(x[k]);
                double unit = Math.max(Math.ulp((float) expected), scale);
                worst = Math.max(worst, Math.abs(y.lane(k) - expected) / unit);
            }
        }
        return worst;
    }

    private static void assertUlp(double allowed, double found) {
        assertTrue(found < allowed, "off by " + found + " units in the last place; allowed are " + allowed);
    }

    @Test
    void exponentialIsAccurateOverTheNormalRange() {
        assertUlp(1.2, worstUlp(-86.8, 88.7228, Lanes::exp, Math::exp, 0));
        assertUlp(1.2, worstUlp(-1e-3, 1e-3, Lanes::exp, Math::exp, 0));
    }

    @Test
    void exponentialAtTheEdges() {
        float[] x = {
            Float.NaN,
            Float.intBitsToFloat(-1), // a NaN with every payload bit set, as poisoned memory holds
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            88.723f,
            1e30f,
            -87.0f,
            -1e30f,
            0f,
            -0f,
            Float.MIN_VALUE
        };
        float[] expected = {
            Float.NaN,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            0,
            Float.POSITIVE_INFINITY,
            Float.POSITIVE_INFINITY,
            0,
            0,
            1,
            1,
            1
        };
        for (int i = 0; i < x.length; i++) {
            assertEquals(expected[i], Lanes.exp(Lanes.broadcast(x[i])).lane(0), "exp(" + x[i] + ")");
        }
        assertEquals(Math.exp(88.7228f), Lanes.exp(Lanes.broadcast(88.7228f)).lane(0), 1e-6 * Float.MAX_VALUE);
    }

    @Test
    void sigmoidAndSiluAreAccurate() {
        DoubleUnaryOperator sigmoid = v -> 1 / (1 + Math.exp(-v));
        assertUlp(3, worstUlp(-80, 80, Lanes::sigmoid, sigmoid, 0));
        assertUlp(3, worstUlp(-80, 80, Lanes::silu, v -> v * sigmoid.applyAsDouble(v), 0));
        DoubleUnaryOperator slope = v -> sigmoid.applyAsDouble(v) * (1 + v * (1 - sigmoid.applyAsDouble(v)));
        // s (1 + x (1 - s)) cancels near -1.28: its error is measured in units of 1, nearly the largest value.
        assertUlp(3, worstUlp(-80, 80, Lanes::siluDerivative, slope, 0x1p-23f));
        assertEquals(0, Lanes.silu(Lanes.broadcast(-1e4f)).lane(0), 1e-30);
        assertEquals(1e4f, Lanes.silu(Lanes.broadcast(1e4f)).lane(0));
    }

    @Test
    void masksCoverExactlyTheTail() {
        try (Workers workers = new Workers(1)) {
            long address = workers.scratch().floats(2L * Lanes.WIDTH);
            for (int count = 0; count <= Lanes.WIDTH; count++) {
                for (int i = 0; i < 2 * Lanes.WIDTH; i++) {
                    Lanes.setAt(address, i, i + 1);
                }
                assertEquals(count * (count + 1) / 2f, Lanes.sum(Lanes.load(address, Lanes.first(count))));
                Lanes.store(address, Lanes.broadcast(-1), Lanes.first(count));
                for (int i = 0; i < 2 * Lanes.WIDTH; i++) {
                    assertEquals(i < count ? -1 : i + 1, Lanes.getAt(address, i));
                }
            }
        }
    }

    @Test
    void wholeRoundsDown() {
        assertEquals(0, Lanes.whole(Lanes.WIDTH - 1));
        assertEquals(3L * Lanes.WIDTH, Lanes.whole(3L * Lanes.WIDTH + 1));
    }

    @Test
    void checkedRangesRefuseWhatWasNotGiven() {
        Ranges.allow(1 << 20, 256);
        Ranges.check((1 << 20) + 192, 64);
        assertThrows(IndexOutOfBoundsException.class, () -> Ranges.check((1 << 20) + 193, 64));
        assertThrows(IndexOutOfBoundsException.class, () -> Ranges.check((1 << 20) - 4, 4));
    }

    /** Interpreted and compiled code must add in the same order, or a run would depend on when methods are compiled. */
    @Test
    void sumIsTheSameBeforeAndAfterCompilation() {
        float[] x = new float[Lanes.WIDTH];
        float[] expected = new float[64];
        Random random = new Random(5);
        float[] all = new float[64 * Lanes.WIDTH];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) (random.nextGaussian() * Math.exp(5 * random.nextGaussian()));
        }
        for (int k = 0; k < 64; k++) {
            System.arraycopy(all, k * Lanes.WIDTH, x, 0, Lanes.WIDTH);
            for (int step = Lanes.WIDTH / 2; step > 0; step /= 2) {
                for (int i = 0; i < step; i++) {
                    x[i] += x[i + step];
                }
            }
            expected[k] = x[0];
        }
        for (int repeat = 0; repeat < 2000; repeat++) {
            for (int k = 0; k < 64; k++) {
                FloatVector v = FloatVector.fromArray(Lanes.F, all, k * Lanes.WIDTH);
                assertEquals(expected[k], Lanes.sum(v), 0);
            }
        }
    }
}
