package unitcell.crystal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The conditions by which Lenstra, Lenstra and Lovasz define a reduced basis. */
class LllReductionTest {
    @Test
    void basesAreReducedAndSpanTheSameLattice() {
        RandomGenerator random = RandomCells.generator(8);
        for (int round = 0; round < 1000; round++) {
            int[] skew = RandomCells.unimodular(random, random.nextInt(20));
            double[] rows = product(skew, RandomCells.lattice(random, 1, 15).matrix());
            LllReduction reduction = LllReduction.of(rows);
            long[] u = reduction.transformation();
            double[] b = reduction.rows();
            assertEquals(1, Math.abs(Lattice.determinant(doubles(u))));
            for (int k = 0; k < 9; k++) {
                int i = k / 3 * 3;
                assertEquals(u[i] * rows[k % 3] + u[i + 1] * rows[3 + k % 3] + u[i + 2] * rows[6 + k % 3], b[k], 1e-9);
            }
            double[] b0 = {b[0], b[1], b[2]};
            double[] b1 = {b[3], b[4], b[5]};
            double[] b2 = {b[6], b[7], b[8]};
            double mu10 = dot(b1, b0) / dot(b0, b0);
            double[] star1 = minus(b1, mu10, b0);
            double mu20 = dot(b2, b0) / dot(b0, b0);
            double mu21 = dot(b2, star1) / dot(star1, star1);
            double[] star2 = minus(minus(b2, mu20, b0), mu21, star1);
            for (double mu : new double[] {mu10, mu20, mu21}) {
                assertTrue(Math.abs(mu) <= 0.5 + 1e-8, "coefficient " + mu);
            }
            assertTrue(dot(star1, star1) >= (0.75 - mu10 * mu10) * dot(b0, b0) * (1 - 1e-8));
            assertTrue(dot(star2, star2) >= (0.75 - mu21 * mu21) * dot(star1, star1) * (1 - 1e-8));
        }
    }

    private static double[] product(int[] u, double[] m) {
        double[] out = new double[9];
        for (int k = 0; k < 9; k++) {
            int i = k / 3 * 3;
            out[k] = u[i] * m[k % 3] + u[i + 1] * m[3 + k % 3] + u[i + 2] * m[6 + k % 3];
        }
        return out;
    }

    private static double[] doubles(long[] u) {
        double[] out = new double[9];
        for (int k = 0; k < 9; k++) {
            out[k] = u[k];
        }
        return out;
    }

    private static double[] minus(double[] v, double times, double[] w) {
        return new double[] {v[0] - times * w[0], v[1] - times * w[1], v[2] - times * w[2]};
    }

    private static double dot(double[] v, double[] w) {
        return v[0] * w[0] + v[1] * w[1] + v[2] * w[2];
    }

    @Test
    void skewBeyondWholeNumbersIsRefused() {
        assertThrows(ArithmeticException.class, () -> LllReduction.of(new double[] {1, 0, 0, 1e30, 1, 0, 0, 0, 1}));
    }
}
