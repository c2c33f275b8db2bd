package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.WignerD;

/** Norms: what they must make of any input (mean, variance, equivariance), gradients by differences. */
class ScalarNormKernelsTest {
    private static final NormKernels NORM = new ScalarKernels().norm();
    private static final double EPS = 1e-3;

    @ParameterizedTest
    @CsvSource({"3,5", "1,1", "0,4", "2,2"})
    void layerNorm(int rows, int channels) {
        try (KernelCase at = new KernelCase("layerNorm")) {
            Tensor x = at.input("x", at.random(rows, channels));
            Tensor gamma = at.input("gamma", at.random(channels));
            Tensor beta = at.input("beta", at.random(channels));
            Tensor y = at.output(rows, channels);
            at.check(
                    () -> NORM.layerNorm(x, gamma, beta, EPS, y),
                    (dy, s) -> NORM.layerNormBackward(dy[0], x, gamma, EPS, s[0], s[1], s[2]));
            for (int r = 0; r < rows; r++) {
                double mean = 0;
                double square = 0;
                for (int c = 0; c < channels; c++) {
                    mean += x.get(r * channels + c) / channels;
                    square += x.get(r * channels + c) * x.get(r * channels + c) / channels;
                }
                for (int c = 0; c < channels; c++) {
                    double normalised = (x.get(r * channels + c) - mean) / Math.sqrt(square - mean * mean + EPS);
                    assertEquals(normalised * gamma.get(c) + beta.get(c), y.get(r * channels + c), 1e-13);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3,5", "1,1", "0,4"})
    void layerNormSilu(int rows, int channels) {
        try (KernelCase at = new KernelCase("layerNormSilu")) {
            Tensor x = at.input("x", at.random(rows, channels));
            Tensor gamma = at.input("gamma", at.random(channels));
            Tensor beta = at.input("beta", at.random(channels));
            Tensor y = at.output(rows, channels);
            at.check(
                    () -> NORM.layerNormSilu(x, gamma, beta, EPS, y),
                    (dy, s) -> NORM.layerNormSiluBackward(dy[0], x, gamma, beta, EPS, s[0], s[1], s[2]));
            Tensor plain = at.empty(rows, channels);
            NORM.layerNorm(x, gamma, beta, EPS, plain);
            for (int i = 0; i < y.size(); i++) {
                assertEquals(plain.get(i) * (1 + Math.tanh(plain.get(i) / 2)) / 2, y.get(i), 1e-15);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EquivariantNorm.class)
    void equivariantNorm(EquivariantNorm kind) {
        check(kind, 3, 2, 3);
        check(kind, 1, 0, 4);
        check(kind, 2, 1, 1);
        check(kind, 0, 2, 2);
        check(kind, 1, 4, 3);
    }

    private static void check(EquivariantNorm kind, int nodes, int lmax, int channels) {
        int coefficients = (lmax + 1) * (lmax + 1);
        try (KernelCase at = new KernelCase(kind.key() + " L" + lmax)) {
            Tensor x = at.input("x", at.random(nodes, coefficients, channels));
            Tensor gamma0 = at.input("gamma0", at.random(channels));
            Tensor gamma = at.input("gamma", at.random(lmax, channels));
            Tensor beta = at.input("beta", at.random(channels));
            Tensor y = at.output(nodes, coefficients, channels);
            at.check(
                    () -> NORM.equivariantNorm(kind, lmax, EPS, x, gamma0, gamma, beta, y),
                    (dy, s) -> NORM.equivariantNormBackward(
                            kind, lmax, EPS, dy[0], x, gamma0, gamma, s[0], s[1], s[2], s[3]));
        }
    }

    /** With unit scale, no shift and eps 0 the statistics that a kind shares out are 1 and the l=0 mean is 0. */
    @ParameterizedTest
    @EnumSource(EquivariantNorm.class)
    void statisticsOfTheResult(EquivariantNorm kind) {
        int lmax = 3;
        int channels = 4;
        try (KernelCase at = new KernelCase("statistics")) {
            Tensor y = normalised(at, kind, lmax, at.random(1, 16, channels));
            double mean = 0;
            double[] power = new double[lmax + 1]; // mean over m and c of y^2
            for (int c = 0; c < channels; c++) {
                mean += y.get(c);
            }
            for (int l = 0; l <= lmax; l++) {
                for (int i = l * l * channels; i < (l + 1) * (l + 1) * channels; i++) {
                    power[l] += y.get(i) * y.get(i) / ((2 * l + 1) * channels);
                }
            }
            assertEquals(0, mean, 1e-13);
            switch (kind) {
                case LAYER_NORM -> assertArrayEquals(new double[] {1, 1, 1, 1}, power, 1e-12);
                case LAYER_NORM_SH -> {
                    assertEquals(1, power[0], 1e-12);
                    assertEquals(3, power[1] + power[2] + power[3], 1e-12);
                }
                case RMS_NORM_SH -> assertEquals(4, power[0] + power[1] + power[2] + power[3], 1e-12);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EquivariantNorm.class)
    void commutesWithRotations(EquivariantNorm kind) {
        int lmax = 2;
        double[] blocks = new double[WignerD.packedSize(lmax)];
        WignerD.fromQuaternion(0.3, -0.5, 0.7, 0.2, lmax, blocks);
        try (KernelCase at = new KernelCase("rotation")) {
            Tensor x = at.random(1, 9, 3);
            Tensor ofRotated = normalised(at, kind, lmax, rotated(at, blocks, x));
            Tensor rotated = rotated(at, blocks, normalised(at, kind, lmax, x));
            assertArrayEquals(rotated.toDoubles(), ofRotated.toDoubles(), 1e-13);
        }
    }

    private static Tensor normalised(KernelCase at, EquivariantNorm kind, int lmax, Tensor x) {
        long channels = x.dim(2);
        Tensor ones = at.empty(lmax + 1, channels);
        new ScalarKernels().pointwise().fill(ones, 1);
        Tensor zeros = at.empty(channels).zero();
        Tensor y = at.empty(x.shape());
        NORM.equivariantNorm(kind, lmax, 0, x, ones.rows(0, 1).reshape(channels), ones.rows(1, lmax + 1), zeros, y);
        return y;
    }

    private static Tensor rotated(KernelCase at, double[] blocks, Tensor x) {
        Tensor y = at.empty(x.shape()).zero();
        int channels = (int) x.dim(2);
        for (int i = 0; i < x.dim(1); i++) {
            int l = (int) Math.sqrt(i);
            for (int j = l * l; j < (l + 1) * (l + 1); j++) {
                double d = blocks[SphericalLayout.wignerOffset(l) + (i - l * l) * (2 * l + 1) + j - l * l];
                for (int c = 0; c < channels; c++) {
                    y.set(i * channels + c, y.get(i * channels + c) + d * x.get(j * channels + c));
                }
            }
        }
        return y;
    }
}
