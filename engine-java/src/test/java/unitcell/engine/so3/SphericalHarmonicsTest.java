package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static unitcell.engine.so3.So3TestSupport.assertClose;
import static unitcell.engine.so3.So3TestSupport.unit;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.engine.so3.SphericalHarmonics.Normalization;

class SphericalHarmonicsTest {
    private static final double[][] AXES = {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}};

    @ParameterizedTest
    @EnumSource(Normalization.class)
    void valuesAreTheReferences(Normalization normalization) throws IOException {
        Golden golden = Golden.open("a_spherical_harmonics");
        Golden.Array vec = golden.get("vec");
        SphericalHarmonics harmonics = new SphericalHarmonics(6, normalization);
        for (int l = 0; l <= 6; l++) {
            Golden.Array y = golden.get("Y" + l + "_" + normalization.name().toLowerCase(Locale.ROOT));
            for (int i = 0; i < vec.shape()[0]; i++) {
                double[] v = vec.slice(i);
                double[] all = harmonics.values(3 * v[0], 3 * v[1], 3 * v[2]);
                assertClose("Y" + l, y.slice(i), Arrays.copyOfRange(all, l * l, (l + 1) * (l + 1)), 1e-12);
            }
        }
    }

    @Test
    void gradientsAreTheReferences() throws IOException {
        Golden golden = Golden.open("a_spherical_harmonics");
        Golden.Array vec = golden.get("vec");
        SphericalHarmonics harmonics = new SphericalHarmonics(6, Normalization.COMPONENT);
        for (int l = 0; l <= 6; l++) {
            Golden.Array coefficient = golden.get("gradcoef" + l);
            Golden.Array gradient = golden.get("gradvec" + l);
            for (int i = 0; i < vec.shape()[0]; i++) {
                double[] v = vec.slice(i);
                double[] cotangent = new double[harmonics.size()];
                System.arraycopy(coefficient.slice(i), 0, cotangent, l * l, 2 * l + 1);
                double[] g = harmonics.gradient(1.7 * v[0], 1.7 * v[1], 1.7 * v[2], cotangent);
                assertClose("gradient of degree " + l, gradient.slice(i), g, 1e-11);
            }
        }
    }

    @Test
    void gradientsMatchCentralDifferencesAlsoAtThePoles() {
        SphericalHarmonics harmonics = new SphericalHarmonics(11, Normalization.NORM);
        Random random = new Random(1);
        double[][] points = Arrays.copyOf(AXES, 10);
        for (int i = 6; i < 10; i++) {
            points[i] = unit(random);
        }
        double eps = 1e-5;
        for (double[] p : points) {
            double[] jacobian = harmonics.jacobian(2 * p[0], 2 * p[1], 2 * p[2]);
            for (int k = 0; k < 3; k++) {
                double[] high = {2 * p[0], 2 * p[1], 2 * p[2]};
                double[] low = high.clone();
                high[k] += eps;
                low[k] -= eps;
                double[] plus = harmonics.values(high[0], high[1], high[2]);
                double[] minus = harmonics.values(low[0], low[1], low[2]);
                for (int i = 0; i < harmonics.size(); i++) {
                    assertEquals((plus[i] - minus[i]) / (2 * eps), jacobian[3 * i + k], 2e-8);
                }
            }
        }
    }

    @Test
    void theyAreOrthonormalOnTheSphere() {
        // The 48 x 48 grid integrates products of harmonics up to degree 11 + 11 exactly.
        int lmax = 11;
        S2Grid grid = new S2Grid(lmax, lmax, 48);
        SphericalHarmonics harmonics = new SphericalHarmonics(lmax, Normalization.INTEGRAL);
        int size = harmonics.size();
        double[] gram = new double[size * size];
        for (int b = 0; b < 48; b++) {
            double beta = Math.PI * (b + 0.5) / 48;
            double weight = grid.fromGridLatitude()[b * size] / Math.sqrt(lmax + 1) * 4 * Math.PI;
            for (int a = 0; a < 48; a++) {
                double alpha = 2 * Math.PI * a / 48;
                double[] y = harmonics.values(
                        Math.sin(beta) * Math.sin(alpha), Math.cos(beta), Math.sin(beta) * Math.cos(alpha));
                for (int i = 0; i < size; i++) {
                    for (int j = 0; j < size; j++) {
                        gram[i * size + j] += weight * y[i] * y[j];
                    }
                }
            }
        }
        assertClose("Gram matrix", So3TestSupport.identity(size), gram, 1e-13);
    }

    @Test
    void normalisationsAndParityHold() {
        Random random = new Random(2);
        double[] n = unit(random);
        for (Normalization normalization : Normalization.values()) {
            double[] y = new SphericalHarmonics(11, normalization).values(n[0], n[1], n[2]);
            double[] opposite = new SphericalHarmonics(11, normalization).values(-n[0], -n[1], -n[2]);
            for (int l = 0; l <= 11; l++) {
                double sum = 0;
                for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                    sum += y[i] * y[i];
                    assertEquals(l % 2 == 0 ? y[i] : -y[i], opposite[i], 1e-13);
                }
                double expected = switch (normalization) {
                    case COMPONENT -> 2 * l + 1;
                    case NORM -> 1;
                    case INTEGRAL -> (2 * l + 1) / (4 * Math.PI);
                };
                assertEquals(1, sum / expected, 1e-13);
            }
        }
    }

    @Test
    void vectorsWithoutDirectionAreRefused() {
        SphericalHarmonics harmonics = new SphericalHarmonics(2, Normalization.NORM);
        for (double bad : new double[] {0, Double.NaN, Double.POSITIVE_INFINITY}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> harmonics.values(0, bad, 0));
            assertTrue(e.getMessage().contains("(0.0, " + bad + ", 0.0)"), e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> new SphericalHarmonics(-1, Normalization.NORM));
    }
}
