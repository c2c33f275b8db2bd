package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static unitcell.engine.so3.So3TestSupport.assertClose;
import static unitcell.engine.so3.So3TestSupport.denseWigner;
import static unitcell.engine.so3.So3TestSupport.identity;
import static unitcell.engine.so3.So3TestSupport.multiply;
import static unitcell.engine.so3.So3TestSupport.rotation;
import static unitcell.engine.so3.So3TestSupport.transpose;
import static unitcell.engine.so3.So3TestSupport.unit;
import static unitcell.engine.so3.So3TestSupport.wigner;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import unitcell.engine.so3.SphericalHarmonics.Normalization;

class WignerTest {
    private static final int TOP = 11;

    @Test
    void matricesAreTheReferences() throws IOException {
        Golden golden = Golden.open("b_wigner");
        Golden.Array rotations = golden.get("R");
        double[] alpha = golden.get("alpha").values();
        double[] beta = golden.get("beta").values();
        double[] gamma = golden.get("gamma").values();
        for (int i = 0; i < rotations.shape()[0]; i++) {
            double[] recursion = wigner(rotations.slice(i), 6);
            double[] euler = new double[recursion.length];
            WignerD.fromEuler(alpha[i], beta[i], gamma[i], 6, euler);
            for (int l = 0; l <= 6; l++) {
                double[] expected = golden.get("D" + l + "_e3nn").slice(i);
                assertClose("recursion, l=" + l, expected, WignerD.block(recursion, l), 1e-12);
                assertClose("Euler angles, l=" + l, expected, WignerD.block(euler, l), 1e-12);
                double[] other = golden.get("D" + l + "_eqv2_Jd").slice(i);
                assertClose("recursion against J, l=" + l, other, WignerD.block(recursion, l), 1e-12);
            }
            double[] dense = golden.get("D_block_eqv2_from_matrix").slice(i);
            assertClose("dense", dense, WignerD.dense(recursion, 6), 1e-12);
        }
    }

    @Test
    void reflectionMatricesAreTheReferences() throws IOException {
        Golden golden = Golden.open("b_wigner");
        for (int l = 0; l <= 6; l++) {
            assertClose("J" + l, golden.get("Jd" + l).values(), WignerJ.matrix(l), 1e-13);
        }
    }

    @Test
    void reflectionMatricesReflectTheHarmonics() {
        SphericalHarmonics harmonics = new SphericalHarmonics(TOP, Normalization.NORM);
        double[] j = WignerD.dense(WignerJ.blocks(TOP), TOP);
        int size = harmonics.size();
        assertClose("J^2", identity(size), multiply(j, j, size), 1e-13);
        assertClose("J is symmetric", j, transpose(j, size), 1e-13);
        Random random = new Random(3);
        for (int i = 0; i < 20; i++) {
            double[] n = unit(random);
            double[] reflected = harmonics.values(-n[1], -n[0], n[2]);
            assertClose("J Y(n) = Y(S n)", reflected, multiply(j, harmonics.values(n[0], n[1], n[2]), size), 1e-13);
        }
    }

    @Test
    void matricesRotateTheHarmonics() {
        SphericalHarmonics harmonics = new SphericalHarmonics(TOP, Normalization.NORM);
        int size = harmonics.size();
        Random random = new Random(4);
        for (int i = 0; i < 20; i++) {
            double[] r = rotation(random);
            double[] n = unit(random);
            double[] rn = multiply(r, n, 3);
            double[] expected = harmonics.values(rn[0], rn[1], rn[2]);
            double[] y = harmonics.values(n[0], n[1], n[2]);
            assertClose("D(R) Y(n) = Y(R n)", expected, multiply(denseWigner(r, TOP), y, size), 2e-13);
        }
    }

    @Test
    void matricesRepresentTheGroup() {
        Random random = new Random(5);
        int size = Degrees.count(TOP);
        double[] r1 = rotation(random);
        double[] r2 = rotation(random);
        double[] d1 = denseWigner(r1, TOP);
        double[] product = multiply(d1, denseWigner(r2, TOP), size);
        assertClose("D(R1) D(R2)", denseWigner(multiply(r1, r2, 3), TOP), product, 2e-13);
        assertClose("D D^T", identity(size), multiply(d1, transpose(d1, size), size), 2e-13);
        assertClose("D(1)", identity(size), denseWigner(identity(3), TOP), 1e-14);
        assertClose("D^1", r1, WignerD.block(wigner(r1, 1), 1), 0);
    }

    @Test
    void inversionGivesTheParity() {
        double[] d = wigner(new double[] {-1, 0, 0, 0, -1, 0, 0, 0, -1}, TOP);
        for (int l = 0; l <= TOP; l++) {
            double[] expected = identity(2 * l + 1);
            for (int i = 0; i < expected.length; i++) {
                expected[i] *= l % 2 == 0 ? 1 : -1;
            }
            assertClose("parity of l=" + l, expected, WignerD.block(d, l), 1e-14);
        }
    }

    @Test
    void anglesAndQuaternionsAgreeWithTheRotationMatrix() {
        Random random = new Random(6);
        double[] out = new double[WignerD.packedSize(TOP)];
        for (int i = 0; i < 5; i++) {
            double a = 6 * random.nextDouble() - 3;
            double b = 3 * random.nextDouble();
            double c = 6 * random.nextDouble() - 3;
            double[] r = {Math.cos(c), 0, Math.sin(c), 0, 1, 0, -Math.sin(c), 0, Math.cos(c)};
            double[] rx = {1, 0, 0, 0, Math.cos(b), -Math.sin(b), 0, Math.sin(b), Math.cos(b)};
            r = multiply(rx, r, 3);
            EdgeFrame.roll(a, r, 0);
            WignerD.fromEuler(a, b, c, TOP, out);
            assertClose("Euler angles", wigner(r, TOP), out, 2e-13);
        }
        // A turn by 2 t about the axis (1, 2, 2)/3, with the quaternion not normalised.
        double t = 0.4;
        double[] k = {1 / 3.0, 2 / 3.0, 2 / 3.0};
        double[] r = new double[9];
        double[] cross = {0, -k[2], k[1], k[2], 0, -k[0], -k[1], k[0], 0};
        double[] square = multiply(cross, cross, 3);
        for (int i = 0; i < 9; i++) {
            r[i] = identity(3)[i] + Math.sin(2 * t) * cross[i] + (1 - Math.cos(2 * t)) * square[i];
        }
        double s = 5 * Math.sin(t);
        WignerD.fromQuaternion(5 * Math.cos(t), s * k[0], s * k[1], s * k[2], TOP, out);
        assertClose("quaternion", wigner(r, TOP), out, 1e-13);
        assertThrows(IllegalArgumentException.class, () -> WignerD.fromQuaternion(0, 0, 0, 0, TOP, out));
    }

    @Test
    void packedLayoutIsAsDocumented() {
        int offset = 0;
        for (int l = 0; l <= TOP; l++) {
            assertEquals(offset, WignerD.blockOffset(l));
            offset += (2 * l + 1) * (2 * l + 1);
            assertEquals(offset, WignerD.packedSize(l));
        }
        Random random = new Random(7);
        double[] r = new double[18];
        double[] first = rotation(random);
        double[] second = rotation(random);
        System.arraycopy(first, 0, r, 0, 9);
        System.arraycopy(second, 0, r, 9, 9);
        int size = WignerD.packedSize(4);
        double[] both = new double[2 * size];
        WignerD.fromRotations(r, 2, 4, both);
        for (int i = 0; i < size; i++) {
            assertEquals(wigner(first, 4)[i], both[i], 0);
            assertEquals(wigner(second, 4)[i], both[size + i], 0);
        }
        double[] small = new double[size - 1];
        assertThrows(IllegalArgumentException.class, () -> WignerD.fromRotation(first, 4, small));
    }

    @Test
    void tablesServeAFloatKernel() {
        WignerRecurrence table = WignerRecurrence.of(6);
        double[] c = table.coefficients();
        double[] scale = table.scales();
        int[] axis = table.axes();
        int[] source = table.sources();
        double[] r = rotation(new Random(9));
        double[] expected = wigner(r, 6);
        float[] below = new float[9]; // D^(l-1)
        for (int i = 0; i < 9; i++) {
            below[i] = (float) r[i];
        }
        float[] d1 = below;
        for (int l = 2; l <= 6; l++) {
            int width = 2 * l + 1;
            int narrow = width - 2;
            float[] d = new float[width * width];
            for (int m = 0; m < width; m++) {
                for (int n = 0; n < width; n++) {
                    float sum = 0;
                    for (int t = 0; t < WignerRecurrence.TERMS; t++) {
                        int at = (WignerRecurrence.rowIndex(l) + m) * WignerRecurrence.TERMS + t;
                        int i = 3 * axis[at];
                        int p = narrow * source[at];
                        float low = below[p];
                        float high = below[p + narrow - 1];
                        float product = n == 0
                                ? d1[i + 2] * low + d1[i] * high
                                : n == 2 * l ? d1[i + 2] * high - d1[i] * low : d1[i + 1] * below[p + n - 1];
                        sum += (float) c[at] * product;
                    }
                    d[m * width + n] = (float) scale[WignerRecurrence.rowIndex(l) + n] * sum;
                    assertEquals(expected[WignerD.blockOffset(l) + m * width + n], d[m * width + n], 1e-6);
                }
            }
            below = d;
        }
    }

    @Test
    void degreesAboveTheFirstTableAreBuiltOnDemand() {
        WignerRecurrence large = WignerRecurrence.of(15);
        assertEquals(15, large.lmax());
        WignerRecurrence small = WignerRecurrence.of(3);
        double[] c = small.coefficients();
        assertArrayEquals(c, Arrays.copyOf(large.coefficients(), c.length));
        SphericalHarmonics harmonics = new SphericalHarmonics(15, Normalization.NORM);
        Random random = new Random(8);
        double[] r = rotation(random);
        double[] n = unit(random);
        double[] rn = multiply(r, n, 3);
        double[] y = multiply(denseWigner(r, 15), harmonics.values(n[0], n[1], n[2]), harmonics.size());
        assertClose("l up to 15", harmonics.values(rn[0], rn[1], rn[2]), y, 1e-12);
    }
}
