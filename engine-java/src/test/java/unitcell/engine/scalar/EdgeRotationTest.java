package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalKernels;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.WignerD;

/**
 * Rotations of features into and out of edge frames: against dense block-diagonal matrices, and gradients by differences
 * for features, weights, and infinitesimal rotations applied after the frame's own.
 */
class EdgeRotationTest {
    private static final SphericalKernels SPHERICAL = new ScalarKernels().spherical();

    private static EdgeIndex graph(KernelCase at, String name) {
        return switch (name) {
            case "ragged" -> Graphs.ragged(at);
            case "single" -> Graphs.single(at);
            default -> Graphs.withoutEdges(at, 2);
        };
    }

    /** Wigner matrices of fixed rotations followed by exp([w]x) for the three numbers of each edge. */
    private static void wigner(int lmax, Tensor w, Tensor wigner) {
        for (int e = 0; e < w.dim(0); e++) {
            double[] fixed = new double[9];
            WignerD.rotation(0.3 + 0.1 * e, -0.5, 0.7 - 0.2 * e, 0.2, fixed);
            // exp([w]x) is the rotation of the quaternion (cos |w|/2, sin(|w|/2)/|w| w), near (1, w/2) for small w.
            double[] small = new double[9];
            double x = w.get(3L * e);
            double y = w.get(3 * e + 1);
            double z = w.get(3 * e + 2);
            double size = Math.sqrt(x * x + y * y + z * z);
            double factor = size == 0 ? 0.5 : Math.sin(size / 2) / size;
            WignerD.rotation(Math.cos(size / 2), factor * x, factor * y, factor * z, small);
            double[] product = new double[9];
            for (int i = 0; i < 9; i++) {
                for (int k = 0; k < 3; k++) {
                    product[i] += small[i / 3 * 3 + k] * fixed[3 * k + i % 3];
                }
            }
            double[] blocks = new double[WignerD.packedSize(lmax)];
            WignerD.fromRotation(product, lmax, blocks);
            for (int i = 0; i < blocks.length; i++) {
                wigner.set((long) e * blocks.length + i, blocks[i]);
            }
        }
    }

    /** Dense (L+1)^2 matrix of one edge, row-major. */
    private static double[] dense(SphericalLayout layout, Tensor wigner, int e) {
        double[] packed = wigner.rows(e, e + 1).toDoubles();
        return WignerD.dense(packed, layout.lmax());
    }

    @ParameterizedTest
    @CsvSource({
        "ragged,2,2,2,false,true,2", "ragged,3,1,1,false,true,1", "ragged,2,0,0,false,true,1",
                "single,2,1,1,true,true,3",
        "ragged,2,1,1,false,false,1", "ragged,0,0,0,false,true,2", "none,2,1,1,false,true,2",
                "single,1,1,1,true,false,1"
    })
    void gatherRotate(
            String graph, int lmax, int mmax, int rescale, boolean perDegree, boolean withRadial, int channels) {
        SphericalLayout layout = new SphericalLayout(lmax, mmax, rescale, perDegree);
        int width = 2 * channels;
        try (KernelCase at = new KernelCase("gatherRotate")) {
            EdgeIndex edges = graph(at, graph);
            Tensor x = at.input("x", at.random(edges.nodes(), layout.coefficients(), channels));
            Tensor w = at.input("w", at.empty(edges.edges(), 3).zero());
            Tensor radial =
                    withRadial ? at.input("radial", at.random(edges.edges(), layout.radialSlots(), width)) : null;
            Tensor wigner = at.empty(edges.edges(), layout.wignerSize());
            Tensor out = at.output(edges.edges(), layout.reduced(), width);
            at.check(
                    () -> {
                        wigner(lmax, w, wigner);
                        SPHERICAL.gatherRotate(layout, edges, x, wigner, radial, out);
                    },
                    (dy, s) -> SPHERICAL.gatherRotateBackward(
                            layout, edges, dy[0], x, wigner, radial, s[0], withRadial ? s[2] : null, s[1]));

            int[] rows = layout.nodeRows();
            for (int e = 0; e < edges.edges(); e++) {
                double[] d = dense(layout, wigner, e);
                for (int r = 0; r < rows.length; r++) {
                    for (int c = 0; c < width; c++) {
                        int node = (int) (c < channels ? edges.source() : edges.target()).get(e);
                        double sum = 0;
                        for (int i = 0; i < layout.coefficients(); i++) {
                            long from = ((long) node * layout.coefficients() + i) * channels + c % channels;
                            sum += d[rows[r] * layout.coefficients() + i] * x.get(from);
                        }
                        int slot = layout.radialSlot()[r];
                        double factor =
                                withRadial ? radial.get(((long) e * layout.radialSlots() + slot) * width + c) : 1;
                        assertEquals(factor * sum, out.get(((long) e * rows.length + r) * width + c), 1e-14);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ragged,2,2,2,2,4",
        "ragged,3,1,1,3,3",
        "ragged,3,0,2,1,2",
        "single,2,1,1,0,3",
        "none,2,1,1,2,2",
        "ragged,0,0,0,1,1",
        "ragged,1,0,0,0,1"
    })
    void rotateSegmentSum(String graph, int lmax, int mmax, int rescaleMmax, int heads, int channels) {
        SphericalLayout layout = new SphericalLayout(lmax, mmax, rescaleMmax, false);
        double scale = 0.7;
        try (KernelCase at = new KernelCase("rotateSegmentSum")) {
            EdgeIndex edges = graph(at, graph);
            Tensor value = at.input("value", at.random(edges.edges(), layout.reduced(), channels));
            Tensor w = at.input("w", at.empty(edges.edges(), 3).zero());
            Tensor weight = heads > 0 ? at.input("weight", at.random(edges.edges(), heads)) : null;
            Tensor wigner = at.empty(edges.edges(), layout.wignerSize());
            Tensor out = at.output(edges.nodes(), layout.coefficients(), channels);
            at.check(
                    () -> {
                        wigner(lmax, w, wigner);
                        SPHERICAL.rotateSegmentSum(layout, edges, scale, value, weight, wigner, out);
                    },
                    (dy, s) -> SPHERICAL.rotateSegmentSumBackward(
                            layout, edges, scale, dy[0], value, weight, wigner, s[0], heads > 0 ? s[2] : null, s[1]));

            double[] expected = new double[(int) out.size()];
            int[] rows = layout.nodeRows();
            int[] degrees = layout.degrees();
            for (int e = 0; e < edges.edges(); e++) {
                double[] d = dense(layout, wigner, e);
                int node = (int) edges.target().get(e);
                for (int r = 0; r < rows.length; r++) {
                    int l = degrees[r];
                    double rescale = l > rescaleMmax ? Math.sqrt((2 * l + 1) / (2.0 * rescaleMmax + 1)) : 1;
                    for (int c = 0; c < channels; c++) {
                        double attention = heads == 0 ? 1 : weight.get((long) e * heads + c * heads / channels);
                        double v = scale * rescale * attention * value.get(((long) e * rows.length + r) * channels + c);
                        for (int i = 0; i < layout.coefficients(); i++) {
                            expected[(node * layout.coefficients() + i) * channels + c] +=
                                    d[rows[r] * layout.coefficients() + i] * v;
                        }
                    }
                }
            }
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], out.get(i), 1e-14);
            }
        }
    }

    /** From edge vectors to features and back to gradients of edge vectors, also for edges along the poles. */
    @Test
    void gradientReachesEdgeVectors() {
        SphericalLayout layout = SphericalLayout.of(3, 1);
        try (KernelCase at = new KernelCase("vectors")) {
            EdgeIndex edges =
                    Graphs.of(at, 3, new int[][] {{0, 0}, {1, 0}, {2, 0}, {1, 1}, {2, 1}, {0, 2}, {0, 2}, {1, 2}});
            Tensor vector = at.input("vector", at.of(EdgeGeometryTest.DIRECTIONS, 8, 3));
            Tensor x = at.random(3, 16, 2);
            Tensor distance = at.empty(8);
            Tensor rotation = at.empty(8, 9);
            Tensor jacobian = at.empty(8, 9);
            Tensor wigner = at.empty(8, layout.wignerSize());
            Tensor into = at.output(8, layout.reduced(), 4);
            Tensor value = at.random(8, layout.reduced(), 2);
            Tensor back = at.output(3, 16, 2);
            at.check(
                    () -> {
                        SPHERICAL.edgeFrame(vector, distance, rotation, jacobian);
                        SPHERICAL.wignerD(3, rotation, wigner);
                        SPHERICAL.gatherRotate(layout, edges, x, wigner, null, into);
                        SPHERICAL.rotateSegmentSum(layout, edges, 1, value, null, wigner, back);
                    },
                    (dy, s) -> {
                        Tensor angular = at.empty(8, 3);
                        SPHERICAL.gatherRotateBackward(
                                layout, edges, dy[0], x, wigner, null, null, null, Sink.write(angular));
                        SPHERICAL.rotateSegmentSumBackward(
                                layout, edges, 1, dy[1], value, null, wigner, null, null, Sink.add(angular));
                        SPHERICAL.edgeFrameBackward(vector, distance, jacobian, null, angular, s[0]);
                    });
        }
    }

    /** What is not truncated comes back: D^T D = 1. */
    @Test
    void thereAndBackIsTheIdentity() {
        SphericalLayout layout = SphericalLayout.of(4, 4);
        try (KernelCase at = new KernelCase("there and back")) {
            EdgeIndex edges = Graphs.of(at, 1, new int[][] {{0, 0}});
            Tensor x = at.random(1, 25, 1);
            Tensor wigner = at.empty(1, layout.wignerSize());
            wigner(4, at.random(1, 3), wigner);
            Tensor into = at.empty(1, 25, 2);
            SPHERICAL.gatherRotate(layout, edges, x, wigner, null, into);
            Tensor back = at.empty(1, 25, 2);
            SPHERICAL.rotateSegmentSum(layout, edges, 1, into, null, wigner, back);
            for (int i = 0; i < 25; i++) {
                assertEquals(x.get(i), back.get(2L * i), 1e-14);
                assertEquals(x.get(i), back.get(2 * i + 1), 1e-14);
            }
        }
    }
}
