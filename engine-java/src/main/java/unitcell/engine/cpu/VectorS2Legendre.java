package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The latitude half of the transforms between coefficients and grid, for one vector of channels: f[b, m] = sum over the
 * coefficients k of order m of P[b, k] x[k], and its transpose.
 *
 * <p>Memory convention: x [K] and f [B, 2M+1] are arrays of vectors in scratch memory; tables are those of {@link
 * VectorS2Plan}. Results are overwritten. The blocks are written out so that their sums stay in registers.
 */
final class VectorS2Legendre {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final long STEP = Lanes.BYTES;

    private VectorS2Legendre() {}

    /** Coefficients x to orders f. */
    static void toOrders(VectorS2Plan plan, float[] table, long x, long f) {
        int rows = plan.latitudes;
        long row = plan.byOrder.length * STEP;
        for (int m = 0; m < plan.byOrder.length; m++) {
            int[] places = plan.byOrder[m];
            long to = f + m * STEP;
            int b = 0;
            for (; b + 6 <= rows; b += 6) {
                six(table, rows, b, places, x, to + b * row, row);
            }
            for (; b < rows; b++) {
                single(table, rows, b, places, x, to + b * row);
            }
        }
    }

    /** Six latitudes of one order. */
    private static void six(float[] table, int rows, int b, int[] places, long x, long to, long row) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        for (int i = 0; i < places.length; i++) {
            int k = places[i];
            FloatVector v = FloatVector.fromMemorySegment(F, ALL, x + k * STEP, ORDER);
            int at = k * rows + b;
            s0 = FloatVector.broadcast(F, table[at]).fma(v, s0);
            s1 = FloatVector.broadcast(F, table[at + 1]).fma(v, s1);
            s2 = FloatVector.broadcast(F, table[at + 2]).fma(v, s2);
            s3 = FloatVector.broadcast(F, table[at + 3]).fma(v, s3);
            s4 = FloatVector.broadcast(F, table[at + 4]).fma(v, s4);
            s5 = FloatVector.broadcast(F, table[at + 5]).fma(v, s5);
        }
        s0.intoMemorySegment(ALL, to, ORDER);
        s1.intoMemorySegment(ALL, to + row, ORDER);
        s2.intoMemorySegment(ALL, to + 2 * row, ORDER);
        s3.intoMemorySegment(ALL, to + 3 * row, ORDER);
        s4.intoMemorySegment(ALL, to + 4 * row, ORDER);
        s5.intoMemorySegment(ALL, to + 5 * row, ORDER);
    }

    /** One latitude of one order. */
    private static void single(float[] table, int rows, int b, int[] places, long x, long to) {
        FloatVector s = FloatVector.zero(F);
        for (int i = 0; i < places.length; i++) {
            int k = places[i];
            s = FloatVector.broadcast(F, table[k * rows + b])
                    .fma(FloatVector.fromMemorySegment(F, ALL, x + k * STEP, ORDER), s);
        }
        s.intoMemorySegment(ALL, to, ORDER);
    }

    /** Orders f to coefficients x. */
    static void toCoefficients(VectorS2Plan plan, float[] table, long f, long x) {
        int rows = plan.latitudes;
        long row = plan.byOrder.length * STEP;
        for (int m = 0; m < plan.byOrder.length; m++) {
            int[] places = plan.byOrder[m];
            long from = f + m * STEP;
            int i = 0;
            for (; i + 3 <= places.length; i += 3) {
                three(table, rows, places[i], places[i + 1], places[i + 2], from, row, x);
            }
            if (i + 2 <= places.length) {
                two(table, rows, places[i], places[i + 1], from, row, x);
                i += 2;
            }
            if (i < places.length) {
                one(table, rows, places[i], from, row, x);
            }
        }
    }

    /** Three coefficients of one order. */
    private static void three(float[] table, int rows, int k0, int k1, int k2, long from, long row, long x) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        int t0 = k0 * rows;
        int t1 = k1 * rows;
        int t2 = k2 * rows;
        long end = from + rows * row;
        for (; from != end; from += row) {
            FloatVector v = FloatVector.fromMemorySegment(F, ALL, from, ORDER);
            s0 = FloatVector.broadcast(F, table[t0++]).fma(v, s0);
            s1 = FloatVector.broadcast(F, table[t1++]).fma(v, s1);
            s2 = FloatVector.broadcast(F, table[t2++]).fma(v, s2);
        }
        s0.intoMemorySegment(ALL, x + k0 * STEP, ORDER);
        s1.intoMemorySegment(ALL, x + k1 * STEP, ORDER);
        s2.intoMemorySegment(ALL, x + k2 * STEP, ORDER);
    }

    /** Two coefficients of one order. */
    private static void two(float[] table, int rows, int k0, int k1, long from, long row, long x) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        int t0 = k0 * rows;
        int t1 = k1 * rows;
        long end = from + rows * row;
        for (; from != end; from += row) {
            FloatVector v = FloatVector.fromMemorySegment(F, ALL, from, ORDER);
            s0 = FloatVector.broadcast(F, table[t0++]).fma(v, s0);
            s1 = FloatVector.broadcast(F, table[t1++]).fma(v, s1);
        }
        s0.intoMemorySegment(ALL, x + k0 * STEP, ORDER);
        s1.intoMemorySegment(ALL, x + k1 * STEP, ORDER);
    }

    /** One coefficient. */
    private static void one(float[] table, int rows, int k, long from, long row, long x) {
        FloatVector s = FloatVector.zero(F);
        int t = k * rows;
        long end = from + rows * row;
        for (; from != end; from += row) {
            s = FloatVector.broadcast(F, table[t++]).fma(FloatVector.fromMemorySegment(F, ALL, from, ORDER), s);
        }
        s.intoMemorySegment(ALL, x + k * STEP, ORDER);
    }
}
