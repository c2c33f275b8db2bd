package unitcell.engine.cpu;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.SphericalLayout;

/**
 * Sizes at and beyond the limits at which the rotation kernels change their ways: channels that take several blocks, heads
 * that straddle them, more heads than lanes, more edges at a node than are staged at a time, addresses between vectors. All
 * gradients are wanted, with and without those of the rotations.
 */
class VectorRotationLimitsTest {
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
    void everyDegree() {
        for (int l = 0; l <= 6; l++) {
            SphericalLayout layout = new SphericalLayout(l, Math.min(l, 2), Math.min(l, 2), l % 2 == 1);
            for (int channels : new int[] {3, 8}) {
                compare(layout, 3, 8, channels, channels % 4 == 0 ? 2 : 1, 0);
            }
        }
    }

    @Test
    void channelsOfSeveralBlocks() {
        for (int[] s : new int[][] {{129, 1}, {130, 2}, {130, 1}, {132, 1}, {256, 1}, {256, 2}, {260, 5}, {264, 8}}) {
            compare(SphericalLayout.of(2, 1), 2, 5, s[0], s[1], 0);
        }
    }

    @Test
    void moreHeadsThanLanes() {
        compare(SphericalLayout.of(1, 1), 2, 5, 64, 64, 0);
        compare(SphericalLayout.of(1, 0), 2, 5, 280, 70, 0);
        compare(SphericalLayout.of(1, 1), 2, 5, 5, 5, 0);
    }

    @Test
    void manyEdgesAtANode() {
        compare(SphericalLayout.of(2, 2), 2, 300, 5, 1, 0);
        compare(SphericalLayout.of(6, 6), 2, 110, 4, 1, 0);
        compare(SphericalLayout.of(6, 6), 1, 70, 130, 2, 0);
        compare(new SphericalLayout(5, 0, 2, false), 2, 150, 12, 3, 0);
    }

    @Test
    void addressesBetweenVectors() {
        for (int first : new int[] {1, 2}) {
            compare(SphericalLayout.of(3, 2), 3, 8, 8, 2, first);
        }
    }

    /** All tensors with channels begin {@code first} elements into their memory. */
    private static void compare(SphericalLayout layout, int nodes, int edges, int channels, int heads, int first) {
        for (boolean angular : new boolean[] {false, true}) {
            String name =
                    layout + " N" + nodes + " E" + edges + " C" + channels + " H" + heads + " +" + first + angular;
            gather(name, layout, nodes, edges, channels, first, angular);
            scatter(name, layout, nodes, edges, channels, heads, first, angular);
        }
    }

    private static Tensor from(Tensor flat, int first, long... shape) {
        return flat.rows(first, flat.dim(0)).reshape(shape);
    }

    private static void gather(
            String name, SphericalLayout layout, int nodes, int edges, int channels, int first, boolean angular) {
        long[] nodeShape = {nodes, layout.coefficients(), channels};
        long[] edgeShape = {edges, layout.reduced(), 2L * channels};
        long[] radialShape = {edges, layout.radialSlots(), 2L * channels};
        Parity.Case c = parity.call("rotations gathered " + name);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, nodes).declare(c);
        int x = c.input(first + Tensor.sizeOf(nodeShape));
        int wigner = c.input(RaggedGraphs.wigner(c.random(), edges, layout.lmax()), edges, layout.wignerSize());
        int radial = c.input(first + Tensor.sizeOf(radialShape));
        int dout = c.input(first + Tensor.sizeOf(edgeShape));
        int out = c.output(edgeShape);
        int dx = c.sink(angular, nodeShape);
        int dradial = c.sink(!angular, radialShape);
        int dangular = angular ? c.sink(true, edges, 3) : -1;
        c.run(Parity.BACKWARD, (k, a) -> {
            Tensor features = from(a.get(x), first, nodeShape);
            Tensor weights = from(a.get(radial), first, radialShape);
            k.spherical().gatherRotate(layout, graph.of(a), features, a.get(wigner), weights, a.get(out));
            k.spherical()
                    .gatherRotateBackward(
                            layout,
                            graph.of(a),
                            from(a.get(dout), first, edgeShape),
                            features,
                            a.get(wigner),
                            weights,
                            a.sink(dx),
                            a.sink(dradial),
                            a.sink(dangular));
        });
    }

    private static void scatter(
            String name,
            SphericalLayout layout,
            int nodes,
            int edges,
            int channels,
            int heads,
            int first,
            boolean angular) {
        long[] nodeShape = {nodes, layout.coefficients(), channels};
        long[] edgeShape = {edges, layout.reduced(), channels};
        Parity.Case c = parity.call("rotations scattered " + name);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, nodes).declare(c);
        int value = c.input(first + Tensor.sizeOf(edgeShape));
        int weight = c.input(edges, heads);
        int wigner = c.input(RaggedGraphs.wigner(c.random(), edges, layout.lmax()), edges, layout.wignerSize());
        int dout = c.input(first + Tensor.sizeOf(nodeShape));
        int out = c.output(nodeShape);
        int dvalue = c.sink(angular, edgeShape);
        int dweight = c.sink(!angular, edges, heads);
        int dangular = angular ? c.sink(false, edges, 3) : -1;
        c.run(Parity.BACKWARD, (k, a) -> {
            Tensor values = from(a.get(value), first, edgeShape);
            k.spherical().rotateSegmentSum(layout, graph.of(a), 0.7, values, a.get(weight), a.get(wigner), a.get(out));
            k.spherical()
                    .rotateSegmentSumBackward(
                            layout,
                            graph.of(a),
                            0.7,
                            from(a.get(dout), first, nodeShape),
                            values,
                            a.get(weight),
                            a.get(wigner),
                            a.sink(dvalue),
                            a.sink(dweight),
                            a.sink(dangular));
        });
    }
}
