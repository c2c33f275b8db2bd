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
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;

/** gatherRotate and rotateSegmentSum against the float64 specification: all layouts up to L = 6, ragged graphs and channels. */
class VectorRotationTest {
    private static final int[] CHANNELS = {1, 3, 16, 17, 64, 100, 33, 48};

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
    void everyLayout() {
        int turn = 0;
        for (int l = 0; l <= 6; l++) {
            for (int m = 0; m <= l; m++) {
                SphericalLayout layout = new SphericalLayout(l, m, m + (l - m) / 2, (l + m) % 3 == 0);
                for (int i = 0; i < 2; i++, turn++) {
                    int channels = CHANNELS[turn % CHANNELS.length];
                    int heads = channels % 8 == 0 ? 8 : channels % 4 == 0 ? 4 : 1;
                    compare(layout, turn % 5 == 0 ? 1 : 4, 9, 4, channels, heads, turn);
                }
            }
        }
    }

    @Test
    void everyNumberOfHeads() {
        for (int heads : new int[] {1, 2, 4, 8}) {
            for (int width : new int[] {1, 2, 5, 16, 20}) {
                compare(SphericalLayout.of(2, 1), 3, 7, 3, heads * width, heads, heads);
            }
        }
    }

    @Test
    void withoutEdges() {
        for (int nodes : new int[] {0, 1, 5}) {
            compare(SphericalLayout.of(2, 2), nodes, 0, 1, 17, 1, 3);
        }
    }

    /** Edge tensors of more than two megabytes take another way through the batch: by crystal, or node by node. */
    @Test
    void moreThanACacheHolds() {
        SphericalLayout layout = SphericalLayout.of(2, 1);
        for (int group : new int[] {5, 60}) {
            compare(layout, 60, 640, group, 128, 4, 0);
        }
    }

    private static void compare(
            SphericalLayout layout, int nodes, int edges, int group, int channels, int heads, int choice) {
        String name = layout + " N" + nodes + " E" + edges + "/" + group + " C" + channels + " H" + heads;
        gather(name, layout, nodes, edges, group, channels, choice);
        scatter(name, layout, nodes, edges, group, channels, heads, choice);
    }

    private static void gather(
            String name, SphericalLayout layout, int nodes, int edges, int group, int channels, int choice) {
        boolean weighted = choice % 4 != 1;
        Parity.Case c = parity.call("gatherRotate " + name);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, group).declare(c);
        int x = c.input(nodes, layout.coefficients(), channels);
        double[] matrices = RaggedGraphs.wigner(c.random(), edges, layout.lmax());
        int wigner = c.input(matrices, edges, layout.wignerSize());
        int radial = weighted ? c.input(edges, layout.radialSlots(), 2 * channels) : -1;
        int out = c.output(edges, layout.reduced(), 2 * channels);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.spherical()
                        .gatherRotate(layout, graph.of(a), a.get(x), a.get(wigner), a.get(radial), a.get(out)));

        Parity.Case b = parity.call("gatherRotateBackward " + name);
        RaggedGraphs.Declared same =
                RaggedGraphs.random(b.random(), nodes, edges, group).declare(b);
        boolean add = choice % 2 == 0;
        int dout = b.input(edges, layout.reduced(), 2 * channels);
        int xb = b.input(nodes, layout.coefficients(), channels);
        int wb = b.input(matrices, edges, layout.wignerSize());
        int rb = weighted ? b.input(edges, layout.radialSlots(), 2 * channels) : -1;
        int dx = choice % 7 == 3 ? -1 : b.sink(add, nodes, layout.coefficients(), channels);
        int dradial = weighted && choice % 5 != 2 ? b.sink(!add, edges, layout.radialSlots(), 2 * channels) : -1;
        int dangular = choice % 3 == 0 ? b.sink(add, edges, 3) : -1;
        b.run(
                Parity.BACKWARD,
                (k, a) -> k.spherical()
                        .gatherRotateBackward(
                                layout,
                                same.of(a),
                                a.get(dout),
                                a.get(xb),
                                a.get(wb),
                                a.get(rb),
                                a.sink(dx),
                                a.sink(dradial),
                                a.sink(dangular)));
    }

    private static void scatter(
            String name, SphericalLayout layout, int nodes, int edges, int group, int channels, int heads, int choice) {
        boolean weighted = choice % 4 != 1;
        Parity.Case c = parity.call("rotateSegmentSum " + name);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, group).declare(c);
        int value = c.input(edges, layout.reduced(), channels);
        int weight = weighted ? c.input(edges, heads) : -1;
        double[] matrices = RaggedGraphs.wigner(c.random(), edges, layout.lmax());
        int wigner = c.input(matrices, edges, layout.wignerSize());
        int out = c.output(nodes, layout.coefficients(), channels);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.spherical()
                        .rotateSegmentSum(
                                layout, graph.of(a), 0.3, a.get(value), a.get(weight), a.get(wigner), a.get(out)));

        Parity.Case b = parity.call("rotateSegmentSumBackward " + name);
        RaggedGraphs.Declared same =
                RaggedGraphs.random(b.random(), nodes, edges, group).declare(b);
        boolean add = choice % 2 == 1;
        int dout = b.input(nodes, layout.coefficients(), channels);
        int vb = b.input(edges, layout.reduced(), channels);
        int weightB = weighted ? b.input(edges, heads) : -1;
        int wb = b.input(matrices, edges, layout.wignerSize());
        int dvalue = choice % 7 == 3 ? -1 : b.sink(add, edges, layout.reduced(), channels);
        int dweight = weighted && choice % 5 != 2 ? b.sink(!add, edges, heads) : -1;
        int dangular = choice % 3 == 0 ? b.sink(add, edges, 3) : -1;
        b.run(
                Parity.BACKWARD,
                (k, a) -> k.spherical()
                        .rotateSegmentSumBackward(
                                layout,
                                same.of(a),
                                0.3,
                                a.get(dout),
                                a.get(vb),
                                a.get(weightB),
                                a.get(wb),
                                a.sink(dvalue),
                                a.sink(dweight),
                                a.sink(dangular)));
    }

    @Test
    @Tag("cpu")
    void namesAnIndexThatLeavesTheNodes() {
        SphericalLayout layout = SphericalLayout.of(1, 1);
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                VectorKernels kernels = new VectorKernels(1)) {
            EdgeIndex edges = new EdgeIndex(
                    2,
                    2,
                    scope.of(new int[] {0, 7}, 2),
                    scope.of(new int[] {0, 1}, 2),
                    scope.of(new int[] {0, 1, 2}, 3),
                    scope.of(new int[] {0, 1, 2}, 3),
                    scope.of(new int[] {0, 1}, 2));
            Tensor x = scope.zeros(DType.F32, 2, 4, 3);
            Tensor wigner = scope.zeros(DType.F32, 2, 10);
            Tensor out = scope.zeros(DType.F32, 2, 4, 6);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> kernels.spherical().gatherRotate(layout, edges, x, wigner, null, out));
            assertEquals("gatherRotate: edges.source[1] is 7; expected 0 to 1", e.getMessage());
        }
    }

    /** The batch is divided where no edge crosses, and left whole where that would leave threads without work. */
    @Test
    @Tag("cpu")
    void partsAreSeparate() {
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test")) {
            Random random = new Random(1);
            int[] parts = parts(scope, RaggedGraphs.random(random, 100, 1000, 10));
            assertTrue(parts != null && parts.length > 5 && parts[0] == 0 && parts[parts.length - 1] == 100);
            for (int bound : parts) {
                assertEquals(0, bound % 10);
            }
            assertEquals(null, parts(scope, RaggedGraphs.random(random, 100, 1000, 50)));
        }
    }

    private static int[] parts(Scope scope, RaggedGraphs graph) {
        return VectorRotationParts.split(new VectorSegmentIndex("test", graph.index(scope)));
    }
}
