package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rotation of one edge's features out of its frame, added to a node's, by the transpose of rows |m| <= M of each degree's
 * Wigner block: z[l*l + j, :] += sum_r D[r, j] weight[slot(r), :] v[r, :].
 *
 * <p>Memory convention: addresses of float32 rows over C channels, distances between rows in bytes; the Wigner matrix as a
 * heap array (see {@link VectorRotationPlan#read}). The sums z are meant to lie in scratch memory that stays in the first
 * cache over all edges of a node.
 *
 * <p>One method for each size of a group of rows: the weighted rows are kept in registers, two vectors of channels of each,
 * while the rows of z pass by.
 */
final class VectorRotationBack {
    /** Bytes of two vectors, the step of the straight-line kernels. */
    private static final VectorSpecies<Float> F = Lanes.F;

    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;

    private static final int PAIR = 8 * Lanes.WIDTH;

    private VectorRotationBack() {}

    /**
     * All rows of a plan.
     *
     * @param d Wigner matrix of the edge
     * @param v [R, C], rows {@code vRow} bytes apart
     * @param w [slots, C], rows {@code wRow} bytes apart; 0 repeats the first row
     * @param z [S, C], rows {@code zRow} bytes apart, added to
     * @param channels C
     */
    static void rotate(
            VectorRotationPlan plan, float[] d, long v, long vRow, long w, long wRow, long z, long zRow, int channels) {
        VectorRotationRows.check(z, zRow, plan.coefficients, channels);
        VectorRotationRows.check(v, vRow, plan.reduced, channels);
        VectorRotationRows.check(w, wRow, plan.slotRows.length, channels);
        int end = channels / (2 * Lanes.WIDTH) * PAIR;
        for (VectorRotationPlan.Group g : plan.groups) {
            long first = z + g.first * zRow;
            if (end > 0) {
                switch (g.size()) {
                    case 1 -> one(g, d, v, vRow, w, wRow, first, zRow, end);
                    case 2 -> two(g, d, v, vRow, w, wRow, first, zRow, end);
                    case 3 -> three(g, d, v, vRow, w, wRow, first, zRow, end);
                    case 4 -> four(g, d, v, vRow, w, wRow, first, zRow, end);
                    case 5 -> five(g, d, v, vRow, w, wRow, first, zRow, end);
                    default -> throw new IllegalStateException("a group of " + g.size() + " rows");
                }
            }
            for (int c = end / 4; c < channels; c += Lanes.WIDTH) {
                tail(g, d, v, vRow, w, wRow, first, zRow, 4 * c, Lanes.first(Math.min(Lanes.WIDTH, channels - c)));
            }
        }
    }

    /** One vector of channels, the last one perhaps in part. */
    private static void tail(
            VectorRotationPlan.Group g,
            float[] d,
            long v,
            long vRow,
            long w,
            long wRow,
            long z,
            long zRow,
            int c,
            VectorMask<Float> mask) {
        for (int r = 0; r < g.packed.length; r++) {
            FloatVector a =
                    Lanes.load(v + g.packed[r] * vRow + c, mask).mul(Lanes.load(w + g.slot[r] * wRow + c, mask));
            int at = g.wigner[r];
            for (int j = 0; j < g.width; j++) {
                long row = z + j * zRow + c;
                Lanes.store(row, Lanes.fma(Lanes.broadcast(d[at + j]), a, Lanes.load(row, mask)), mask);
            }
        }
    }

    /** Order 0 alone. */
    private static void one(
            VectorRotationPlan.Group g, float[] d, long v, long vRow, long w, long wRow, long z, long zRow, int end) {
        int d0 = g.wigner[0];
        long w0 = w + g.slot[0] * wRow;
        long v0 = v + g.packed[0] * vRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            FloatVector a0 =
                    FloatVector.fromMemorySegment(F, ALL, v0 + c, ORDER).mul(p);
            FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, v0 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            long row = z + c;
            for (int j = 0; j < width; j++, row += zRow) {
                FloatVector s = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector t = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector k = FloatVector.broadcast(F, d[d0 + j]);
                s = k.fma(a0, s);
                t = k.fma(b0, t);
                s.intoMemorySegment(ALL, row, ORDER);
                t.intoMemorySegment(ALL, row + Lanes.BYTES, ORDER);
            }
        }
    }

    /** Orders +m and -m. */
    private static void two(
            VectorRotationPlan.Group g, float[] d, long v, long vRow, long w, long wRow, long z, long zRow, int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        long w0 = w + g.slot[0] * wRow;
        long v0 = v + g.packed[0] * vRow;
        long v1 = v + g.packed[1] * vRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            FloatVector a0 =
                    FloatVector.fromMemorySegment(F, ALL, v0 + c, ORDER).mul(p);
            FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, v0 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            FloatVector a1 =
                    FloatVector.fromMemorySegment(F, ALL, v1 + c, ORDER).mul(p);
            FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, v1 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            long row = z + c;
            for (int j = 0; j < width; j++, row += zRow) {
                FloatVector s = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector t = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector k = FloatVector.broadcast(F, d[d0 + j]);
                s = k.fma(a0, s);
                t = k.fma(b0, t);
                k = FloatVector.broadcast(F, d[d1 + j]);
                s = k.fma(a1, s);
                t = k.fma(b1, t);
                s.intoMemorySegment(ALL, row, ORDER);
                t.intoMemorySegment(ALL, row + Lanes.BYTES, ORDER);
            }
        }
    }

    /** Orders 0, +1, -1. */
    private static void three(
            VectorRotationPlan.Group g, float[] d, long v, long vRow, long w, long wRow, long z, long zRow, int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        int d2 = g.wigner[2];
        long w0 = w + g.slot[0] * wRow;
        long w1 = w + g.slot[1] * wRow;
        long v0 = v + g.packed[0] * vRow;
        long v1 = v + g.packed[1] * vRow;
        long v2 = v + g.packed[2] * vRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            FloatVector a0 =
                    FloatVector.fromMemorySegment(F, ALL, v0 + c, ORDER).mul(p);
            FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, v0 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            p = FloatVector.fromMemorySegment(F, ALL, w1 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w1 + c + Lanes.BYTES, ORDER);
            FloatVector a1 =
                    FloatVector.fromMemorySegment(F, ALL, v1 + c, ORDER).mul(p);
            FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, v1 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            FloatVector a2 =
                    FloatVector.fromMemorySegment(F, ALL, v2 + c, ORDER).mul(p);
            FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, v2 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            long row = z + c;
            for (int j = 0; j < width; j++, row += zRow) {
                FloatVector s = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector t = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector k = FloatVector.broadcast(F, d[d0 + j]);
                s = k.fma(a0, s);
                t = k.fma(b0, t);
                k = FloatVector.broadcast(F, d[d1 + j]);
                s = k.fma(a1, s);
                t = k.fma(b1, t);
                k = FloatVector.broadcast(F, d[d2 + j]);
                s = k.fma(a2, s);
                t = k.fma(b2, t);
                s.intoMemorySegment(ALL, row, ORDER);
                t.intoMemorySegment(ALL, row + Lanes.BYTES, ORDER);
            }
        }
    }

    /** Orders +m, -m, +(m+1), -(m+1). */
    private static void four(
            VectorRotationPlan.Group g, float[] d, long v, long vRow, long w, long wRow, long z, long zRow, int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        int d2 = g.wigner[2];
        int d3 = g.wigner[3];
        long w0 = w + g.slot[0] * wRow;
        long w1 = w + g.slot[2] * wRow;
        long v0 = v + g.packed[0] * vRow;
        long v1 = v + g.packed[1] * vRow;
        long v2 = v + g.packed[2] * vRow;
        long v3 = v + g.packed[3] * vRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            FloatVector a0 =
                    FloatVector.fromMemorySegment(F, ALL, v0 + c, ORDER).mul(p);
            FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, v0 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            FloatVector a1 =
                    FloatVector.fromMemorySegment(F, ALL, v1 + c, ORDER).mul(p);
            FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, v1 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            p = FloatVector.fromMemorySegment(F, ALL, w1 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w1 + c + Lanes.BYTES, ORDER);
            FloatVector a2 =
                    FloatVector.fromMemorySegment(F, ALL, v2 + c, ORDER).mul(p);
            FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, v2 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            FloatVector a3 =
                    FloatVector.fromMemorySegment(F, ALL, v3 + c, ORDER).mul(p);
            FloatVector b3 = FloatVector.fromMemorySegment(F, ALL, v3 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            long row = z + c;
            for (int j = 0; j < width; j++, row += zRow) {
                FloatVector s = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector t = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector k = FloatVector.broadcast(F, d[d0 + j]);
                s = k.fma(a0, s);
                t = k.fma(b0, t);
                k = FloatVector.broadcast(F, d[d1 + j]);
                s = k.fma(a1, s);
                t = k.fma(b1, t);
                k = FloatVector.broadcast(F, d[d2 + j]);
                s = k.fma(a2, s);
                t = k.fma(b2, t);
                k = FloatVector.broadcast(F, d[d3 + j]);
                s = k.fma(a3, s);
                t = k.fma(b3, t);
                s.intoMemorySegment(ALL, row, ORDER);
                t.intoMemorySegment(ALL, row + Lanes.BYTES, ORDER);
            }
        }
    }

    /** Orders 0, +1, -1, +2, -2. */
    private static void five(
            VectorRotationPlan.Group g, float[] d, long v, long vRow, long w, long wRow, long z, long zRow, int end) {
        int d0 = g.wigner[0];
        int d1 = g.wigner[1];
        int d2 = g.wigner[2];
        int d3 = g.wigner[3];
        int d4 = g.wigner[4];
        long w0 = w + g.slot[0] * wRow;
        long w1 = w + g.slot[1] * wRow;
        long w2 = w + g.slot[3] * wRow;
        long v0 = v + g.packed[0] * vRow;
        long v1 = v + g.packed[1] * vRow;
        long v2 = v + g.packed[2] * vRow;
        long v3 = v + g.packed[3] * vRow;
        long v4 = v + g.packed[4] * vRow;
        int width = g.width;
        for (int c = 0; c < end; c += PAIR) {
            FloatVector p = FloatVector.fromMemorySegment(F, ALL, w0 + c, ORDER);
            FloatVector q = FloatVector.fromMemorySegment(F, ALL, w0 + c + Lanes.BYTES, ORDER);
            FloatVector a0 =
                    FloatVector.fromMemorySegment(F, ALL, v0 + c, ORDER).mul(p);
            FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, v0 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            p = FloatVector.fromMemorySegment(F, ALL, w1 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w1 + c + Lanes.BYTES, ORDER);
            FloatVector a1 =
                    FloatVector.fromMemorySegment(F, ALL, v1 + c, ORDER).mul(p);
            FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, v1 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            FloatVector a2 =
                    FloatVector.fromMemorySegment(F, ALL, v2 + c, ORDER).mul(p);
            FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, v2 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            p = FloatVector.fromMemorySegment(F, ALL, w2 + c, ORDER);
            q = FloatVector.fromMemorySegment(F, ALL, w2 + c + Lanes.BYTES, ORDER);
            FloatVector a3 =
                    FloatVector.fromMemorySegment(F, ALL, v3 + c, ORDER).mul(p);
            FloatVector b3 = FloatVector.fromMemorySegment(F, ALL, v3 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            FloatVector a4 =
                    FloatVector.fromMemorySegment(F, ALL, v4 + c, ORDER).mul(p);
            FloatVector b4 = FloatVector.fromMemorySegment(F, ALL, v4 + c + Lanes.BYTES, ORDER)
                    .mul(q);
            long row = z + c;
            for (int j = 0; j < width; j++, row += zRow) {
                FloatVector s = FloatVector.fromMemorySegment(F, ALL, row, ORDER);
                FloatVector t = FloatVector.fromMemorySegment(F, ALL, row + Lanes.BYTES, ORDER);
                FloatVector k = FloatVector.broadcast(F, d[d0 + j]);
                s = k.fma(a0, s);
                t = k.fma(b0, t);
                k = FloatVector.broadcast(F, d[d1 + j]);
                s = k.fma(a1, s);
                t = k.fma(b1, t);
                k = FloatVector.broadcast(F, d[d2 + j]);
                s = k.fma(a2, s);
                t = k.fma(b2, t);
                k = FloatVector.broadcast(F, d[d3 + j]);
                s = k.fma(a3, s);
                t = k.fma(b3, t);
                k = FloatVector.broadcast(F, d[d4 + j]);
                s = k.fma(a4, s);
                t = k.fma(b4, t);
                s.intoMemorySegment(ALL, row, ORDER);
                t.intoMemorySegment(ALL, row + Lanes.BYTES, ORDER);
            }
        }
    }
}
