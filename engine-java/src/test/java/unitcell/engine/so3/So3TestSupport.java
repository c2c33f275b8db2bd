package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;

/** Small linear algebra and random directions and rotations for the tests of this package. Seeds are fixed. */
final class So3TestSupport {
    private So3TestSupport() {}

    /** C = A B, row-major [n, k] times [k, m]. */
    static double[] multiply(double[] a, double[] b, int k) {
        int n = a.length / k;
        int m = b.length / k;
        double[] c = new double[n * m];
        for (int i = 0; i < n; i++) {
            for (int p = 0; p < k; p++) {
                for (int j = 0; j < m; j++) {
                    c[i * m + j] += a[i * k + p] * b[p * m + j];
                }
            }
        }
        return c;
    }

    static double[] transpose(double[] a, int n) {
        double[] out = new double[a.length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                out[j * n + i] = a[i * n + j];
            }
        }
        return out;
    }

    static double[] identity(int n) {
        double[] out = new double[n * n];
        for (int i = 0; i < n; i++) {
            out[i * n + i] = 1;
        }
        return out;
    }

    static double[] unit(Random random) {
        return normalised(new double[] {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()});
    }

    static double[] normalised(double[] v) {
        double d = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        return new double[] {v[0] / d, v[1] / d, v[2] / d};
    }

    static double[] rotation(Random random) {
        double[] r = new double[9];
        WignerD.rotation(random.nextGaussian(), random.nextGaussian(), random.nextGaussian(), random.nextGaussian(), r);
        return r;
    }

    static double[] wigner(double[] r, int lmax) {
        double[] out = new double[WignerD.packedSize(lmax)];
        WignerD.fromRotation(r, lmax, out);
        return out;
    }

    static double[] denseWigner(double[] r, int lmax) {
        return WignerD.dense(wigner(r, lmax), lmax);
    }

    /** The vector w of an antisymmetric matrix [w]x; fails where the matrix is not antisymmetric. */
    static double[] axial(double[] m, double tolerance) {
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                assertEquals(0, m[3 * i + j] + m[3 * j + i], tolerance, "antisymmetric part");
            }
        }
        return new double[] {m[7], m[2], m[3]};
    }

    static void assertClose(String what, double[] expected, double[] actual, double tolerance) {
        assertEquals(expected.length, actual.length, what + ": length");
        for (int i = 0; i < expected.length; i++) {
            int at = i;
            assertEquals(expected[i], actual[i], tolerance, () -> what + ": element " + at);
        }
    }
}
