package unitcell.trainer.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;

class InstanceNoiseTest {
    private final Crystal crystal =
            CrystalsForTests.crystal(new Random(2), "c", 400).wrapped();

    /** Displacements in units of the shortest distance. */
    private double[] steps(InstanceNoise noise, long seed, long epoch) {
        double[] before = crystal.frac();
        double[] after = noise.apply(crystal, seed, epoch).frac();
        double[] step = new double[before.length];
        for (int i = 0; i < step.length; i++) {
            step[i] = after[i] - before[i];
            step[i] -= Math.rint(step[i]);
        }
        double scale = crystal.minimumDistance();
        return Arrays.stream(crystal.lattice().toCartesian(step))
                .map(x -> x / scale)
                .toArray();
    }

    private static double deviation(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).average().orElseThrow());
    }

    @Test
    void uniformFillsItsInterval() {
        double[] steps = steps(new InstanceNoise(0.01, InstanceNoise.Shape.UNIFORM), 1, 0);
        double largest = Arrays.stream(steps).map(Math::abs).max().orElseThrow();
        assertTrue(largest <= 0.01 * (1 + 1e-9) && largest > 0.0098, "up to " + largest);
        // 1200 numbers: the deviation of a uniform variable on [-1, 1] is 1/sqrt(3), known to 1.3 % (one sigma).
        assertEquals(0.01 / Math.sqrt(3), deviation(steps), 0.05 * 0.01);
        assertEquals(0, Arrays.stream(steps).average().orElseThrow(), 4 * 0.01 / Math.sqrt(3 * 1200));
    }

    @Test
    void normalHasItsDeviation() {
        double[] steps = steps(new InstanceNoise(0.01, InstanceNoise.Shape.NORMAL), 1, 0);
        assertEquals(0.01, deviation(steps), 0.1 * 0.01);
        assertTrue(Arrays.stream(steps).map(Math::abs).max().orElseThrow() > 0.02);
    }

    @Test
    void isAFunctionOfSeedEpochAndId() {
        InstanceNoise noise = new InstanceNoise(0.01, InstanceNoise.Shape.UNIFORM);
        assertArrayEquals(steps(noise, 1, 3), steps(noise, 1, 3));
        assertFalse(Arrays.equals(steps(noise, 1, 3), steps(noise, 1, 4)));
        assertFalse(Arrays.equals(steps(noise, 1, 3), steps(noise, 2, 3)));
        assertSame(crystal, new InstanceNoise(0, InstanceNoise.Shape.UNIFORM).apply(crystal, 1, 3));
    }
}
