package unitcell.engine.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The inverse normal distribution against the distribution function itself, computed by two other expansions. */
class NormalQuantileTest {
    @Test
    void invertsTheDistributionFunction() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 20_000; i++) {
            // Half of the trials spread over the decades of the lower tail.
            double p = i % 2 == 0 ? random.nextDouble(1e-9, 1.0) : Math.pow(10.0, -random.nextDouble(0.3, 15.5));
            double z = NormalQuantile.of(p);
            // A relative error e of z moves p by e z phi(z), about e z^2 p in the tail; plus what distribution() itself
            // loses.
            double expected = distribution(z);
            assertEquals(1.0, p / expected, 4e-14 * (1 + z * z), "p = " + p);
        }
    }

    @Test
    void agreesWithValuesOfPythonsStatisticsModule() {
        double[][] pairs = {
            {0x1p-53, -8.209536151601386}, {1e-12, -7.034483825301132}, {1e-5, -4.2648907939228256},
            {0.001, -3.090232306167813}, {0.02, -2.0537489106318225}, {0.07, -1.4757910281791702},
            {0.0750001, -1.4395307645017297}, {0.25, -0.6744897501960817}, {0.4, -0.2533471031357998},
            {0.6, 0.2533471031357998}, {0.9249, 1.4388253927525403}
        };
        for (double[] pair : pairs) {
            assertEquals(pair[1], NormalQuantile.of(pair[0]), 4e-15 * Math.abs(pair[1]), "p = " + pair[0]);
        }
    }

    @Test
    void isExactlyOddAroundOneHalf() {
        assertEquals(0.0, NormalQuantile.of(0.5));
        for (int k = 1; k < 1000; k++) {
            double p = k * 0x1p-12;
            assertEquals(-NormalQuantile.of(1.0 - p), NormalQuantile.of(p));
        }
    }

    @Test
    void isMonotoneAcrossItsBranches() {
        // The branches meet at p = 0.075 and at p = exp(-25).
        for (double joint : new double[] {0.075, Math.exp(-25), 0.925}) {
            double previous = NormalQuantile.of(joint * (1 - 1e-9));
            for (int i = -99; i < 100; i++) {
                double next = NormalQuantile.of(joint * (1 + i * 1e-11));
                assertTrue(next >= previous - 1e-14, "falls at " + joint + " + " + i);
                previous = next;
            }
        }
    }

    @Test
    void logarithmAgreesWithStrictMath() {
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 20_000; i++) {
            double x = Math.scalb(random.nextDouble(1.0, 2.0), random.nextInt(-1000, 1000));
            double reference = StrictMath.log(x);
            assertEquals(reference, NormalQuantile.log(x), 2 * Math.ulp(reference), "x = " + x);
        }
    }

    @Test
    void refusesWhatIsNoProbability() {
        for (double p : new double[] {0.0, 1.0, -0.1, 1.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> NormalQuantile.of(p));
        }
    }

    /** P(Z <= z): Taylor-like series near 0, Laplace's continued fraction for the tails. */
    static double distribution(double z) {
        double density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
        if (Math.abs(z) < 2.5) {
            double term = z;
            double sum = z;
            for (int k = 1; k < 200; k++) {
                term *= z * z / (2 * k + 1);
                sum += term;
            }
            return 0.5 + density * sum;
        }
        double fraction = Math.abs(z);
        for (int k = 400; k >= 1; k--) {
            fraction = Math.abs(z) + k / fraction;
        }
        return z < 0 ? density / fraction : 1 - density / fraction;
    }
}
