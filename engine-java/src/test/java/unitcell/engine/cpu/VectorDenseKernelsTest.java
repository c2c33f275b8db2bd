package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;

/** Dense kernels against the float64 specification, over ragged sizes and both kinds of sinks. */
class VectorDenseKernelsTest {
    private static Parity parity;

    @BeforeAll
    static void open() {
        parity = new Parity();
    }

    @AfterAll
    static void close() {
        if (parity != null) { // null where the backend was skipped
            parity.close();
        }
    }

    @Test
    void linear() {
        int[][] shapes = {
            {0, 3, 4}, {5, 0, 4}, {1, 1, 1}, {7, 8, 15}, {3, 17, 16}, {100, 33, 31}, {350, 64, 100}, {1000, 31, 7}
        };
        for (int[] s : shapes) {
            for (boolean biased : new boolean[] {false, true}) {
                Parity.Case c = parity.call("linear " + s[0] + "x" + s[1] + "x" + s[2] + biased);
                int x = c.input(s[0], s[1]);
                int w = c.input(s[2], s[1]);
                int bias = biased ? c.input(s[2]) : -1;
                int y = c.output(s[0], s[2]);
                c.run(Parity.FORWARD, (k, a) -> k.dense().linear(a.get(x), a.get(w), a.get(bias), a.get(y)));
            }
            for (boolean add : new boolean[] {false, true}) {
                Parity.Case c = parity.call("linearBackward " + s[0] + "x" + s[1] + "x" + s[2] + add);
                int dy = c.input(s[0], s[2]);
                int x = c.input(s[0], s[1]);
                int w = c.input(s[2], s[1]);
                int dx = c.sink(add, s[0], s[1]);
                int dw = c.sink(add, s[2], s[1]);
                int db = c.sink(add, s[2]);
                c.run(
                        Parity.BACKWARD,
                        (k, a) -> k.dense()
                                .linearBackward(a.get(dy), a.get(x), a.get(w), a.sink(dx), a.sink(dw), a.sink(db)));
            }
        }
    }

    @Test
    void weightGradientOverManyRows() {
        Parity.Case c = parity.call("linearBackward 3001x40x50");
        int dy = c.input(3001, 50);
        int x = c.input(3001, 40);
        int w = c.input(50, 40);
        int dw = c.sink(true, 50, 40);
        int db = c.sink(false, 50);
        c.run(
                Parity.BACKWARD,
                (k, a) -> k.dense().linearBackward(a.get(dy), a.get(x), a.get(w), null, a.sink(dw), a.sink(db)));
    }

    @Test
    void gemmOnStridedMatrices() {
        for (int bits = 0; bits < 8; bits++) {
            boolean ta = (bits & 1) != 0;
            boolean tb = (bits & 2) != 0;
            boolean tc = (bits & 4) != 0;
            for (double beta : new double[] {0, 1, -0.5}) {
                Parity.Case c = parity.call("gemm " + bits + " " + beta);
                int x = c.input(40, 50);
                int y = c.input(60, 40);
                int z = c.inOut(c.normal(70, 80), 70, 80);
                c.run(Parity.FORWARD, (k, a) -> {
                    Matrix left = new Matrix(a.get(x), 7, ta ? 21 : 33, ta ? 33 : 21, 50, ta);
                    Matrix right = new Matrix(a.get(y), 3, tb ? 37 : 21, tb ? 21 : 37, 40, tb);
                    left = ta ? new Matrix(a.get(x), 7, 33, 21, 50, true) : left;
                    right = tb ? new Matrix(a.get(y), 3, 21, 37, 40, true) : right;
                    Matrix out = new Matrix(a.get(z), 11, 33, 37, 80, tc);
                    k.dense().gemm(-1.5, left, right, beta, out);
                });
            }
        }
    }

    @Test
    void so3Linear() {
        int[][] shapes = {{0, 2, 3, 4}, {1, 0, 5, 3}, {3, 1, 16, 17}, {100, 2, 33, 15}, {130, 4, 8, 40}, {1100, 1, 3, 5}
        };
        for (int[] s : shapes) {
            int degrees = s[1] + 1;
            int size = degrees * degrees;
            String name = "so3Linear " + s[0] + " lmax " + s[1] + " " + s[2] + "->" + s[3];
            for (boolean biased : new boolean[] {false, true}) {
                Parity.Case c = parity.call(name + biased);
                int x = c.input(s[0], size, s[2]);
                int w = c.input(degrees, s[3], s[2]);
                int bias = biased ? c.input(s[3]) : -1;
                int y = c.output(s[0], size, s[3]);
                c.run(Parity.FORWARD, (k, a) -> k.dense().so3Linear(a.get(x), a.get(w), a.get(bias), a.get(y)));
            }
            for (boolean add : new boolean[] {false, true}) {
                Parity.Case c = parity.call(name + " backward " + add);
                int dy = c.input(s[0], size, s[3]);
                int x = c.input(s[0], size, s[2]);
                int w = c.input(degrees, s[3], s[2]);
                int dx = c.sink(add, s[0], size, s[2]);
                int dw = c.sink(add, degrees, s[3], s[2]);
                int db = c.sink(add, s[3]);
                c.run(
                        Parity.BACKWARD,
                        (k, a) -> k.dense()
                                .so3LinearBackward(a.get(dy), a.get(x), a.get(w), a.sink(dx), a.sink(dw), a.sink(db)));
            }
        }
    }

    private static long[][] so2Weights(SphericalLayout layout, int in, int out) {
        long[][] shapes = new long[layout.mmax()][];
        for (int m = 1; m <= layout.mmax(); m++) {
            long degrees = layout.lmax() - m + 1L;
            shapes[m - 1] = new long[] {2 * degrees * out, degrees * in};
        }
        return shapes;
    }

    private static Tensor[] tensors(Parity.Arguments a, int[] numbers) {
        return IntStream.of(numbers).mapToObj(a::get).toArray(Tensor[]::new);
    }

    @Test
    void so2Linear() {
        // edges, lmax, mmax, in, out, extra scalars
        int[][] shapes = {
            {0, 2, 1, 3, 4, 2},
            {1, 0, 0, 5, 3, 0},
            {7, 1, 1, 3, 5, 4},
            {33, 3, 2, 8, 6, 7},
            {100, 4, 2, 16, 9, 0},
            {350, 2, 2, 31, 17, 40}
        };
        for (int[] s : shapes) {
            SphericalLayout layout = SphericalLayout.of(s[1], s[2]);
            int rows0 = s[5] + (s[1] + 1) * s[4];
            int columns0 = (s[1] + 1) * s[3];
            long[][] weights = so2Weights(layout, s[3], s[4]);
            String name = "so2Linear of " + s[0] + " edges, lmax " + s[1] + ", mmax " + s[2];
            for (boolean option : new boolean[] {false, true}) {
                Parity.Case c = parity.call(name + option);
                int x = c.input(s[0], layout.reduced(), s[3]);
                int w0 = c.input(rows0, columns0);
                int bias = option ? c.input(rows0) : -1;
                int[] wm =
                        IntStream.range(0, s[2]).map(m -> c.input(weights[m])).toArray();
                int y = c.output(s[0], layout.reduced(), s[4]);
                int extra = s[5] > 0 ? c.output(s[0], s[5]) : -1;
                c.run(
                        Parity.FORWARD,
                        (k, a) -> k.dense()
                                .so2Linear(
                                        layout,
                                        a.get(x),
                                        a.get(w0),
                                        a.get(bias),
                                        tensors(a, wm),
                                        a.get(y),
                                        a.get(extra)));

                Parity.Case back = parity.call(name + " backward " + option);
                int dy = back.input(s[0], layout.reduced(), s[4]);
                int dExtra = s[5] > 0 ? back.input(s[0], s[5]) : -1;
                int x2 = back.input(s[0], layout.reduced(), s[3]);
                int v0 = back.input(rows0, columns0);
                int[] vm = IntStream.range(0, s[2])
                        .map(m -> back.input(weights[m]))
                        .toArray();
                int dx = back.sink(option, s[0], layout.reduced(), s[3]);
                int dw0 = back.sink(option, rows0, columns0);
                int db = back.sink(option, rows0);
                int[] dwm = IntStream.range(0, s[2])
                        .map(m -> back.sink(option, weights[m]))
                        .toArray();
                back.run(
                        Parity.BACKWARD,
                        (k, a) -> k.dense()
                                .so2LinearBackward(
                                        layout,
                                        a.get(dy),
                                        a.get(dExtra),
                                        a.get(x2),
                                        a.get(v0),
                                        tensors(a, vm),
                                        a.sink(dx),
                                        a.sink(dw0),
                                        a.sink(db),
                                        IntStream.of(dwm).mapToObj(a::sink).toArray(Sink[]::new)));
            }
        }
    }

    @Test
    void leftMultiply() {
        int[][] shapes = {{0, 3, 4, 5}, {3, 0, 4, 5}, {5, 1, 1, 1}, {40, 25, 100, 16}, {7, 18, 9, 33}, {100, 49, 13, 64}
        };
        for (int[] s : shapes) {
            for (int bits = 0; bits < 4; bits++) {
                boolean transposed = (bits & 1) != 0;
                boolean add = (bits & 2) != 0;
                Parity.Case c = parity.call("leftMultiply " + s[0] + " of " + s[1] + "x" + s[2] + " " + bits);
                int m = c.input(s[1], s[2]);
                int x = c.input(s[0], s[transposed ? 1 : 2], s[3]);
                int y = c.sink(add, s[0], s[transposed ? 2 : 1], s[3]);
                c.run(Parity.FORWARD, (k, a) -> k.dense().leftMultiply(a.get(m), transposed, a.get(x), a.sink(y)));
            }
        }
    }

    @Test
    @Tag("cpu")
    void wrongArgumentsAreRefused() {
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                VectorKernels kernels = new VectorKernels(1)) {
            Tensor x = scope.zeros(DType.F32, 4, 5);
            Tensor y = scope.zeros(DType.F32, 4, 3);
            Tensor wide = scope.zeros(DType.F64, 4, 5);
            Tensor w = scope.zeros(DType.F32, 3, 6);
            assertThrows(IllegalArgumentException.class, () -> kernels.dense().linear(x, w, null, y));
            assertThrows(IllegalArgumentException.class, () -> kernels.dense().linear(wide, wide, null, wide));
        }
    }
}
