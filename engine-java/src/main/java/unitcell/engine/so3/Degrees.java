package unitcell.engine.so3;

import java.util.Arrays;

/** Index arithmetic over degrees l = 0..L, shared by the classes of this package. All counts are of array elements. */
final class Degrees {
    /**
     * Largest degree that is accepted anywhere. Up to it the recurrences keep errors below 1e-13 (they grow slowly beyond,
     * 1e-11 at 64); the bound also turns an absurd configuration into an error instead of an exhausted heap.
     */
    static final int LIMIT = 32;

    private Degrees() {}

    static int check(int lmax) {
        if (lmax < 0 || lmax > LIMIT) {
            throw new IllegalArgumentException("maximum degree lmax is " + lmax + ", but must lie in 0.." + LIMIT);
        }
        return lmax;
    }

    /** Number of coefficients of degrees 0..lmax. */
    static int count(int lmax) {
        return (lmax + 1) * (lmax + 1);
    }

    /** Position of (l, m) in degree-major order. */
    static int index(int l, int m) {
        return l * l + l + m;
    }

    /** Degree of every coefficient, [(lmax+1)^2]. */
    static int[] degrees(int lmax) {
        int[] out = new int[count(lmax)];
        for (int l = 0; l <= lmax; l++) {
            Arrays.fill(out, l * l, (l + 1) * (l + 1), l);
        }
        return out;
    }

    /** Fails unless {@code array} has {@code length} elements from {@code offset} on. */
    static void checkRoom(String what, double[] array, int offset, int length) {
        if (offset < 0 || array.length - offset < length) {
            throw new IllegalArgumentException(what + " needs " + length + " elements from offset " + offset
                    + ", but the array has " + array.length);
        }
    }
}
