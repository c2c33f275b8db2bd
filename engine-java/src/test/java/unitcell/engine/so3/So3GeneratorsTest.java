package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static unitcell.engine.so3.So3TestSupport.assertClose;
import static unitcell.engine.so3.So3TestSupport.denseWigner;
import static unitcell.engine.so3.So3TestSupport.multiply;
import static unitcell.engine.so3.So3TestSupport.rotation;
import static unitcell.engine.so3.So3TestSupport.transpose;

import java.util.Random;
import org.junit.jupiter.api.Test;

class So3GeneratorsTest {
    private static final int TOP = 11;
    private static final int SIZE = Degrees.count(TOP);
    private final So3Generators generators = new So3Generators(TOP);

    @Test
    void theyAreTheDerivativeOfTheWignerMatrixAtAnyRotation() {
        Random random = new Random(21);
        double eps = 1e-5;
        for (int trial = 0; trial < 3; trial++) {
            double[] r = rotation(random);
            double[] d = denseWigner(r, TOP);
            for (int k = 0; k < 3; k++) {
                double[] plus = denseWigner(multiply(turn(k, eps), r, 3), TOP);
                double[] minus = denseWigner(multiply(turn(k, -eps), r, 3), TOP);
                double[] difference = new double[SIZE * SIZE];
                for (int i = 0; i < difference.length; i++) {
                    difference[i] = (plus[i] - minus[i]) / (2 * eps);
                }
                assertClose(
                        "dD along axis " + k,
                        difference,
                        multiply(generators.axis(k).dense(), d, SIZE),
                        1e-7);
            }
        }
    }

    @Test
    void theyCloseUnderCommutation() {
        for (int k = 0; k < 3; k++) {
            double[] a = generators.axis(k).dense();
            double[] b = generators.axis((k + 1) % 3).dense();
            double[] ab = multiply(a, b, SIZE);
            double[] ba = multiply(b, a, SIZE);
            for (int i = 0; i < ab.length; i++) {
                ab[i] -= ba[i];
            }
            assertClose("[J, J'] = J''", generators.axis((k + 2) % 3).dense(), ab, 1e-13);
        }
    }

    @Test
    void theirSquareIsTheCasimirOperator() {
        double[] sum = new double[SIZE * SIZE];
        for (int k = 0; k < 3; k++) {
            double[] j = generators.axis(k).dense();
            double[] square = multiply(j, j, SIZE);
            for (int i = 0; i < sum.length; i++) {
                sum[i] -= square[i];
            }
        }
        double[] expected = new double[SIZE * SIZE];
        for (int i = 0; i < SIZE; i++) {
            int l = (int) Math.sqrt(i);
            expected[i * SIZE + i] = l * (l + 1);
        }
        assertClose("-J.J = l(l+1)", expected, sum, 1e-12);
    }

    @Test
    void degreeOneIsTheCrossProduct() {
        double[][] expected = {
            {0, 0, 0, 0, 0, -1, 0, 1, 0},
            {0, 0, 1, 0, 0, 0, -1, 0, 0},
            {0, -1, 0, 1, 0, 0, 0, 0, 0}
        };
        So3Generators one = new So3Generators(1);
        for (int k = 0; k < 3; k++) {
            double[] dense = one.axis(k).dense();
            for (int i = 0; i < 9; i++) {
                assertEquals(expected[k][i], dense[(1 + i / 3) * 4 + 1 + i % 3], 1e-15);
            }
        }
    }

    @Test
    void theyAreSparseAndAntisymmetric() {
        for (int k = 0; k < 3; k++) {
            So3Generators.Sparse j = generators.axis(k);
            double[] dense = j.dense();
            double[] negative = transpose(dense, SIZE);
            for (int i = 0; i < negative.length; i++) {
                negative[i] = -negative[i];
            }
            assertClose("J = -J^T", negative, dense, 0);
            int[] rows = j.rows();
            int[] columns = j.columns();
            double[] values = j.values();
            int[] starts = j.rowStarts();
            assertEquals(SIZE + 1, starts.length);
            assertEquals(j.size(), starts[SIZE]);
            for (int e = 0; e < j.size(); e++) {
                assertEquals(dense[rows[e] * SIZE + columns[e]], values[e], 0);
                assertTrue(starts[rows[e]] <= e && e < starts[rows[e] + 1]);
            }
            for (int i = 0; i < SIZE; i++) {
                assertTrue(starts[i + 1] - starts[i] <= 2);
            }
        }
    }

    @Test
    void contractionIsTheBilinearForm() {
        Random random = new Random(22);
        int channels = 3;
        double[] g = random.doubles(1 + SIZE * channels, -1, 1).toArray();
        double[] x = random.doubles(2 + SIZE * channels, -1, 1).toArray();
        for (int k = 0; k < 3; k++) {
            double[] dense = generators.axis(k).dense();
            double expected = 0;
            for (int i = 0; i < SIZE; i++) {
                for (int j = 0; j < SIZE; j++) {
                    for (int c = 0; c < channels; c++) {
                        expected += g[1 + i * channels + c] * dense[i * SIZE + j] * x[2 + j * channels + c];
                    }
                }
            }
            assertEquals(expected, generators.axis(k).contract(g, 1, x, 2, channels), 1e-11);
        }
        assertThrows(IllegalArgumentException.class, () -> generators.axis(3));
    }

    @Test
    void rotationBackDiffersByTheSign() {
        Random random = new Random(23);
        double[] r = rotation(random);
        double[] v = random.doubles(SIZE, -1, 1).toArray();
        double[] g = random.doubles(SIZE, -1, 1).toArray();
        double[] rotated = multiply(denseWigner(r, TOP), g, SIZE);
        double eps = 1e-5;
        for (int k = 0; k < 3; k++) {
            double[] loss = new double[2];
            for (int side = 0; side < 2; side++) {
                double[] turned = multiply(turn(k, side == 0 ? eps : -eps), r, 3);
                double[] z = multiply(transpose(denseWigner(turned, TOP), SIZE), v, SIZE);
                for (int i = 0; i < SIZE; i++) {
                    loss[side] += g[i] * z[i];
                }
            }
            double gradient = -generators.axis(k).contract(rotated, 0, v, 0, 1);
            assertEquals((loss[0] - loss[1]) / (2 * eps), gradient, 1e-6);
        }
    }

    private static double[] turn(int axis, double angle) {
        double c = Math.cos(angle);
        double s = Math.sin(angle);
        return switch (axis) {
            case 0 -> new double[] {1, 0, 0, 0, c, -s, 0, s, c};
            case 1 -> new double[] {c, 0, s, 0, 1, 0, -s, 0, c};
            default -> new double[] {c, -s, 0, s, c, 0, 0, 0, 1};
        };
    }
}
