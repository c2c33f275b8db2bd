package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalKernels;

/** Edge vectors and frames: R n = e_y, and the gradients of both by differences, on the poles and everywhere. */
class EdgeGeometryTest {
    private static final SphericalKernels SPHERICAL = new ScalarKernels().spherical();

    /** Along and against every axis, near the poles on both sides, and general directions; none on the seam n_y = 0. */
    static final double[] DIRECTIONS = {
        0, 2, 0, //
        0, -3, 0, //
        1e-9, 1.5, -1e-9, //
        -1e-5, -1, 2e-5, //
        1.3, 0.01, 0, //
        -1, -0.01, 0.5, //
        0.2, 0.4, 1.7, //
        0.5, -0.8, -0.3, //
    };

    private static final int EDGES = DIRECTIONS.length / 3;

    @Test
    void edgeVector() {
        try (KernelCase at = new KernelCase("edgeVector")) {
            EdgeIndex edges = Graphs.ragged(at);
            Tensor crystal = at.of(new int[] {1, 1, 1, 1});
            Tensor position = at.input("position", at.random(4, 3));
            Tensor cell = at.input("cell", at.random(2, 3, 3));
            Tensor shift = at.of(new double[] {1, 0, 0, 0, -1, 0, 0, 0, 2, 0, 0, 0, 1, 1, 1, 0, 0, 0, -1, 2, 0}, 7, 3);
            Tensor vector = at.output(7, 3);
            at.check(
                    () -> SPHERICAL.edgeVector(edges, position, cell, crystal, shift, vector),
                    (dy, s) -> SPHERICAL.edgeVectorBackward(edges, dy[0], crystal, shift, s[0], s[1]));
            for (int k = 0; k < 3; k++) {
                // A self-image is the lattice vector; the last edge runs from 3 to 1 by -a + 2 b of crystal 1.
                assertEquals(cell.get(9 + k), vector.get(k), 1e-15);
                double expected = position.get(3 + k) - cell.get(9 + k) + 2 * cell.get(12 + k) - position.get(9 + k);
                assertEquals(expected, vector.get(18 + k), 1e-15);
            }
        }
    }

    @Test
    void edgeVectorOfACrystalThatIsNotThere() {
        try (KernelCase at = new KernelCase("crystal")) {
            EdgeIndex edges = Graphs.single(at);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> SPHERICAL.edgeVector(
                            edges,
                            at.random(1, 3),
                            at.random(1, 3, 3),
                            at.of(new int[] {1}),
                            at.random(2, 3),
                            at.empty(2, 3)));
            assertEquals("edgeVector: crystal[0] is 1; expected 0 to 0", e.getMessage());
        }
    }

    @Test
    void framesTakeEdgesToThePole() {
        try (KernelCase at = new KernelCase("frames")) {
            Tensor vector = at.of(DIRECTIONS, EDGES, 3);
            Tensor distance = at.empty(EDGES);
            Tensor rotation = at.empty(EDGES, 9);
            SPHERICAL.edgeFrame(vector, distance, rotation, null);
            for (int e = 0; e < EDGES; e++) {
                double d = Math.hypot(Math.hypot(vector.get(3L * e), vector.get(3 * e + 1)), vector.get(3 * e + 2));
                assertEquals(d, distance.get(e), 1e-14);
                for (int i = 0; i < 3; i++) {
                    double image = 0;
                    for (int k = 0; k < 3; k++) {
                        image += rotation.get(9 * e + 3 * i + k) * vector.get(3 * e + k) / d;
                        double product = 0;
                        for (int q = 0; q < 3; q++) {
                            product += rotation.get(9 * e + 3 * i + q) * rotation.get(9 * e + 3 * k + q);
                        }
                        assertEquals(i == k ? 1 : 0, product, 1e-14, "orthogonality of edge " + e);
                    }
                    assertEquals(i == 1 ? 1 : 0, image, 1e-14, "image of edge " + e);
                }
                assertEquals(1, determinant(rotation, 9 * e), 1e-14);
            }
            // The upper chart is the shortest rotation: it leaves the axis n x e_y alone.
            double[] axis = {-vector.get(20), 0, vector.get(18)};
            for (int i = 0; i < 3; i++) {
                double image = 0;
                for (int k = 0; k < 3; k++) {
                    image += rotation.get(9 * 6 + 3 * i + k) * axis[k];
                }
                assertEquals(axis[i], image, 1e-14);
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> SPHERICAL.edgeFrame(at.empty(1, 3).zero(), at.empty(1), at.empty(1, 9), null));
        }
    }

    private static double determinant(Tensor r, int at) {
        return r.get(at) * (r.get(at + 4) * r.get(at + 8) - r.get(at + 5) * r.get(at + 7))
                - r.get(at + 1) * (r.get(at + 3) * r.get(at + 8) - r.get(at + 5) * r.get(at + 6))
                + r.get(at + 2) * (r.get(at + 3) * r.get(at + 7) - r.get(at + 4) * r.get(at + 6));
    }

    @Test
    void edgeFrameGradient() {
        try (KernelCase at = new KernelCase("edgeFrame")) {
            Tensor vector = at.input("vector", at.of(DIRECTIONS, EDGES, 3));
            Tensor distance = at.output(EDGES);
            Tensor rotation = at.output(EDGES, 9);
            Tensor jacobian = at.empty(EDGES, 9);
            at.check(
                    () -> SPHERICAL.edgeFrame(vector, distance, rotation, jacobian),
                    (dy, s) -> SPHERICAL.edgeFrameBackward(
                            vector, distance, jacobian, dy[0], angular(at, rotation, dy[1]), s[0]));
        }
        try (KernelCase at = new KernelCase("edgeFrame distance")) {
            Tensor vector = at.input("vector", at.of(DIRECTIONS, EDGES, 3));
            Tensor distance = at.output(EDGES);
            Tensor rotation = at.empty(EDGES, 9);
            at.check(
                    () -> SPHERICAL.edgeFrame(vector, distance, rotation, null),
                    (dy, s) -> SPHERICAL.edgeFrameBackward(vector, distance, null, dy[0], null, s[0]));
        }
        try (KernelCase at = new KernelCase("edgeFrame rotation")) {
            Tensor vector = at.input("vector", at.of(DIRECTIONS, EDGES, 3));
            Tensor distance = at.empty(EDGES);
            Tensor rotation = at.output(EDGES, 9);
            Tensor jacobian = at.empty(EDGES, 9);
            at.check(
                    () -> SPHERICAL.edgeFrame(vector, distance, rotation, jacobian),
                    (dy, s) -> SPHERICAL.edgeFrameBackward(
                            vector, distance, jacobian, null, angular(at, rotation, dy[0]), s[0]));
        }
    }

    /** dL/dw from dL/dR: dR = [w]x R, and the columns of [e_k]x R are e_k times the columns of R. */
    private static Tensor angular(KernelCase at, Tensor rotation, Tensor g) {
        Tensor out = at.empty(EDGES, 3);
        for (int e = 0; e < EDGES; e++) {
            for (int k = 0; k < 3; k++) {
                int i = (k + 1) % 3;
                int j = (k + 2) % 3;
                double sum = 0;
                for (int c = 0; c < 3; c++) {
                    // (e_k x r)_j = r_i, (e_k x r)_i = -r_j
                    sum += g.get(9 * e + 3 * j + c) * rotation.get(9 * e + 3 * i + c);
                    sum -= g.get(9 * e + 3 * i + c) * rotation.get(9 * e + 3 * j + c);
                }
                out.set(3 * e + k, sum);
            }
        }
        return out;
    }

    @Test
    void nothingToDoWithoutEdges() {
        try (KernelCase at = new KernelCase("no edges")) {
            Tensor none = at.empty(0, 3);
            SPHERICAL.edgeFrame(none, at.empty(0), at.empty(0, 9), at.empty(0, 9));
            SPHERICAL.edgeFrameBackward(
                    none, at.empty(0), at.empty(0, 9), at.empty(0), none, Sink.write(at.empty(0, 3)));
            SPHERICAL.wignerD(3, at.empty(0, 9), at.empty(0, 84));
            assertThrows(IllegalArgumentException.class, () -> SPHERICAL.wignerD(3, at.empty(0, 9), at.empty(0, 35)));
        }
    }
}
