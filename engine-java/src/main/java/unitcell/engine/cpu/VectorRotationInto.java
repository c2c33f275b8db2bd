package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rotation of one node's features into the frame of one edge, by rows |m| <= M of each degree's Wigner block:
 * out[r, :] = weight[slot(r), :] * sum_j D[r, j] x[l*l + j, :].
 *
 * <p>Memory convention: addresses of float32 rows over C channels, distances between rows in bytes; the Wigner matrix as a
 * heap array (see {@link VectorRotationPlan#read}). Outputs are overwritten.
 *
 * <p>One method for each size of a group of rows, with an accumulator for each row and two vectors of channels: the
 * accumulators stay in registers over the sum, every coefficient is broadcast once for two products, and nothing is stored
 * in between. Written out because an array of vectors would live on the heap.
 */
final class VectorRotationInto {
    /** Bytes of two vectors, the step of the straight-line kernels. */
    private static final VectorSpecies<Float> F = Lanes.F;

    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;

    private static final int PAIR = 8 * Lanes.WIDTH;

    private VectorRotationInto() {}

    /**
     * All rows of a plan.
     *
     * @param d Wigner matrix of the edge
     * @param x [S, C], rows {@code xRow} bytes apart
     * @param w [slots, C], rows {@code wRow} bytes apart; 0 repeats the first row
     * @param out [R, C], rows {@code outRow} bytes apart
     * @param channels C
     */
    static void rotate(
            VectorRotationPlan plan,
            float[] d,
            long x,
            long xRow,
            long w,
            long wRow,
            long out,
            long outRow,
            int channels) {
        VectorRotationRows.check(x, xRow, plan.coefficients, channels);
        VectorRotationRows.check(out, outRow, plan.reduced, channels);
        VectorRotationRows.check(w, wRow, plan.slotRows.length, channels);
        int end = channels / (2 * Lanes.WIDTH) * PAIR;
        for (VectorRotationPlan.Group g : plan.groups) {
            long first = x + g.first * xRow;
            if (end > 0) {
                switch (g.size()) {
                    case 1 -> one(g, d, first, xRow, w, wRow, out, outRow, end);
                    case 2 -> two(g, d, first, xRow, w, wRow, out, outRow, end);
                    case 3 -> three(g, d, first, xRow, w, wRow, out, outRow, end);
                    case 4 -> four(g, d, first, xRow, w, wRow, out, outRow, end);
                    case 5 -> five(g, d, first, xRow, w, wRow, out, outRow, end);
                    default -> throw new IllegalStateException("a group of " + g.size() + " rows");
                }
            }
            for (int c = end / 4; c < channels; c += Lanes.WIDTH) {
                tail(g, d, first, xRow, w, wRow, out, outRow, 4 * c, Lanes.first(Math.min(Lanes.WIDTH, channels - c)));
            }
        }
    }

    /** One vector of channels, the last one perhaps in part. */
    private static void tail(
            VectorRotationPlan.Group g,
            float[] d,
            long x,
            long xRow,
            long w,
            long wRow,
            long out,
            long outRow,
            int c,
            VectorMask<Float> mask) {
        for (int r = 0; r < g.packed.length; r++) {
            FloatVector a = Lanes.zero();
            int at = g.wigner[r];
            for (int j = 0; j < g.width; j++) {
                a = Lanes.fma(Lanes.broadcast(d[at + j]), Lanes.load(x + j * xRow + c, mask), a);
            }
            Lanes.store(out + g.packed[r] * outRow + c, a.mul(Lanes.load(w + g.slot[r] * wRow + c, mask)), mask);
        }
    }

    /** Order 0 alone. */
    private static void one(
            VectorRotationPlan.Group g,
            float[] d,
            long x,
            long xRow,
            long w,
            long wRow,
            long out,
            long outRow,
            int end) {
        int d0 = g.wigner[0];
        long w0 = w + g.slot[0] * wRow;
        long o0 = out + g.packed[0] * outRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector a0 = Lanes.zero();
            FloatVector b0 = Lanes.zero();
            long row = x + c;
            for (int j = 0; j < width; j++, row += xRow) {
                FloatVector u = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector v = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector t = FloatVector.broadcast(F, d[d0 + j]);
                a0 = t.fma(u, a0);
                b0 = t.fma(v, b0);
            }
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            a0.mul(p).intoMemorySegment(ALL, o0 + c, ORDER);
            b0.mul(q).intoMemorySegment(ALL, o0 + c + Lanes.BYTES, ORDER);
        }
    }

    /** Orders +m and -m. */
    private static void two(
            VectorRotationPlan.Group g,
            float[] d,
            long x,
            long xRow,
            long w,
            long wRow,
            long out,
            long outRow,
            int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        long w0 = w + g.slot[0] * wRow;
        long o0 = out + g.packed[0] * outRow;
        long o1 = out + g.packed[1] * outRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector a0 = Lanes.zero();
            FloatVector b0 = Lanes.zero();
            FloatVector a1 = Lanes.zero();
            FloatVector b1 = Lanes.zero();
            long row = x + c;
            for (int j = 0; j < width; j++, row += xRow) {
                FloatVector u = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector v = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector t = FloatVector.broadcast(F, d[d0 + j]);
                a0 = t.fma(u, a0);
                b0 = t.fma(v, b0);
                t = FloatVector.broadcast(F, d[d1 + j]);
                a1 = t.fma(u, a1);
                b1 = t.fma(v, b1);
            }
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            a0.mul(p).intoMemorySegment(ALL, o0 + c, ORDER);
            b0.mul(q).intoMemorySegment(ALL, o0 + c + Lanes.BYTES, ORDER);
            a1.mul(p).intoMemorySegment(ALL, o1 + c, ORDER);
            b1.mul(q).intoMemorySegment(ALL, o1 + c + Lanes.BYTES, ORDER);
        }
    }

    /** Orders 0, +1, -1. */
    private static void three(
            VectorRotationPlan.Group g,
            float[] d,
            long x,
            long xRow,
            long w,
            long wRow,
            long out,
            long outRow,
            int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        int d2 = g.wigner[2];
        long w0 = w + g.slot[0] * wRow;
        long w1 = w + g.slot[1] * wRow;
        long o0 = out + g.packed[0] * outRow;
        long o1 = out + g.packed[1] * outRow;
        long o2 = out + g.packed[2] * outRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector a0 = Lanes.zero();
            FloatVector b0 = Lanes.zero();
            FloatVector a1 = Lanes.zero();
            FloatVector b1 = Lanes.zero();
            FloatVector a2 = Lanes.zero();
            FloatVector b2 = Lanes.zero();
            long row = x + c;
            for (int j = 0; j < width; j++, row += xRow) {
                FloatVector u = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector v = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector t = FloatVector.broadcast(F, d[d0 + j]);
                a0 = t.fma(u, a0);
                b0 = t.fma(v, b0);
                t = FloatVector.broadcast(F, d[d1 + j]);
                a1 = t.fma(u, a1);
                b1 = t.fma(v, b1);
                t = FloatVector.broadcast(F, d[d2 + j]);
                a2 = t.fma(u, a2);
                b2 = t.fma(v, b2);
            }
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            a0.mul(p).intoMemorySegment(ALL, o0 + c, ORDER);
            b0.mul(q).intoMemorySegment(ALL, o0 + c + Lanes.BYTES, ORDER);
            p = FloatVector.fromMemorySegment(F, ALL, w1 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w1 + c + Lanes.BYTES, ORDER);
            a1.mul(p).intoMemorySegment(ALL, o1 + c, ORDER);
            b1.mul(q).intoMemorySegment(ALL, o1 + c + Lanes.BYTES, ORDER);
            a2.mul(p).intoMemorySegment(ALL, o2 + c, ORDER);
            b2.mul(q).intoMemorySegment(ALL, o2 + c + Lanes.BYTES, ORDER);
        }
    }

    /** Orders +m, -m, +(m+1), -(m+1). */
    private static void four(
            VectorRotationPlan.Group g,
            float[] d,
            long x,
            long xRow,
            long w,
            long wRow,
            long out,
            long outRow,
            int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        int d2 = g.wigner[2];
        int d3 = g.wigner[3];
        long w0 = w + g.slot[0] * wRow;
        long w1 = w + g.slot[2] * wRow;
        long o0 = out + g.packed[0] * outRow;
        long o1 = out + g.packed[1] * outRow;
        long o2 = out + g.packed[2] * outRow;
        long o3 = out + g.packed[3] * outRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector a0 = Lanes.zero();
            FloatVector b0 = Lanes.zero();
            FloatVector a1 = Lanes.zero();
            FloatVector b1 = Lanes.zero();
            FloatVector a2 = Lanes.zero();
            FloatVector b2 = Lanes.zero();
            FloatVector a3 = Lanes.zero();
            FloatVector b3 = Lanes.zero();
            long row = x + c;
            for (int j = 0; j < width; j++, row += xRow) {
                FloatVector u = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector v = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector t = FloatVector.broadcast(F, d[d0 + j]);
                a0 = t.fma(u, a0);
                b0 = t.fma(v, b0);
                t = FloatVector.broadcast(F, d[d1 + j]);
                a1 = t.fma(u, a1);
                b1 = t.fma(v, b1);
                t = FloatVector.broadcast(F, d[d2 + j]);
                a2 = t.fma(u, a2);
                b2 = t.fma(v, b2);
                t = FloatVector.broadcast(F, d[d3 + j]);
                a3 = t.fma(u, a3);
                b3 = t.fma(v, b3);
            }
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            a0.mul(p).intoMemorySegment(ALL, o0 + c, ORDER);
            b0.mul(q).intoMemorySegment(ALL, o0 + c + Lanes.BYTES, ORDER);
            a1.mul(p).intoMemorySegment(ALL, o1 + c, ORDER);
            b1.mul(q).intoMemorySegment(ALL, o1 + c + Lanes.BYTES, ORDER);
            p = FloatVector.fromMemorySegment(F, ALL, w1 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w1 + c + Lanes.BYTES, ORDER);
            a2.mul(p).intoMemorySegment(ALL, o2 + c, ORDER);
            b2.mul(q).intoMemorySegment(ALL, o2 + c + Lanes.BYTES, ORDER);
            a3.mul(p).intoMemorySegment(ALL, o3 + c, ORDER);
            b3.mul(q).intoMemorySegment(ALL, o3 + c + Lanes.BYTES, ORDER);
        }
    }

    /** Orders 0, +1, -1, +2, -2. */
    private static void five(
            VectorRotationPlan.Group g,
            float[] d,
            long x,
            long xRow,
            long w,
            long wRow,
            long out,
            long outRow,
            int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        int d2 = g.wigner[2];
        int d3 = g.wigner[3];
        int d4 = g.wigner[4];
        long w0 = w + g.slot[0] * wRow;
        long w1 = w + g.slot[1] * wRow;
        long w2 = w + g.slot[3] * wRow;
        long o0 = out + g.packed[0] * outRow;
        long o1 = out + g.packed[1] * outRow;
        long o2 = out + g.packed[2] * outRow;
        long o3 = out + g.packed[3] * outRow;
        long o4 = out + g.packed[4] * outRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector a0 = Lanes.zero();
            FloatVector b0 = Lanes.zero();
            FloatVector a1 = Lanes.zero();
            FloatVector b1 = Lanes.zero();
            FloatVector a2 = Lanes.zero();
            FloatVector b2 = Lanes.zero();
            FloatVector a3 = Lanes.zero();
            FloatVector b3 = Lanes.zero();
            FloatVector a4 = Lanes.zero();
            FloatVector b4 = Lanes.zero();
            long row = x + c;
            for (int j = 0; j < width; j++, row += xRow) {
                FloatVector u = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector v = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector t = FloatVector.broadcast(F, d[d0 + j]);
                a0 = t.fma(u, a0);
                b0 = t.fma(v, b0);
                t = FloatVector.broadcast(F, d[d1 + j]);
                a1 = t.fma(u, a1);
                b1 = t.fma(v, b1);
                t = FloatVector.broadcast(F, d[d2 + j]);
                a2 = t.fma(u, a2);
                b2 = t.fma(v, b2);
                t = FloatVector.broadcast(F, d[d3 + j]);
                a3 = t.fma(u, a3);
                b3 = t.fma(v, b3);
                t = FloatVector.broadcast(F, d[d4 + j]);
                a4 = t.fma(u, a4);
                b4 = t.fma(v, b4);
            }
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            a0.mul(p).intoMemorySegment(ALL, o0 + c, ORDER);
            b0.mul(q).intoMemorySegment(ALL, o0 + c + Lanes.BYTES, ORDER);
            p = FloatVector.fromMemorySegment(F, ALL, w1 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w1 + c + Lanes.BYTES, ORDER);
            a1.mul(p).intoMemorySegment(ALL, o1 + c, ORDER);
            b1.mul(q).intoMemorySegment(ALL, o1 + c + Lanes.BYTES, ORDER);
            a2.mul(p).intoMemorySegment(ALL, o2 + c, ORDER);
            b2.mul(q).intoMemorySegment(ALL, o2 + c + Lanes.BYTES, ORDER);
            p = FloatVector.fromMemorySegment(F, ALL, w2 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w2 + c + Lanes.BYTES, ORDER);
            a3.mul(p).intoMemorySegment(ALL, o3 + c, ORDER);
            b3.mul(q).intoMemorySegment(ALL, o3 + c + Lanes.BYTES, ORDER);
            a4.mul(p).intoMemorySegment(ALL, o4 + c, ORDER);
            b4.mul(q).intoMemorySegment(ALL, o4 + c + Lanes.BYTES, ORDER);
        }
    }
}
