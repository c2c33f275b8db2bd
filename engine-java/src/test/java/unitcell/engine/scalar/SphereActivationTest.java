package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.SphericalKernels;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.S2Grid;
import unitcell.engine.so3.WignerD;

/** Activations on the sphere and by gates: values point by point, equivariance, gradients by differences. */
class SphereActivationTest {
    private static final SphericalKernels SPHERICAL = new ScalarKernels().spherical();

    /** A grid of arbitrary matrices: the kernel must not assume that they belong to a sphere. */
    private static S2GridTensors arbitrary(KernelCase at, int points, int coefficients) {
        return new S2GridTensors(
                points,
                1,
                0,
                new int[coefficients],
                at.random(points, coefficients),
                at.random(points, coefficients),
                null,
                null,
                null);
    }

    @ParameterizedTest
    @CsvSource({"3,5,4,2,true", "2,5,4,3,false", "1,1,1,1,true", "0,3,2,2,true"})
    void s2Activation(int rows, int points, int coefficients, int channels, boolean separable) {
        try (KernelCase at = new KernelCase("s2Activation")) {
            S2GridTensors grid = arbitrary(at, points, coefficients);
            Tensor x = at.input("x", at.random(rows, coefficients, channels));
            Columns scalars =
                    separable ? at.input("scalars", new Columns(at.random(rows, channels + 3), 1, channels)) : null;
            Tensor y = at.output(rows, coefficients, channels);
            at.check(
                    () -> SPHERICAL.s2Activation(grid, x, scalars, y),
                    (dy, s) -> SPHERICAL.s2ActivationBackward(
                            grid,
                            dy[0],
                            x,
                            scalars,
                            s[0],
                            separable && s[1] != null ? new Columns(s[1].tensor(), 1, channels) : null,
                            separable && s[1] != null && s[1].add()));

            for (int i = 0; i < y.size(); i++) {
                int c = i % channels;
                int k = i / channels % coefficients;
                int n = i / channels / coefficients;
                double sum = 0;
                for (int g = 0; g < points; g++) {
                    double value = 0;
                    for (int q = 0; q < coefficients; q++) {
                        value += grid.toGrid().get(g * coefficients + q) * x.get((n * coefficients + q) * channels + c);
                    }
                    sum += grid.fromGrid().get(g * coefficients + k) * value * (1 + Math.tanh(value / 2)) / 2;
                }
                if (separable && k == 0) {
                    double value = scalars.tensor().get(n * (channels + 3) + 1 + c);
                    sum = value * (1 + Math.tanh(value / 2)) / 2;
                }
                assertEquals(sum, y.get(i), 1e-14);
            }
        }
    }

    /** On a fine grid the activation commutes with every rotation, up to the aliasing of SiLU, which is small here. */
    @Test
    void s2ActivationCommutesWithRotations() {
        int lmax = 2;
        S2Grid fine = new S2Grid(lmax, lmax, 40);
        double[] blocks = new double[WignerD.packedSize(lmax)];
        WignerD.fromQuaternion(0.9, 0.3, -0.4, 0.2, lmax, blocks);
        double[] d = WignerD.dense(blocks, lmax);
        try (KernelCase at = new KernelCase("rotation")) {
            S2GridTensors grid = new S2GridTensors(
                    fine.latitudes(),
                    fine.longitudes(),
                    lmax,
                    fine.layout().orders(),
                    at.of(fine.toGrid(), fine.points(), 9),
                    at.of(fine.fromGrid(), fine.points(), 9),
                    null,
                    null,
                    null);
            Tensor x = at.random(1, 9, 1);
            Tensor y = at.empty(1, 9, 1);
            SPHERICAL.s2Activation(grid, x, null, y);
            Tensor ofRotated = at.empty(1, 9, 1);
            SPHERICAL.s2Activation(grid, at.of(product(d, x.toDoubles()), 1, 9, 1), null, ofRotated);
            assertArrayEquals(product(d, y.toDoubles()), ofRotated.toDoubles(), 1e-9);
        }
    }

    private static double[] product(double[] d, double[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += d[i * x.length + j] * x[j];
            }
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void gateActivation(int rows) {
        int channels = 3;
        SphericalLayout layout = SphericalLayout.of(2, 1);
        int[] degrees = layout.degrees();
        try (KernelCase at = new KernelCase("gateActivation")) {
            Tensor x = at.input("x", at.random(rows, degrees.length, channels));
            Columns gates = at.input("gates", new Columns(at.random(rows, 2 * channels + 3), 2, 2 * channels));
            Tensor y = at.output(rows, degrees.length, channels);
            at.check(
                    () -> SPHERICAL.gateActivation(degrees, x, gates, y),
                    (dy, s) -> SPHERICAL.gateActivationBackward(
                            degrees,
                            dy[0],
                            x,
                            gates,
                            s[0],
                            s[1] == null ? null : new Columns(s[1].tensor(), 2, 2 * channels),
                            s[1] != null && s[1].add()));
            for (int i = 0; i < y.size(); i++) {
                int c = i % channels;
                int l = degrees[i / channels % degrees.length];
                int n = i / channels / degrees.length;
                double argument =
                        l == 0 ? x.get(i) : gates.tensor().get(n * (2 * channels + 3) + 2 + (l - 1) * channels + c);
                assertEquals(x.get(i) * (1 + Math.tanh(argument / 2)) / 2, y.get(i), 1e-15);
            }
        }
    }

    @Test
    void gateActivationOfScalarsNeedsNoGates() {
        try (KernelCase at = new KernelCase("gate L0")) {
            Tensor x = at.random(2, 1, 3);
            Tensor y = at.empty(2, 1, 3);
            SPHERICAL.gateActivation(new int[] {0}, x, new Columns(at.empty(2, 4), 4, 0), y);
            Tensor silu = at.empty(2, 1, 3);
            new ScalarKernels().pointwise().silu(x, silu);
            assertArrayEquals(silu.toDoubles(), y.toDoubles());
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> SPHERICAL.gateActivation(
                            new int[] {0, 1, 1, 1},
                            at.random(2, 4, 3),
                            new Columns(at.random(2, 2), 0, 2),
                            at.empty(2, 4, 3)));
            assertEquals(
                    "gateActivation: gates is Columns[tensor=F64[2, 2], from=0, count=2]; expected 3 columns of F64[2, *]",
                    e.getMessage());
        }
    }
}
