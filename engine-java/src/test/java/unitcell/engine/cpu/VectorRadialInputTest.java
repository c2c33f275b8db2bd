package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;

/** The first radial layer against the float64 specification, over all of the basis's range and beyond its ends. */
class VectorRadialInputTest {
    private static final double CUTOFF = 6;

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

    /** Lengths of all sizes, first those where windows of Gaussians begin, end and lie outside. */
    static double[] distances(Random random, int edges) {
        double spacing = CUTOFF / 599;
        double[] special = {
            0,
            1e-6,
            CUTOFF,
            12 * spacing,
            13 * spacing,
            14 * spacing,
            CUTOFF + 12.5 * spacing,
            CUTOFF + 13.5 * spacing,
            7,
            40,
            Math.nextDown((float) CUTOFF),
            299 * spacing,
            587 * spacing,
            3,
            3,
            3
        };
        double[] d = new double[edges];
        for (int e = 0; e < edges; e++) {
            d[e] = e < special.length ? special[e] : 0.3 + 5.9 * Math.sqrt(random.nextDouble());
        }
        return d;
    }

    @Test
    void theBasisOfTheNetwork() {
        GaussianBasis basis = GaussianBasis.of(CUTOFF, 600, 2);
        int[][] shapes = {
            // nodes, edges, species, embedding, out
            {0, 0, 3, 4, 5},
            {1, 0, 3, 4, 16},
            {1, 1, 2, 3, 7},
            {5, 16, 4, 8, 13},
            {9, 40, 90, 16, 64},
            {30, 301, 12, 17, 31},
            {60, 900, 20, 32, 48},
            {100, 1300, 7, 5, 128}
        };
        int turn = 0;
        for (int[] s : shapes) {
            compare(basis, s[0], s[1], s[2], s[3], s[4], turn++);
            compare(basis, s[0], s[1], 0, 0, s[4], turn++);
        }
    }

    @Test
    void otherBases() {
        int turn = 0;
        for (GaussianBasis basis : List.of(
                GaussianBasis.of(CUTOFF, 8, 2), // every edge needs all
                GaussianBasis.of(CUTOFF, 37, 0.5),
                GaussianBasis.of(CUTOFF, 128, 1),
                GaussianBasis.of(CUTOFF, 50, 300),
                new GaussianBasis(3, 10, -1),
                new GaussianBasis(200, 1e-3, -2))) {
            compare(basis, 20, 150, 5, 6, 24, turn++);
            compare(basis, 7, 19, 0, 0, 11, turn++);
        }
    }

    private static void compare(
            GaussianBasis basis, int nodes, int edges, int species, int embedding, int out, int turn) {
        boolean tables = species > 0;
        String name = basis + " N" + nodes + " E" + edges + " Z" + species + " C" + embedding + " out" + out;
        int width = basis.count() + 2 * embedding;
        Parity.Case c = parity.call("radialInput " + name);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, 4).declare(c);
        int distance = c.input(distances(c.random(), edges), edges);
        int z = tables ? c.indices(species(c.random(), nodes, species)) : -1;
        int source = tables ? c.input(species, embedding) : -1;
        int target = tables ? c.input(species, embedding) : -1;
        int w = c.input(out, width);
        int bias = c.input(out);
        int y = c.output(edges, out);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.radial()
                        .radialInput(
                                basis,
                                graph.of(a),
                                a.get(distance),
                                a.get(z),
                                a.get(source),
                                a.get(target),
                                a.get(w),
                                a.get(bias),
                                a.get(y)));
        backward(name, basis, nodes, edges, species, embedding, out, turn);
        backward(name, basis, nodes, edges, species, embedding, out, turn + 1);
    }

    private static void backward(
            String name, GaussianBasis basis, int nodes, int edges, int species, int embedding, int out, int turn) {
        boolean tables = species > 0;
        boolean add = turn % 2 == 0;
        int width = basis.count() + 2 * embedding;
        Parity.Case c = parity.call("radialInputBackward " + name + add);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, 4).declare(c);
        int dy = c.input(edges, out);
        int distance = c.input(distances(c.random(), edges), edges);
        int z = tables ? c.indices(species(c.random(), nodes, species)) : -1;
        int source = tables ? c.input(species, embedding) : -1;
        int target = tables ? c.input(species, embedding) : -1;
        int w = c.input(out, width);
        int ddistance = turn % 3 == 1 ? -1 : c.sink(add, edges);
        int dsource = !tables || turn % 5 == 2 ? -1 : c.sink(!add, species, embedding);
        int dtarget = !tables || turn % 7 == 3 ? -1 : c.sink(add, species, embedding);
        int dw = turn % 5 == 4 ? -1 : c.sink(add, out, width);
        int dbias = turn % 4 == 3 ? -1 : c.sink(!add, out);
        c.run(
                Parity.BACKWARD,
                (k, a) -> k.radial()
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
                                a.sink(dbias)));
    }

    private static int[] species(Random random, int nodes, int species) {
        int[] z = new int[nodes];
        for (int n = 0; n < nodes; n++) {
            z[n] = random.nextInt(species);
        }
        return z;
    }

    /** More threads than tasks in some kernels, and than processors. */
    @Test
    @Tag("cpu")
    void fiveThreads() {
        List<double[]> one = gradients(1);
        List<double[]> five = gradients(5);
        for (int i = 0; i < one.size(); i++) {
            Buffers.assertSameBits("tensor " + i, one.get(i), five.get(i));
        }
    }

    private static List<double[]> gradients(int threads) {
        GaussianBasis basis = GaussianBasis.of(CUTOFF, 600, 2);
        Random random = new Random(4);
        RaggedGraphs graph = RaggedGraphs.random(random, 80, 1000, 8);
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                Buffers buffers = new Buffers(3);
                VectorKernels kernels = new VectorKernels(threads)) {
            EdgeIndex edges = graph.index(scope);
            Tensor distance = scope.of(DType.F32, distances(random, 1000), 1000);
            Tensor z = buffers.indices(species(random, 80, 9));
            Tensor source = buffers.random(9, 16);
            Tensor target = buffers.random(9, 16);
            Tensor w = buffers.random(40, 632);
            Tensor y = buffers.poisoned(1000, 40);
            List<Tensor> results = List.of(
                    y,
                    buffers.poisoned(1000),
                    buffers.poisoned(9, 16),
                    buffers.poisoned(9, 16),
                    buffers.poisoned(40, 632),
                    buffers.poisoned(40));
            kernels.radial().radialInput(basis, edges, distance, z, source, target, w, buffers.random(40), y);
            kernels.radial()
                    .radialInputBackward(
                            basis,
                            edges,
                            y,
                            distance,
                            z,
                            source,
                            target,
                            w,
                            Sink.write(results.get(1)),
                            Sink.write(results.get(2)),
                            Sink.write(results.get(3)),
                            Sink.write(results.get(4)),
                            Sink.write(results.get(5)));
            List<double[]> values = new ArrayList<>();
            results.forEach(t -> values.add(t.toDoubles()));
            return values;
        }
    }

    /** A length that is no number must show in all that it reaches, and reach no memory that is not the kernel's. */
    @Test
    @Tag("cpu")
    void lengthsThatAreNoNumbers() {
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                Buffers buffers = new Buffers(3);
                VectorKernels kernels = new VectorKernels(2)) {
            EdgeIndex edges = RaggedGraphs.random(new Random(1), 3, 4, 3).index(scope);
            double[] lengths = {1, Double.NaN, Double.POSITIVE_INFINITY, 2};
            Tensor distance = scope.of(DType.F32, lengths, 4);
            Tensor y = buffers.poisoned(4, 8);
            Tensor w = buffers.random(8, 600);
            Tensor bias = scope.zeros(DType.F32, 8);
            GaussianBasis basis = GaussianBasis.of(CUTOFF, 600, 2);
            kernels.radial().radialInput(basis, edges, distance, null, null, null, w, bias, y);
            double[] rows = y.toDoubles();
            for (int i = 0; i < 8; i++) {
                assertTrue(Double.isFinite(rows[i]) && Double.isFinite(rows[24 + i]));
                assertTrue(Double.isNaN(rows[8 + i]));
                assertTrue(rows[16 + i] == 0);
            }
        }
    }

    @Test
    @Tag("cpu")
    void refusesASpeciesWithoutARow() {
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                Buffers buffers = new Buffers(3);
                VectorKernels kernels = new VectorKernels(1)) {
            EdgeIndex edges = RaggedGraphs.random(new Random(1), 2, 3, 2).index(scope);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> kernels.radial()
                            .radialInput(
                                    GaussianBasis.of(CUTOFF, 20, 2),
                                    edges,
                                    buffers.random(3),
                                    buffers.indices(1, 7),
                                    buffers.random(7, 2),
                                    buffers.random(7, 2),
                                    buffers.random(5, 24),
                                    buffers.random(5),
                                    buffers.random(3, 5)));
            assertTrue(e.getMessage().startsWith("radialInput: species[1] is 7"), e.getMessage());
        }
    }
}
