package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.Scope;

/**
 * Sizes at and beyond the limits at which kernels of the dense, radial, norm and optimiser families change their ways: rows that no
 * longer fit into registers or shared memory, sums in several parts, addresses that are not those of whole vectors.
 */
class LargeShapesTest {
    private static final double EPS = 1e-5;

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

    /** So many results that large tiles are worth while, with tiles that are not full. */
    @Test
    void largeMatrixProducts() {
        int m = 1409;
        int n = 1283;
        int k = 19;
        for (int form = 0; form < 4; form++) {
            boolean left = form % 2 == 1;
            boolean right = form / 2 == 1;
            Parity.Case c = parity.call("gemm of many results " + form);
            int a = left ? c.input(k, m) : c.input(m, k);
            int b = right ? c.input(n, k) : c.input(k, n);
            int y = c.output(m, n);
            c.run(Parity.FORWARD, (kernels, in) -> {
                Matrix x = Matrix.of(in.get(a));
                Matrix w = Matrix.of(in.get(b));
                kernels.dense().gemm(1, left ? x.transpose() : x, right ? w.transpose() : w, 0, Matrix.of(in.get(y)));
            });
        }
    }

    @Test
    void longRowsOfLayerNorms() {
        for (int channels : new int[] {128, 130, 132, 256, 300, 512, 513, 1500}) {
            layerNorm(channels > 512 ? 9 : 41, channels, false);
            layerNorm(channels > 512 ? 9 : 41, channels, true);
        }
    }

    @Test
    void manyRowsOfLayerNorms() {
        layerNorm(17_000, 5, false);
        layerNorm(17_000, 4, true);
    }

    private static void layerNorm(int rows, int channels, boolean silu) {
        String name = rows + "x" + channels + silu;
        Parity.Case c = parity.call("layerNorm " + name);
        int x = c.input(rows, channels);
        int gamma = c.input(channels);
        int beta = c.input(channels);
        int y = c.output(rows, channels);
        c.run(Parity.FORWARD, (k, a) -> {
            if (silu) {
                k.norm().layerNormSilu(a.get(x), a.get(gamma), a.get(beta), EPS, a.get(y));
            } else {
                k.norm().layerNorm(a.get(x), a.get(gamma), a.get(beta), EPS, a.get(y));
            }
        });
        Parity.Case b = parity.call("layerNormBackward " + name);
        int dy = b.input(rows, channels);
        int x2 = b.input(rows, channels);
        int scale = b.input(channels);
        int shift = b.input(channels);
        int dx = b.sink(silu, rows, channels);
        int dgamma = b.sink(!silu, channels);
        int dbeta = b.sink(silu, channels);
        b.run(Parity.BACKWARD, (k, a) -> {
            if (silu) {
                k.norm()
                        .layerNormSiluBackward(
                                a.get(dy),
                                a.get(x2),
                                a.get(scale),
                                a.get(shift),
                                EPS,
                                a.sink(dx),
                                a.sink(dgamma),
                                a.sink(dbeta));
            } else {
                k.norm()
                        .layerNormBackward(
                                a.get(dy), a.get(x2), a.get(scale), EPS, a.sink(dx), a.sink(dgamma), a.sink(dbeta));
            }
        });
    }

    @Test
    void layerNormAtAddressesBetweenVectors() {
        Parity.Case c = parity.call("layerNorm between vectors");
        int x = c.input(1 + 30 * 64);
        int gamma = c.input(64);
        int beta = c.input(64);
        int y = c.output(30, 64);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.norm()
                        .layerNormSilu(behindTheFirst(a.get(x), 30, 64), a.get(gamma), a.get(beta), EPS, a.get(y)));
    }

    /** All but the first element. */
    private static Tensor behindTheFirst(Tensor flat, long... shape) {
        return flat.rows(1, flat.dim(0)).reshape(shape);
    }

    @Test
    void equivariantNorms() {
        int[][] shapes = {{3, 4, 128}, {2, 6, 128}, {2, 6, 100}, {2, 6, 256}, {1, 6, 516}, {1, 6, 517}, {1100, 1, 4}};
        for (int[] s : shapes) {
            for (EquivariantNorm kind : EquivariantNorm.values()) {
                equivariantNorm(kind, s[0], s[1], s[2]);
            }
        }
    }

    private static void equivariantNorm(EquivariantNorm kind, int nodes, int lmax, int channels) {
        int size = (lmax + 1) * (lmax + 1);
        String name = kind + " N" + nodes + " L" + lmax + " C" + channels;
        Parity.Case c = parity.call(name);
        int x = c.input(nodes, size, channels);
        int gamma0 = c.input(channels);
        int gamma = c.input(lmax, channels);
        int beta = c.input(channels);
        int y = c.output(nodes, size, channels);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.norm()
                        .equivariantNorm(
                                kind, lmax, EPS, a.get(x), a.get(gamma0), a.get(gamma), a.get(beta), a.get(y)));
        Parity.Case b = parity.call(name + " backward");
        int dy = b.input(nodes, size, channels);
        int x2 = b.input(nodes, size, channels);
        int scale0 = b.input(channels);
        int scale = b.input(lmax, channels);
        int dx = b.sink(true, nodes, size, channels);
        int d0 = b.sink(false, channels);
        int d = b.sink(true, lmax, channels);
        int db = b.sink(false, channels);
        b.run(
                Parity.BACKWARD,
                (k, a) -> k.norm()
                        .equivariantNormBackward(
                                kind,
                                lmax,
                                EPS,
                                a.get(dy),
                                a.get(x2),
                                a.get(scale0),
                                a.get(scale),
                                a.sink(dx),
                                a.sink(d0),
                                a.sink(d),
                                a.sink(db)));
    }

    @Test
    void radialInputs() {
        GaussianBasis basis = GaussianBasis.of(6, 600, 2);
        radialInput(basis, 150, 5000, 100, 20, 132);
        radialInput(basis, 40, 400, 5, 40, 260);
        radialInput(GaussianBasis.of(6, 800, 2), 40, 300, 5, 16, 40);
        radialInput(GaussianBasis.of(6, 6, 1), 900, 70_000, 3, 2, 3);
        radialInput(basis, 3000, 3500, 0, 0, 4);
    }

    private static void radialInput(GaussianBasis basis, int nodes, int edges, int species, int embedding, int out) {
        boolean tables = species > 0;
        int width = basis.count() + 2 * embedding;
        String name = "radialInput " + basis.count() + " E" + edges + " out" + out;
        Parity.Case c = parity.call(name);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, 9).declare(c);
        int distance = c.input(VectorRadialInputTest.distances(c.random(), edges), edges);
        int z = tables ? c.indices(rows(c.random(), nodes, species)) : -1;
        int source = tables ? c.input(species, embedding) : -1;
        int target = tables ? c.input(species, embedding) : -1;
        int w = c.input(out, width);
        int bias = c.input(out);
        int y = c.output(edges, out);
        int dy = c.input(edges, out);
        int ddistance = c.sink(false, edges);
        int dsource = tables ? c.sink(true, species, embedding) : -1;
        int dtarget = tables ? c.sink(false, species, embedding) : -1;
        int dw = c.sink(true, out, width);
        int dbias = c.sink(false, out);
        c.run(Parity.BACKWARD, (k, a) -> {
            k.radial()
                    .radialInput(
                            basis,
                            graph.of(a),
                            a.get(distance),
                            a.get(z),
                            a.get(source),
                            a.get(target),
                            a.get(w),
                            a.get(bias),
                            a.get(y));
            k.radial()
                    .radialInputBackward(
                            basis,
                            graph.of(a),
                            a.get(dy),
                            a.get(distance),
                            a.get(z),
                            a.get(source),
                            a.get(target),
                            a.get(w),
                            a.sink(ddistance),
                            a.sink(dsource),
                            a.sink(dtarget),
                            a.sink(dw),
                            a.sink(dbias));
        });
    }

    private static int[] rows(Random random, int nodes, int count) {
        int[] rows = new int[nodes];
        for (int n = 0; n < nodes; n++) {
            // One of them much more often than the others.
            rows[n] = random.nextInt(3) > 0 ? count / 2 : random.nextInt(count);
        }
        return rows;
    }

    @Test
    void embeddings() {
        embedding(1300, 4, 260);
        embedding(9, 1, 4); // nothing lies behind the last row
    }

    private static void embedding(int nodes, int coefficients, int channels) {
        Parity.Case c = parity.call("embedding of " + nodes + " nodes");
        int table = c.input(7, channels);
        int index = c.indices(rows(c.random(), nodes, 7));
        int x = c.output(nodes, coefficients, channels);
        int dx = c.input(nodes, coefficients, channels);
        int dtable = c.sink(true, 7, channels);
        c.run(Parity.BACKWARD, (k, a) -> {
            k.radial().embedding(a.get(table), a.get(index), a.get(x));
            k.radial().embeddingBackward(a.get(dx), a.get(index), a.sink(dtable));
        });
    }

    @Test
    void sumsOfSquaresInSeveralParts() {
        for (int size : new int[] {0, 1, 7, 8192, 8193, 100_003}) {
            Parity.Case c = parity.call("sumOfSquares " + size);
            int x = c.input(size + 1);
            int whole = c.output(1);
            int rest = c.output(1);
            c.run(Parity.FORWARD, (k, a) -> {
                k.optimiser().sumOfSquares(a.get(x), a.get(whole));
                k.optimiser().sumOfSquares(behindTheFirst(a.get(x), size), a.get(rest));
            });
        }
    }

    @Test
    void sumsOfFloat32SquaresOverflowNowhere() {
        double[] values = new double[20_000];
        Arrays.fill(values, -Float.MAX_VALUE);
        double square = (double) Float.MAX_VALUE * Float.MAX_VALUE;
        try (ParityBackend backend = ParityBackend.open()) {
            for (ParityBackend.Variant variant : backend.variants()) {
                if (variant.dtype() == DType.F32) {
                    variant.prepare().run();
                    assertEquals(values.length * square, sumOfSquares(variant, values), 1e-12 * values.length * square);
                    values[12_345] = Double.NaN;
                    assertTrue(Double.isNaN(sumOfSquares(variant, values)));
                    values[12_345] = Double.NEGATIVE_INFINITY;
                    assertEquals(Double.POSITIVE_INFINITY, sumOfSquares(variant, values));
                    values[12_345] = -Float.MAX_VALUE;
                }
            }
        }
    }

    private static double sumOfSquares(ParityBackend.Variant variant, double[] values) {
        try (MemoryPool pool = new MemoryPool(variant.memory(), true);
                Scope scope = new Scope(pool, "test")) {
            Tensor out = scope.empty(DType.F64, 1);
            variant.kernels().optimiser().sumOfSquares(scope.of(DType.F32, values, values.length), out);
            return out.toDoubles()[0];
        }
    }

    @Test
    void updatesAtAddressesBetweenVectors() {
        Parity.Case c = parity.call("updates between vectors");
        int value = c.input(1001);
        int average = c.inOut(c.normal(1000), 1000);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.optimiser()
                        .exponentialMovingAverage(0.99, behindTheFirst(a.get(value), 1000), a.get(average)));
    }

    @Test
    void crossEntropyOfManyClasses() {
        int rows = 19;
        int classes = 300;
        Parity.Case c = parity.call("crossEntropy of many classes");
        int logits = c.input(rows, classes);
        int target = c.indices(rows(c.random(), rows, classes));
        int weight = c.input(rows);
        int loss = c.output(1);
        int dloss = c.input(1);
        int dlogits = c.sink(true, rows, classes);
        c.run(Parity.FORWARD, (k, a) -> {
            k.pointwise().crossEntropy(a.get(logits), a.get(target), a.get(weight), a.get(loss));
            k.pointwise()
                    .crossEntropyBackward(a.get(dloss), a.get(logits), a.get(target), a.get(weight), a.sink(dlogits));
        });
    }
}
