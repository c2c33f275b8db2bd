package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static unitcell.engine.so3.So3TestSupport.assertClose;
import static unitcell.engine.so3.So3TestSupport.axial;
import static unitcell.engine.so3.So3TestSupport.identity;
import static unitcell.engine.so3.So3TestSupport.multiply;
import static unitcell.engine.so3.So3TestSupport.normalised;
import static unitcell.engine.so3.So3TestSupport.transpose;
import static unitcell.engine.so3.So3TestSupport.unit;
import static unitcell.engine.so3.So3TestSupport.wigner;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EdgeFrameTest {
    /** How a frame is made from an edge vector, everything else held fixed. */
    private interface Frame {
        double make(double[] v, double[] r);
    }

    /** Axes, directions within rounding of the poles, on and beside the seam n_y = 0, and random ones. */
    private static List<double[]> directions() {
        List<double[]> out = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
            for (int sign = -1; sign <= 1; sign += 2) {
                double[] v = new double[3];
                v[k] = sign;
                out.add(v);
            }
        }
        for (double tiny : new double[] {1e-3, 1e-7, 1e-12, 1e-17}) {
            out.add(normalised(new double[] {tiny, 1, -tiny / 2}));
            out.add(normalised(new double[] {tiny, -1, 2 * tiny}));
            out.add(normalised(new double[] {0.6, tiny, 0.8}));
            out.add(normalised(new double[] {0.6, -tiny, 0.8}));
        }
        out.add(new double[] {0.6, 0, -0.8});
        Random random = new Random(11);
        for (int i = 0; i < 20; i++) {
            out.add(unit(random));
        }
        return out;
    }

    @Test
    void referenceFramesAreTheReferences() throws IOException {
        Golden golden = Golden.open("b_edge_frames");
        Golden.Array vec = golden.get("edge_vec");
        Golden.Array rand = golden.get("rand_like");
        double[] r = new double[9];
        for (int e = 0; e < vec.shape()[0]; e++) {
            EdgeFrame.reference(vec.slice(e), 0, rand.slice(e), 0, r, 0);
            assertClose("frame of edge " + e, golden.get("edge_rot_mat").slice(e), r, 1e-12);
        }
    }

    @Test
    void wignerMatricesOfTheReferenceFramesAreTheReferences() throws IOException {
        Golden golden = Golden.open("b_edge_frames");
        Golden.Array frames = golden.get("edge_rot_mat");
        for (int e = 0; e < frames.shape()[0]; e++) {
            double[] dense = WignerD.dense(wigner(frames.slice(e), 6), 6);
            assertClose("D of edge " + e, golden.get("wigner_l0to6").slice(e), dense, 1e-11);
        }
    }

    @Test
    void framesAreRotationsThatTakeTheEdgeToThePole() {
        double[] r = new double[9];
        Random random = new Random(12);
        for (double[] n : directions()) {
            double[] v = {2.5 * n[0], 2.5 * n[1], 2.5 * n[2]};
            double[] rand = {random.nextDouble(), random.nextDouble(), random.nextDouble()};
            List<Frame> frames = List.of(
                    (p, out) -> EdgeFrame.fromVector(p, 0, out, 0),
                    (p, out) -> EdgeFrame.fromVector(p, 0, 0.7, out, 0),
                    (p, out) -> EdgeFrame.reference(p, 0, rand, 0, out, 0));
            for (Frame frame : frames) {
                assertEquals(2.5, frame.make(v, r), 1e-14);
                assertClose("R n", new double[] {0, 1, 0}, multiply(r, n, 3), 1e-15);
                assertClose("R R^T", identity(3), multiply(r, transpose(r, 3), 3), 2e-15);
                assertEquals(1, determinant(r), 2e-15);
            }
        }
    }

    @Test
    void twoChartFrameIsTheShortestRotationInTheUpperHalf() {
        for (double[] n : directions()) {
            if (n[1] < 0) {
                continue;
            }
            double[] r = new double[9];
            EdgeFrame.fromVector(n, 0, r, 0);
            double[] expected = new double[9];
            WignerD.rotation(1 + n[1], -n[2], 0, n[0], expected);
            assertClose("shortest rotation", expected, r, 2e-15);
        }
    }

    @Test
    void angularVelocityMatchesCentralDifferences() {
        Random random = new Random(13);
        double[] r = new double[9];
        double[] a = new double[9];
        for (double[] n : directions()) {
            double[] rand = {random.nextDouble(), random.nextDouble(), random.nextDouble()};
            EdgeFrame.fromVector(n, 0, r, 0);
            EdgeFrame.angularJacobian(r, 0, a, 0);
            checkAngular((p, out) -> EdgeFrame.fromVector(p, 0, out, 0), n, r, a, random);
            EdgeFrame.fromVector(n, 0, -1.1, r, 0);
            EdgeFrame.angularJacobian(r, 0, a, 0);
            checkAngular((p, out) -> EdgeFrame.fromVector(p, 0, -1.1, out, 0), n, r, a, random);
            EdgeFrame.reference(n, 0, rand, 0, r, 0);
            EdgeFrame.referenceAngularJacobian(n, 0, rand, 0, r, 0, a, 0);
            checkAngular((p, out) -> EdgeFrame.reference(p, 0, rand, 0, out, 0), n, r, a, random);
        }
    }

    /**
     * Central differences, or, where one side belongs to another branch (beyond the seam of the two charts, or beside the
     * axes, on which two helper vectors of the reference tie), the difference towards the side that does not.
     */
    private static void checkAngular(Frame frame, double[] n, double[] r, double[] a, Random random) {
        assertClose("A n", new double[3], multiply(a, n, 3), 2e-15);
        double eps = 1e-6;
        double[] step = random.doubles(3, -1, 1).toArray();
        double along = n[0] * step[0] + n[1] * step[1] + n[2] * step[2];
        double[] dn = new double[3];
        double[][] moved = new double[2][3];
        double[][] frames = new double[2][9];
        for (int k = 0; k < 3; k++) {
            dn[k] = step[k] - along * n[k];
            moved[0][k] = n[k] - eps * dn[k];
            moved[1][k] = n[k] + eps * dn[k];
        }
        double width = 2 * eps;
        for (int side = 0; side < 2; side++) {
            frame.make(moved[side], frames[side]);
            boolean beyondSeam = (moved[side][1] >= 0) != (n[1] >= 0);
            boolean jumps = distance(frames[side], r) > 1e-4;
            if (beyondSeam || jumps) {
                assertTrue(beyondSeam || Math.abs(n[0]) == 1 || Math.abs(n[2]) == 1, "jump where none is due");
                frames[side] = r;
                width -= eps;
            }
        }
        assertTrue(width > 0, "the frame is continuous on neither side");
        double[] dr = new double[9];
        for (int i = 0; i < 9; i++) {
            dr[i] = (frames[1][i] - frames[0][i]) / width;
        }
        double tolerance = width > eps ? 5e-9 : 1e-5;
        double[] w = axial(multiply(dr, transpose(r, 3), 3), 2 * tolerance);
        assertClose("w = A dn", w, multiply(a, dn, 3), tolerance);
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void derivativeOfTheTwoChartFrameIsBoundedAndContinuousWithinAChart() {
        double[] r = new double[9];
        double[] a = new double[9];
        double[] near = new double[9];
        for (double[] n : directions()) {
            EdgeFrame.fromVector(n, 0, r, 0);
            EdgeFrame.angularJacobian(r, 0, a, 0);
            double norm = 0;
            for (double x : a) {
                norm += x * x;
            }
            assertTrue(norm <= 3 + 1e-12, "squared norm of A is " + norm);
            double[] moved = {n[0] + 1e-9, n[1] + (n[1] >= 0 ? 1e-9 : -1e-9), n[2] - 1e-9};
            EdgeFrame.fromVector(moved, 0, r, 0);
            EdgeFrame.angularJacobian(r, 0, near, 0);
            assertClose("A beside n", a, near, 1e-8);
        }
    }

    @Test
    void gradientOfTheEdgeVectorMatchesCentralDifferencesThroughTheWholeWignerMatrix() {
        int lmax = 6;
        So3Generators generators = new So3Generators(lmax);
        int size = Degrees.count(lmax);
        Random random = new Random(14);
        double[] rand = {0.1, 0.85, 0.4};
        for (double[] n : directions()) {
            if (Math.abs(n[1]) < 1e-5) {
                continue; // the roll jumps across the seam
            }
            double[] v = {1.9 * n[0], 1.9 * n[1], 1.9 * n[2]};
            double[] x = random.doubles(size, -1, 1).toArray();
            double[] g = random.doubles(size, -1, 1).toArray();
            double[] r = new double[9];
            double[] a = new double[9];
            double d = EdgeFrame.fromVector(v, 0, r, 0);
            EdgeFrame.angularJacobian(r, 0, a, 0);
            checkGradient((p, out) -> EdgeFrame.fromVector(p, 0, out, 0), v, d, r, a, g, x, generators);
            d = EdgeFrame.reference(v, 0, rand, 0, r, 0);
            EdgeFrame.referenceAngularJacobian(v, 0, rand, 0, r, 0, a, 0);
            checkGradient((p, out) -> EdgeFrame.reference(p, 0, rand, 0, out, 0), v, d, r, a, g, x, generators);
        }
    }

    private static void checkGradient(
            Frame frame, double[] v, double d, double[] r, double[] a, double[] g, double[] x, So3Generators gens) {
        int lmax = gens.lmax();
        double[] rotated = multiply(So3TestSupport.denseWigner(r, lmax), x, x.length);
        double[] gw = new double[3];
        for (int k = 0; k < 3; k++) {
            gw[k] = gens.axis(k).contract(g, 0, rotated, 0, 1);
        }
        double[] gv = new double[3];
        EdgeFrame.vectorGradient(a, 0, d, gw, 0, gv, 0);
        double eps = 1e-6;
        for (int k = 0; k < 3; k++) {
            double[] difference = new double[2];
            for (int side = 0; side < 2; side++) {
                double[] moved = v.clone();
                moved[k] += side == 0 ? eps : -eps;
                double[] out = new double[9];
                frame.make(moved, out);
                double[] y = multiply(So3TestSupport.denseWigner(out, lmax), x, x.length);
                for (int i = 0; i < y.length; i++) {
                    difference[side] += g[i] * y[i];
                }
            }
            double expected = (difference[0] - difference[1]) / (2 * eps);
            assertEquals(expected, gv[k], 1e-7 * (1 + Math.abs(expected)));
        }
    }

    @Test
    void offsetsAddressEdgesWithinLargerArrays() {
        Random random = new Random(15);
        int edges = 3;
        double[] v = random.doubles(1 + 3 * edges, -1, 1).toArray();
        double[] rand = random.doubles(2 + 3 * edges).toArray();
        double[] r = new double[4 + 9 * edges];
        double[] a = new double[5 + 9 * edges];
        double[] gw = random.doubles(6 + 3 * edges, -1, 1).toArray();
        double[] gv = new double[7 + 3 * edges];
        Arrays.fill(gv, 1);
        for (int e = 0; e < edges; e++) {
            double d = EdgeFrame.reference(v, 1 + 3 * e, rand, 2 + 3 * e, r, 4 + 9 * e);
            EdgeFrame.referenceAngularJacobian(v, 1 + 3 * e, rand, 2 + 3 * e, r, 4 + 9 * e, a, 5 + 9 * e);
            EdgeFrame.vectorGradient(a, 5 + 9 * e, d, gw, 6 + 3 * e, gv, 7 + 3 * e);
        }
        for (int e = 0; e < edges; e++) {
            double[] one = Arrays.copyOfRange(v, 1 + 3 * e, 4 + 3 * e);
            double[] draw = Arrays.copyOfRange(rand, 2 + 3 * e, 5 + 3 * e);
            double[] frame = new double[9];
            double[] map = new double[9];
            double d = EdgeFrame.reference(one, 0, draw, 0, frame, 0);
            EdgeFrame.referenceAngularJacobian(one, 0, draw, 0, frame, 0, map, 0);
            assertClose("frame", frame, Arrays.copyOfRange(r, 4 + 9 * e, 13 + 9 * e), 0);
            assertClose("map", map, Arrays.copyOfRange(a, 5 + 9 * e, 14 + 9 * e), 0);
            double[] w = Arrays.copyOfRange(gw, 6 + 3 * e, 9 + 3 * e);
            double[] expected = multiply(transpose(map, 3), w, 3);
            for (int k = 0; k < 3; k++) {
                assertEquals(1 + expected[k] / d, gv[7 + 3 * e + k], 1e-14);
            }
        }
        EdgeFrame.fromVector(v, 4, r, 13);
        double[] frame = new double[9];
        EdgeFrame.fromVector(Arrays.copyOfRange(v, 4, 7), 0, frame, 0);
        assertClose("two-chart frame", frame, Arrays.copyOfRange(r, 13, 22), 0);
    }

    @Test
    void edgesWithoutDirectionAreRefused() {
        double[] r = new double[9];
        double[] zero = new double[3];
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> EdgeFrame.fromVector(zero, 0, r, 0));
        assertTrue(e.getMessage().contains("zero or not finite"), e.getMessage());
        double[] nan = {Double.NaN, 1, 0};
        assertThrows(IllegalArgumentException.class, () -> EdgeFrame.fromVector(nan, 0, r, 0));
        double[] half = {0.5, 0.5, 0.5};
        double[] n = {0, 1, 0};
        assertThrows(IllegalArgumentException.class, () -> EdgeFrame.reference(n, 0, half, 0, r, 0));
    }

    private static double determinant(double[] r) {
        return r[0] * (r[4] * r[8] - r[5] * r[7])
                - r[1] * (r[3] * r[8] - r[5] * r[6])
                + r[2] * (r[3] * r[7] - r[4] * r[6]);
    }
}
