package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;
import unitcell.engine.so3.EdgeFrame;

/** Edge vectors, frames and Wigner matrices against the float64 specification, and that rotations stay rotations. */
class VectorSphericalEdgesTest {
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
    void edgeVectors() {
        for (int[] s : new int[][] {{0, 0, 1}, {1, 3, 1}, {7, 20, 3}, {200, 900, 7}}) {
            for (boolean add : new boolean[] {false, true}) {
                edgeVectors(s[0], s[1], s[2], add);
            }
        }
    }

    private static void edgeVectors(int nodes, int edges, int group, boolean add) {
        int crystals = nodes / group + 1;
        int[] crystal = new int[nodes];
        for (int n = 0; n < nodes; n++) {
            crystal[n] = n / group;
        }
        Parity.Case c = parity.call("edgeVector N" + nodes + " E" + edges);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, group).declare(c);
        int position = c.input(nodes, 3);
        int cell = c.input(crystals, 3, 3);
        int of = c.indices(crystal);
        double[] whole = c.normal(edges, 3);
        for (int i = 0; i < whole.length; i++) {
            whole[i] = Math.rint(whole[i]);
        }
        int shift = c.input(whole, edges, 3);
        int vector = c.output(edges, 3);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.spherical()
                        .edgeVector(graph.of(a), a.get(position), a.get(cell), a.get(of), a.get(shift), a.get(vector)));

        Parity.Case b = parity.call("edgeVectorBackward N" + nodes + " E" + edges + add);
        RaggedGraphs.Declared same =
                RaggedGraphs.random(b.random(), nodes, edges, group).declare(b);
        int dvector = b.input(edges, 3);
        int ofb = b.indices(crystal);
        int sb = b.input(whole, edges, 3);
        int dposition = b.sink(add, nodes, 3);
        int dcell = b.sink(!add, crystals, 3, 3);
        b.run(
                Parity.BACKWARD,
                (k, a) -> k.spherical()
                        .edgeVectorBackward(
                                same.of(a), a.get(dvector), a.get(ofb), a.get(sb), a.sink(dposition), a.sink(dcell)));
    }

    /** Random vectors of all lengths, and the axes, where frames change charts. */
    private static double[] vectors(Random random, int edges) {
        double[] axes = {0, 2, 0, 0, -2, 0, 1, 0, 0, -1, 0, 0, 0, 0, 3, 0, 0, -3, 1e-3, -1e-6, 1e-3};
        double[] v = new double[3 * edges];
        for (int i = 0; i < v.length; i++) {
            v[i] = i < axes.length ? axes[i] : (float) (random.nextGaussian() * Math.exp(random.nextGaussian()));
        }
        return v;
    }

    @Test
    void edgeFrames() {
        for (int edges : new int[] {0, 1, 300}) {
            Parity.Case c = parity.call("edgeFrame E" + edges);
            int vector = c.input(vectors(c.random(), edges), edges, 3);
            int distance = c.output(edges);
            int rotation = c.output(edges, 9);
            int jacobian = edges == 1 ? -1 : c.output(edges, 9);
            c.run(
                    Parity.FORWARD,
                    (k, a) ->
                            k.spherical().edgeFrame(a.get(vector), a.get(distance), a.get(rotation), a.get(jacobian)));
            for (int choice = 0; choice < 4; choice++) {
                edgeFrameBackward(edges, choice);
            }
        }
    }

    private static void edgeFrameBackward(int edges, int choice) {
        Parity.Case c = parity.call("edgeFrameBackward E" + edges + " " + choice);
        double[] v = vectors(c.random(), edges);
        int vector = c.input(v, edges, 3);
        double[] d = new double[edges];
        double[] map = new double[9 * edges];
        double[] frame = new double[9];
        for (int e = 0; e < edges; e++) {
            d[e] = EdgeFrame.fromVector(v, 3 * e, frame, 0);
            EdgeFrame.angularJacobian(frame, 0, map, 9 * e);
        }
        int distance = c.input(d, edges);
        int jacobian = c.input(map, edges, 9);
        int ddistance = choice == 1 ? -1 : c.input(edges);
        int angular = choice == 2 ? -1 : c.input(edges, 3);
        int dvector = c.sink(choice % 2 == 0, edges, 3);
        c.run(
                Parity.BACKWARD,
                (k, a) -> k.spherical()
                        .edgeFrameBackward(
                                a.get(vector),
                                a.get(distance),
                                a.get(jacobian),
                                a.get(ddistance),
                                a.get(angular),
                                a.sink(dvector)));
    }

    @Test
    @Tag("cpu")
    void refusesAZeroVector() {
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                VectorKernels kernels = new VectorKernels(2)) {
            Tensor vector = scope.of(DType.F32, new double[] {1, 2, 3, 0, 0, 0}, 2, 3);
            Tensor distance = scope.zeros(DType.F32, 2);
            Tensor rotation = scope.zeros(DType.F32, 2, 9);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> kernels.spherical().edgeFrame(vector, distance, rotation, null));
            assertTrue(e.getMessage().startsWith("edgeFrame: vector[1] is (0.0, 0.0, 0.0)"), e.getMessage());
        }
    }

    @Test
    void wignerMatrices() {
        for (int lmax = 0; lmax <= 6; lmax++) {
            for (int edges : new int[] {0, 1, 17, 130}) {
                int degrees = lmax;
                Parity.Case c = parity.call("wignerD L" + lmax + " E" + edges);
                int rotation = c.input(RaggedGraphs.rotations(c.random(), edges), edges, 9);
                int wigner = c.output(edges, SphericalLayout.wignerOffset(lmax + 1));
                c.run(Parity.FORWARD, (k, a) -> k.spherical().wignerD(degrees, a.get(rotation), a.get(wigner)));
            }
        }
    }

    @Test
    @Tag("cpu")
    void wignerMatricesAreOrthogonal() {
        int edges = 200;
        int size = SphericalLayout.wignerOffset(7);
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                VectorKernels kernels = new VectorKernels(1)) {
            Tensor rotation = scope.of(DType.F32, RaggedGraphs.rotations(new Random(2), edges), edges, 9);
            Tensor wigner = scope.empty(DType.F32, edges, size);
            kernels.spherical().wignerD(6, rotation, wigner);
            double[] d = wigner.toDoubles();
            for (int e = 0; e < edges; e++) {
                for (int l = 0; l <= 6; l++) {
                    assertOrthogonal(d, e * size + SphericalLayout.wignerOffset(l), 2 * l + 1);
                }
            }
        }
    }

    private static void assertOrthogonal(double[] d, int at, int width) {
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                double dot = 0;
                for (int k = 0; k < width; k++) {
                    dot += d[at + i * width + k] * d[at + j * width + k];
                }
                assertEquals(i == j ? 1 : 0, dot, 1e-5);
            }
        }
    }
}
