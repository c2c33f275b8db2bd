package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.memory.NativeMemory;

/**
 * Products of every kind of shape against a plain float64 loop over the same float32 inputs. Matrices lie inside larger
 * ones whose other elements are NaN on the input side, and must stay as they were on the output side.
 */
@Tag("cpu")
class GemmTest {
    private static final double TOLERANCE = 1e-5;
    private static final int[] SIZES = {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100};

    /** A matrix in the middle of a tensor: some elements before it, and rows further apart than they are long. */
    private record Operand(Tensor tensor, View view) {}

    private static Operand operand(Buffers buffers, int rows, int columns, boolean transposed, boolean filled) {
        int storedRows = transposed ? columns : rows;
        int storedColumns = transposed ? rows : columns;
        int stride = storedColumns + 3;
        Tensor tensor = buffers.poisoned((long) storedRows * stride + 5);
        double[] values = tensor.toDoubles();
        double[] random = buffers.random(storedRows, storedColumns).toDoubles();
        for (int i = 0; filled && i < storedRows; i++) {
            System.arraycopy(random, i * storedColumns, values, 5 + i * stride, storedColumns);
        }
        tensor.copyFrom(values);
        View view = View.of(Args.floats("operand", tensor, tensor.size()) + 20, storedRows, storedColumns, stride);
        return new Operand(tensor, transposed ? view.transpose() : view);
    }

    private static double at(Operand m, double[] values, int i, int j) {
        return values[5 + (int) (i * m.view.rowStride() + j * m.view.columnStride())];
    }

    private static void check(
            Workers workers,
            int rows,
            int columns,
            int depth,
            boolean ta,
            boolean tb,
            boolean tc,
            double alpha,
            double beta,
            boolean bias,
            long seed) {
        try (Buffers buffers = new Buffers(seed)) {
            Operand a = operand(buffers, rows, depth, ta, true);
            Operand b = operand(buffers, depth, columns, tb, true);
            Operand c = operand(buffers, rows, columns, tc, beta != 0);
            Tensor offset = buffers.random(columns);
            double[] x = a.tensor.toDoubles();
            double[] y = b.tensor.toDoubles();
            double[] expected = c.tensor.toDoubles();
            double[] shift = offset.toDoubles();
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    double sum = 0;
                    for (int k = 0; k < depth; k++) {
                        sum += at(a, x, i, k) * at(b, y, k, j);
                    }
                    double old = beta == 0 ? 0 : beta * at(c, expected, i, j);
                    int index = 5 + (int) (i * c.view.rowStride() + j * c.view.columnStride());
                    expected[index] = alpha * sum + old + (bias ? shift[j] : 0);
                }
            }
            long address = bias ? Args.floats("bias", offset, columns) : 0;
            Gemm.multiply(workers, (float) alpha, a.view, b.view, (float) beta, c.view, address);
            compare(expected, c.tensor.toDoubles(), rows + "x" + columns + "x" + depth + " " + ta + tb + tc);
        }
    }

    /** Elements outside the matrix are NaN before and after; all others are compared. */
    private static void compare(double[] expected, double[] found, String what) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Double.isNaN(expected[i]), Double.isNaN(found[i]), what + ": element " + i);
            if (Double.isNaN(expected[i])) {
                expected[i] = 0;
                found[i] = 0;
            }
        }
        Buffers.assertClose(what, expected, found, TOLERANCE);
    }

    @Test
    void everyRaggedShape() {
        try (Workers workers = new Workers(2)) {
            int run = 0;
            for (int rows : SIZES) {
                for (int columns : SIZES) {
                    for (int depth : SIZES) {
                        boolean add = (run & 8) != 0;
                        check(
                                workers,
                                rows,
                                columns,
                                depth,
                                (run & 1) != 0,
                                (run & 2) != 0,
                                false,
                                1,
                                add ? 1 : 0,
                                !add && (run & 4) != 0,
                                run);
                        run += 5;
                    }
                }
            }
        }
    }

    @Test
    void everyTranspositionScaleAndStart() {
        try (Workers workers = new Workers(2)) {
            for (int bits = 0; bits < 8; bits++) {
                for (double alpha : new double[] {1, -0.5}) {
                    for (double beta : new double[] {0, 1, 0.25}) {
                        boolean tc = (bits & 4) != 0;
                        boolean bias = beta == 0 && !tc;
                        check(workers, 37, 45, 29, (bits & 1) != 0, (bits & 2) != 0, tc, alpha, beta, bias, bits);
                        check(workers, 130, 70, 90, (bits & 1) != 0, (bits & 2) != 0, tc, alpha, beta, bias, bits);
                        check(workers, 37, 45, 1100, (bits & 1) != 0, (bits & 2) != 0, tc, alpha, beta, bias, bits);
                    }
                }
            }
        }
    }

    @Test
    void depthOfSeveralBlocks() {
        try (Workers workers = new Workers(2)) {
            for (int depth : new int[] {640, 641, 895, 896, 1281, 7001}) {
                check(workers, 13, 37, depth, false, true, false, 1, 0, true, depth);
                check(workers, 13, 37, depth, true, false, false, 1, 1, false, depth);
            }
            check(workers, 500, 500, 700, false, false, false, 1, 1, false, 1);
        }
    }

    /** Also proves that no result depends on who did which task. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void bitEqualForAnyNumberOfThreads(int threads) {
        int[][] shapes = {{350, 128, 96}, {97, 200, 300}, {70, 90, 3000}, {1000, 33, 64}, {40, 700, 50}};
        for (int[] s : shapes) {
            for (boolean ta : new boolean[] {false, true}) {
                try (Buffers buffers = new Buffers(s[0])) {
                    Operand a = operand(buffers, s[0], s[2], ta, true);
                    Operand b = operand(buffers, s[2], s[1], !ta, true);
                    double[][] results = new double[2][];
                    for (int run = 0; run < 2; run++) {
                        Tensor c = buffers.poisoned(s[0], s[1]);
                        View view = View.of(Args.floats("c", c, c.size()), s[0], s[1], s[1]);
                        try (Workers workers = new Workers(run == 0 ? 1 : threads)) {
                            Gemm.multiply(workers, 1, a.view, b.view, 0, view);
                        }
                        results[run] = c.toDoubles();
                    }
                    Buffers.assertSameBits(s[0] + "x" + s[1] + "x" + s[2], results[0], results[1]);
                }
            }
        }
    }

    @Test
    void panelsPackedOnceServeManyProducts() {
        try (Workers workers = new Workers(2);
                Buffers buffers = new Buffers(7)) {
            Operand b = operand(buffers, 40, 70, true, true);
            GemmPanels panels = Gemm.pack(workers, b.view, 1, workers.scratch());
            for (int rows : new int[] {1, 5, 6, 7, 50}) {
                Operand a = operand(buffers, rows, 40, false, true);
                Tensor direct = buffers.poisoned(rows, 70);
                Tensor packed = buffers.poisoned(rows, 70);
                Gemm.multiply(
                        workers, 1, a.view, b.view, 0, View.of(Args.floats("c", direct, rows * 70L), rows, 70, 70));
                View c = View.of(Args.floats("c", packed, rows * 70L), rows, 70, 70);
                Gemm.multiply(workers, List.of(new Gemm.Product(a.view, panels, Gemm.Start.ZERO, 0, c)));
                Buffers.assertSameBits("rows " + rows, direct.toDoubles(), packed.toDoubles());
            }
        }
    }

    @Test
    void scratchMemoryIsGivenBack() {
        try (Workers workers = new Workers(3)) {
            long mark = workers.scratch().mark();
            check(workers, 200, 300, 100, true, true, false, 2, 0.5, false, 1);
            check(workers, 50, 60, 5000, true, false, false, 2, 0.5, false, 1);
            check(workers, 5, 61, 70, true, false, false, 1, 0, false, 1);
            assertEquals(mark, workers.scratch().mark());
        }
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        try (Workers workers = new Workers(1)) {
            View a = View.of(64, 3, 4, 4);
            View square = View.of(64, 4, 4, 4);
            assertThrows(IllegalArgumentException.class, () -> Gemm.multiply(workers, 1, a, a, 0, square));
            assertThrows(IllegalArgumentException.class, () -> Gemm.multiply(workers, 1, a, square, 0, square));
            assertThrows(
                    IllegalArgumentException.class, () -> Gemm.affine(workers, square, square, 64, square.transpose()));
        }
    }

    @Test
    void randomShapes() {
        Random random = new Random(3);
        try (Workers workers = new Workers(3)) {
            for (int run = 0; run < 150; run++) {
                check(
                        workers,
                        1 + random.nextInt(150),
                        1 + random.nextInt(150),
                        1 + random.nextInt(200),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        false,
                        1,
                        random.nextInt(2),
                        false,
                        run);
            }
        }
    }

    /** Rows of a too far apart for the innermost loop's addresses; of the memory between them nothing is touched. */
    @Test
    void rowsMayLieAnyDistanceApart() {
        long stride = GemmBlock.FARTHEST / 4 + 1000;
        NativeMemory memory = new NativeMemory();
        long bytes = 4 * (stride + 3);
        long address = memory.allocate(bytes);
        Ranges.allow(address, bytes);
        try (Workers workers = new Workers(1);
                Buffers buffers = new Buffers(5)) {
            double[][] x = {{1, 2, 3}, {-4, 5, -6}};
            for (int i = 0; i < 2; i++) {
                for (int k = 0; k < 3; k++) {
                    memory.write(address + 4 * (i * stride + k), DType.F32, x[i][k]);
                }
            }
            Tensor b = buffers.random(3, 5);
            Tensor c = buffers.poisoned(2, 5);
            View right = View.of(Args.floats("b", b, 15), 3, 5, 5);
            Gemm.affine(workers, View.of(address, 2, 3, stride), right, 0, View.of(Args.floats("c", c, 10), 2, 5, 5));
            double[] y = b.toDoubles();
            double[] expected = new double[10];
            for (int n = 0; n < 30; n++) {
                expected[n / 15 * 5 + n % 5] += x[n / 15][n / 5 % 3] * y[n % 15];
            }
            Buffers.assertClose("far rows", expected, c.toDoubles(), TOLERANCE);
        } finally {
            memory.release(address, bytes);
        }
    }
}
