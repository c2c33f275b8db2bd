package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.EdgeFrame;
import unitcell.engine.so3.WignerD;

/** Dense kernels: products against plain triple loops, SO(2) maps against complex arithmetic, gradients by differences. */
class ScalarDenseKernelsTest {
    private static final DenseKernels DENSE = new ScalarKernels().dense();

    @ParameterizedTest
    @CsvSource({"false,false,1,0", "true,false,-0.5,1", "false,true,2,0.25", "true,true,1,1"})
    void gemmEqualsTheTripleLoop(boolean ta, boolean tb, double alpha, double beta) {
        int m = 3;
        int k = 5;
        int n = 4;
        try (KernelCase at = new KernelCase("gemm")) {
            // Stored with wider rows than the matrix has, starting inside the tensor.
            Tensor ua = at.random(60);
            Tensor ub = at.random(60);
            Matrix a = ta ? new Matrix(ua, 2, k, m, 7, false).transpose() : new Matrix(ua, 2, m, k, 7, false);
            Matrix b = tb ? new Matrix(ub, 1, n, k, 6, false).transpose() : new Matrix(ub, 1, k, n, 6, false);
            Tensor uc = beta == 0 ? at.empty(40) : at.random(40);
            double[] before = uc.toDoubles();
            DENSE.gemm(alpha, a, b, beta, new Matrix(uc, 3, m, n, 9, false));
            double[] expected = before.clone();
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int q = 0; q < k; q++) {
                        double left = ta ? ua.get(2 + q * 7 + i) : ua.get(2 + i * 7 + q);
                        double right = tb ? ub.get(1 + j * 6 + q) : ub.get(1 + q * 6 + j);
                        sum += left * right;
                    }
                    int c = 3 + i * 9 + j;
                    expected[c] = alpha * sum + (beta == 0 ? 0 : beta * before[c]);
                }
            }
            assertArrayEquals(expected, uc.toDoubles(), 1e-14);
        }
    }

    @Test
    void gemmOverNothingIsZero() {
        try (KernelCase at = new KernelCase("gemm empty")) {
            Tensor c = at.empty(2, 2);
            Matrix a = new Matrix(at.empty(0), 0, 2, 0, 0, false);
            Matrix b = new Matrix(at.empty(0), 0, 0, 2, 2, false);
            DENSE.gemm(1, a, b, 0, Matrix.of(c));
            assertArrayEquals(new double[4], c.toDoubles());
        }
    }

    @ParameterizedTest
    @CsvSource({"4,3,5,true", "1,1,1,true", "3,2,7,false", "0,3,2,true"})
    void linear(int rows, int in, int out, boolean withBias) {
        try (KernelCase at = new KernelCase("linear")) {
            Tensor x = at.input("x", at.random(rows, in));
            Tensor w = at.input("w", at.random(out, in));
            Tensor bias = at.input("bias", withBias ? at.random(out) : null);
            Tensor y = at.output(rows, out);
            at.check(
                    () -> DENSE.linear(x, w, bias, y),
                    (dy, s) -> DENSE.linearBackward(dy[0], x, w, s[0], s[1], withBias ? s[2] : null));
            Tensor product = at.empty(rows, out);
            DENSE.gemm(1, Matrix.of(x), Matrix.of(w).transpose(), 0, Matrix.of(product));
            for (int i = 0; i < product.size(); i++) {
                assertEquals(product.get(i) + (withBias ? bias.get(i % out) : 0), y.get(i), 1e-14);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3,2,2,3,true", "1,0,1,1,true", "2,3,3,1,false", "0,1,2,2,true"})
    void so3Linear(int nodes, int lmax, int in, int out, boolean withBias) {
        int coefficients = (lmax + 1) * (lmax + 1);
        try (KernelCase at = new KernelCase("so3Linear")) {
            Tensor x = at.input("x", at.random(nodes, coefficients, in));
            Tensor w = at.input("w", at.random(lmax + 1, out, in));
            Tensor bias = at.input("bias", withBias ? at.random(out) : null);
            Tensor y = at.output(nodes, coefficients, out);
            at.check(
                    () -> DENSE.so3Linear(x, w, bias, y),
                    (dy, s) -> DENSE.so3LinearBackward(dy[0], x, w, s[0], s[1], withBias ? s[2] : null));
            for (int n = 0; n < nodes; n++) {
                for (int i = 0; i < coefficients; i++) {
                    int l = (int) Math.sqrt(i);
                    for (int o = 0; o < out; o++) {
                        double sum = withBias && i == 0 ? bias.get(o) : 0;
                        for (int c = 0; c < in; c++) {
                            sum += w.get((l * out + o) * in + c) * x.get((n * coefficients + i) * in + c);
                        }
                        assertEquals(sum, y.get((n * coefficients + i) * out + o), 1e-14);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2,2,2,2,3,2,true",
        "3,3,1,1,2,0,true",
        "2,3,0,3,1,1,false",
        "1,0,0,1,1,2,true",
        "0,2,2,2,2,2,true",
        "2,1,1,3,2,3,false"
    })
    void so2Linear(int edges, int lmax, int mmax, int in, int out, int scalars, boolean withBias) {
        SphericalLayout layout = SphericalLayout.of(lmax, mmax);
        try (KernelCase at = new KernelCase("so2Linear")) {
            Tensor x = at.input("x", at.random(edges, layout.reduced(), in));
            Tensor w0 = at.input("w0", at.random(scalars + (lmax + 1L) * out, (lmax + 1L) * in));
            Tensor[] wm = new Tensor[mmax];
            for (int m = 1; m <= mmax; m++) {
                wm[m - 1] = at.input("w" + m, at.random(2L * (lmax - m + 1) * out, (lmax - m + 1L) * in));
            }
            Tensor bias = at.input("bias", withBias ? at.random(scalars + (lmax + 1L) * out) : null);
            Tensor y = at.output(edges, layout.reduced(), out);
            Tensor extra = scalars == 0 ? null : at.output(edges, scalars);
            at.check(() -> DENSE.so2Linear(layout, x, w0, bias, wm, y, extra), (dy, s) -> {
                Sink[] dwm = new Sink[mmax];
                System.arraycopy(s, 2, dwm, 0, mmax);
                DENSE.so2LinearBackward(
                        layout,
                        dy[0],
                        scalars == 0 ? null : dy[1],
                        x,
                        w0,
                        wm,
                        s[0],
                        s[1],
                        withBias ? s[2 + mmax] : null,
                        dwm);
            });
        }
    }

    /** Rotating the input about the edge rotates the output and leaves the extra scalars: the theorem behind so2Linear. */
    @Test
    void so2LinearCommutesWithRolls() {
        int lmax = 3;
        int mmax = 2;
        int in = 2;
        int out = 3;
        int scalars = 4;
        SphericalLayout layout = SphericalLayout.of(lmax, mmax);
        double[] roll = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        EdgeFrame.roll(0.7, roll, 0);
        double[] blocks = new double[layout.wignerSize()];
        WignerD.fromRotation(roll, lmax, blocks);
        try (KernelCase at = new KernelCase("roll")) {
            Tensor x = at.random(1, layout.reduced(), in);
            Tensor w0 = at.random(scalars + (lmax + 1L) * out, (lmax + 1L) * in);
            Tensor bias = at.random(scalars + (lmax + 1L) * out);
            Tensor[] wm = {
                at.random(2L * lmax * out, (long) lmax * in), at.random(2L * (lmax - 1) * out, (lmax - 1L) * in)
            };
            Tensor y = at.empty(1, layout.reduced(), out);
            Tensor extra = at.empty(1, scalars);
            DENSE.so2Linear(layout, x, w0, bias, wm, y, extra);
            Tensor rolled = at.of(rolled(layout, blocks, x), x.shape());
            Tensor yOfRolled = at.empty(1, layout.reduced(), out);
            Tensor extraOfRolled = at.empty(1, scalars);
            DENSE.so2Linear(layout, rolled, w0, bias, wm, yOfRolled, extraOfRolled);
            assertArrayEquals(rolled(layout, blocks, y), yOfRolled.toDoubles(), 1e-13);
            assertArrayEquals(extra.toDoubles(), extraOfRolled.toDoubles(), 1e-13);
        }
    }

    /** D(roll) on coefficients packed by m; a roll does not mix |m|, so that truncation does no harm. */
    private static double[] rolled(SphericalLayout layout, double[] blocks, Tensor x) {
        int channels = (int) x.dim(2);
        int[] degrees = layout.degrees();
        int[] orders = layout.orders();
        double[] out = new double[(int) x.size()];
        for (int r = 0; r < degrees.length; r++) {
            for (int q = 0; q < degrees.length; q++) {
                if (degrees[r] == degrees[q]) {
                    int l = degrees[r];
                    double d = blocks[SphericalLayout.wignerOffset(l) + (l + orders[r]) * (2 * l + 1) + l + orders[q]];
                    for (int c = 0; c < channels; c++) {
                        out[r * channels + c] += d * x.get(q * channels + c);
                    }
                }
            }
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({"2,5,4,3,false", "2,5,4,3,true", "1,1,1,1,false", "0,2,3,2,false"})
    void leftMultiply(int items, int rows, int columns, int channels, boolean transposed) {
        try (KernelCase at = new KernelCase("leftMultiply")) {
            Tensor a = at.random(rows, columns);
            Tensor x = at.input("x", at.random(items, transposed ? rows : columns, channels));
            Tensor y = at.output(items, transposed ? columns : rows, channels);
            at.check(() -> DENSE.leftMultiply(a, transposed, x, Sink.write(y)), (dy, s) -> {
                if (s[0] != null) {
                    DENSE.leftMultiply(a, !transposed, dy[0], s[0]);
                }
            });
            for (int n = 0; n < items; n++) {
                Tensor product = at.empty(y.dim(1), channels);
                Matrix left = transposed ? Matrix.of(a).transpose() : Matrix.of(a);
                DENSE.gemm(1, left, Matrix.of(x.rows(n, n + 1)), 0, Matrix.of(product));
                assertArrayEquals(product.toDoubles(), y.rows(n, n + 1).toDoubles(), 1e-14);
            }
        }
    }

    @Test
    void wrongShapesAreNamed() {
        try (KernelCase at = new KernelCase("shapes")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> DENSE.linear(at.random(2, 3), at.random(4, 5), null, at.empty(2, 4)));
            assertEquals("linear: w is F64[4, 5]; expected F64[*, 3]", e.getMessage());
            e = assertThrows(
                    IllegalArgumentException.class,
                    () -> DENSE.linear(at.random(2, 3), at.random(4, 3), at.of(new int[4]), at.empty(2, 4)));
            assertEquals("linear: bias is I32[4]; expected F64[4]", e.getMessage());
            e = assertThrows(
                    IllegalArgumentException.class,
                    () -> DENSE.so2Linear(
                            SphericalLayout.of(1, 1),
                            at.random(1, 4, 1),
                            at.random(2, 2),
                            null,
                            new Tensor[0],
                            at.empty(1, 4, 1),
                            null));
            assertEquals("so2Linear: number of wm is 0; expected mmax = 1", e.getMessage());
        }
    }
}
