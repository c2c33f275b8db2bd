package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static unitcell.engine.so3.So3TestSupport.assertClose;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S2GridTest {
    @ParameterizedTest
    @CsvSource({"2,2,18", "2,2,0", "4,2,18", "4,2,0", "4,4,0", "6,2,0"})
    void matricesAreTheReferences(int lmax, int mmax, int resolution) throws IOException {
        Golden golden = Golden.open(
                "d_s2act_l" + lmax + "m" + mmax + "_res" + (resolution == 0 ? "None" : String.valueOf(resolution)));
        S2Grid grid = new S2Grid(lmax, mmax, resolution);
        Golden.Array to = golden.get("to_grid_mat");
        assertEquals(to.shape()[0], grid.latitudes());
        assertEquals(to.shape()[1], grid.longitudes());
        assertEquals(to.shape()[2], grid.layout().size());
        assertClose("to_grid_mat", to.values(), grid.toGrid(), 1e-12);
        assertClose("from_grid_mat", golden.get("from_grid_mat").values(), grid.fromGrid(), 1e-12);

        Golden.Array x = golden.get("x"); // x: [E, K, C]
        Golden.Array roundtrip = golden.get("roundtrip");
        int channels = x.shape()[2];
        for (int e = 0; e < x.shape()[0]; e++) {
            double[] back = fromGrid(grid, toGrid(grid, x.slice(e), channels), channels);
            assertClose("round trip", roundtrip.slice(e), back, 1e-11);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,1,0", "3,3,0", "6,6,0", "6,6,18", "11,11,24", "4,2,18", "6,2,18", "6,4,0", "3,0,8"})
    void roundTripIsExactUpToTheDocumentedFactor(int lmax, int mmax, int resolution) {
        S2Grid grid = new S2Grid(lmax, mmax, resolution);
        CoefficientLayout layout = grid.layout();
        double[] x = new Random(31).doubles(layout.size(), -1, 1).toArray();
        double[] back = fromGrid(grid, toGrid(grid, x, 1), 1);
        for (int i = 0; i < x.length; i++) {
            int l = layout.degrees()[i];
            double factor = l > mmax ? (2 * l + 1) / (2.0 * mmax + 1) : 1;
            assertEquals(factor * x[i], back[i], 1e-12);
        }
    }

    @Test
    void matricesFactoriseExactly() {
        S2Grid grid = new S2Grid(5, 3, 14);
        int size = grid.layout().size();
        int[] orders = grid.layout().orders();
        double[] to = grid.toGrid();
        double[] from = grid.fromGrid();
        double[] trig = grid.longitude();
        for (int i = 0; i < 14; i++) {
            for (int j = 0; j < 14; j++) {
                for (int c = 0; c < size; c++) {
                    double f = trig[j * 7 + 3 + orders[c]];
                    int at = (i * 14 + j) * size + c;
                    assertEquals(to[at], grid.toGridLatitude()[i * size + c] * f, 0);
                    assertEquals(from[at], grid.fromGridLatitude()[i * size + c] * f, 0);
                }
            }
        }
    }

    @Test
    void gridValuesAreThoseOfTheFunction() {
        int lmax = 4;
        S2Grid grid = new S2Grid(lmax, lmax, 0);
        SphericalHarmonics harmonics = new SphericalHarmonics(lmax, SphericalHarmonics.Normalization.COMPONENT);
        double[] x = new Random(32).doubles(grid.layout().size(), -1, 1).toArray();
        double[] values = toGrid(grid, x, 1);
        for (int i = 0; i < grid.latitudes(); i++) {
            for (int j = 0; j < grid.longitudes(); j++) {
                double b = Math.PI * (i + 0.5) / grid.latitudes();
                double a = 2 * Math.PI * j / grid.longitudes();
                double[] y = harmonics.values(Math.sin(b) * Math.sin(a), Math.cos(b), Math.sin(b) * Math.cos(a));
                double expected = 0;
                for (int c = 0; c < x.length; c++) {
                    int l = grid.layout().degrees()[c];
                    expected += x[c] * y[c] / Math.sqrt((2 * l + 1) * (lmax + 1.0));
                }
                assertEquals(expected, values[i * grid.longitudes() + j], 1e-13);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4,2,11", "4,2,8", "4,2,19", "4,2,-2"})
    void resolutionsThatDoNotWorkAreRefusedWithTheRule(int lmax, int mmax, int resolution) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new S2Grid(lmax, mmax, resolution));
        assertTrue(
                e.getMessage().contains("grid resolution is " + resolution)
                        && e.getMessage().contains("even and at least 2*(lmax+1) = 10"),
                e.getMessage());
    }

    private static double[] toGrid(S2Grid grid, double[] x, int channels) {
        return So3TestSupport.multiply(grid.toGrid(), x, x.length / channels);
    }

    private static double[] fromGrid(S2Grid grid, double[] values, int channels) {
        int size = grid.layout().size();
        double[] from = grid.fromGrid();
        double[] out = new double[size * channels];
        for (int p = 0; p < grid.points(); p++) {
            for (int c = 0; c < size; c++) {
                for (int k = 0; k < channels; k++) {
                    out[c * channels + k] += from[p * size + c] * values[p * channels + k];
                }
            }
        }
        return out;
    }
}
