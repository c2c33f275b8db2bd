package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost product: {@value #ROWS} rows of a times two (or one) vectors of columns of b, summed over the depth in
 * registers.
 *
 * <p>Six rows by two vectors leave room for b and the broadcast in 16 registers, which is what machines without 512-bit
 * vectors have: 90 % of the peak of multiply-adds there and on 512 bits; 8 x 2, 4 x 4 and 12 x 2 gave 40 to 88 %. The loop
 * compares addresses instead of counting: C2 unrolls a counted one and then spills. Loads and stores are the JDK's own, for
 * the reason that {@link Lanes} gives.
 *
 * <p>Memory convention: all addresses and steps are in bytes. A block reads {@code rows} rows of a, but always starts from
 * and writes {@value #ROWS} rows of {@code start} and {@code out}; surplus rows repeat the last one.
 */
final class GemmBlock {
    /** Rows of a block. */
    static final int ROWS = 6;

    /** Columns of a block of two vectors, and of a packed panel. */
    static final int COLUMNS = 2 * Lanes.WIDTH;

    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;

    /**
     * Leaves an address as it is, and tells C2 that it is neither negative nor near the end of {@link Lanes#ALL}: the tests
     * of bounds vanish from the loop, which is half as fast again without them.
     */
    private static final long ADDRESS = (1L << 62) - 1;

    /** Leaves the distance of a row as it is, and tells C2 that it fits in an int: it becomes part of a load's address. */
    private static final long NEAR = (1L << 30) - 1;

    /** Largest step between rows of a, in bytes. */
    static final long FARTHEST = NEAR / (ROWS - 1);

    private GemmBlock() {}

    /**
     * out = start + a b for two vectors of columns.
     *
     * @param rows rows of a, 1 to {@value #ROWS}
     * @param a address of a(0, 0)
     * @param rowStep from a(i, k) to a(i+1, k), at most {@link #FARTHEST} where there is more than one row
     * @param depthStep from a(i, k) to a(i, k+1)
     * @param b address of b(0, 0); columns are neighbours
     * @param step from b(k, j) to b(k+1, j)
     * @param depth number of products summed
     * @param start values to start from, rows {@code startStep} apart; 0 apart for a bias
     * @param out results, rows {@code outStep} apart
     */
    static void two(
            int rows,
            long a,
            long rowStep,
            long depthStep,
            long b,
            long step,
            long depth,
            long start,
            long startStep,
            long out,
            long outStep) {
        if (Lanes.CHECKED) {
            check(rows, a, rowStep, depthStep, b, step, depth, start, startStep, out, outStep, 2);
        }
        int last = rows - 1;
        long r1 = Math.min(1, last) * rowStep & NEAR;
        long r2 = Math.min(2, last) * rowStep & NEAR;
        long r3 = Math.min(3, last) * rowStep & NEAR;
        long r4 = Math.min(4, last) * rowStep & NEAR;
        long r5 = Math.min(5, last) * rowStep & NEAR;
        FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, start, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, start + Lanes.BYTES, ORDER);
        FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, start + startStep, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, start + startStep + Lanes.BYTES, ORDER);
        FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, start + 2 * startStep, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, start + 2 * startStep + Lanes.BYTES, ORDER);
        FloatVector c30 = FloatVector.fromMemorySegment(F, ALL, start + 3 * startStep, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F, ALL, start + 3 * startStep + Lanes.BYTES, ORDER);
        FloatVector c40 = FloatVector.fromMemorySegment(F, ALL, start + 4 * startStep, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(F, ALL, start + 4 * startStep + Lanes.BYTES, ORDER);
        FloatVector c50 = FloatVector.fromMemorySegment(F, ALL, start + 5 * startStep, ORDER);
        FloatVector c51 = FloatVector.fromMemorySegment(F, ALL, start + 5 * startStep + Lanes.BYTES, ORDER);
        long end = b + depth * step;
        while (b != end) {
            long in = a & ADDRESS;
            long panel = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, panel, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, panel + Lanes.BYTES, ORDER);
            FloatVector x = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r1));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r2));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r3));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r4));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r5));
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            a += depthStep;
            b += step;
        }
        c00.intoMemorySegment(ALL, out, ORDER);
        c01.intoMemorySegment(ALL, out + Lanes.BYTES, ORDER);
        c10.intoMemorySegment(ALL, out + outStep, ORDER);
        c11.intoMemorySegment(ALL, out + outStep + Lanes.BYTES, ORDER);
        c20.intoMemorySegment(ALL, out + 2 * outStep, ORDER);
        c21.intoMemorySegment(ALL, out + 2 * outStep + Lanes.BYTES, ORDER);
        c30.intoMemorySegment(ALL, out + 3 * outStep, ORDER);
        c31.intoMemorySegment(ALL, out + 3 * outStep + Lanes.BYTES, ORDER);
        c40.intoMemorySegment(ALL, out + 4 * outStep, ORDER);
        c41.intoMemorySegment(ALL, out + 4 * outStep + Lanes.BYTES, ORDER);
        c50.intoMemorySegment(ALL, out + 5 * outStep, ORDER);
        c51.intoMemorySegment(ALL, out + 5 * outStep + Lanes.BYTES, ORDER);
    }

    /** As {@link #two} for one vector of columns. */
    static void one(
            int rows,
            long a,
            long rowStep,
            long depthStep,
            long b,
            long step,
            long depth,
            long start,
            long startStep,
            long out,
            long outStep) {
        if (Lanes.CHECKED) {
            check(rows, a, rowStep, depthStep, b, step, depth, start, startStep, out, outStep, 1);
        }
        int last = rows - 1;
        long r1 = Math.min(1, last) * rowStep & NEAR;
        long r2 = Math.min(2, last) * rowStep & NEAR;
        long r3 = Math.min(3, last) * rowStep & NEAR;
        long r4 = Math.min(4, last) * rowStep & NEAR;
        long r5 = Math.min(5, last) * rowStep & NEAR;
        FloatVector c0 = FloatVector.fromMemorySegment(F, ALL, start, ORDER);
        FloatVector c1 = FloatVector.fromMemorySegment(F, ALL, start + startStep, ORDER);
        FloatVector c2 = FloatVector.fromMemorySegment(F, ALL, start + 2 * startStep, ORDER);
        FloatVector c3 = FloatVector.fromMemorySegment(F, ALL, start + 3 * startStep, ORDER);
        FloatVector c4 = FloatVector.fromMemorySegment(F, ALL, start + 4 * startStep, ORDER);
        FloatVector c5 = FloatVector.fromMemorySegment(F, ALL, start + 5 * startStep, ORDER);
        long end = b + depth * step;
        while (b != end) {
            long in = a & ADDRESS;
            long panel = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, panel, ORDER);
            c0 = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in)).fma(b0, c0);
            c1 = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r1)).fma(b0, c1);
            c2 = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r2)).fma(b0, c2);
            c3 = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r3)).fma(b0, c3);
            c4 = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r4)).fma(b0, c4);
            c5 = FloatVector.broadcast(F, ALL.get(Lanes.FLOAT, in + r5)).fma(b0, c5);
            a += depthStep;
            b += step;
        }
        c0.intoMemorySegment(ALL, out, ORDER);
        c1.intoMemorySegment(ALL, out + outStep, ORDER);
        c2.intoMemorySegment(ALL, out + 2 * outStep, ORDER);
        c3.intoMemorySegment(ALL, out + 3 * outStep, ORDER);
        c4.intoMemorySegment(ALL, out + 4 * outStep, ORDER);
        c5.intoMemorySegment(ALL, out + 5 * outStep, ORDER);
    }

    /** The corners of everything that a block touches. */
    private static void check(
            int rows,
            long a,
            long rowStep,
            long depthStep,
            long b,
            long step,
            long depth,
            long start,
            long startStep,
            long out,
            long outStep,
            int vectors) {
        if (depth > 0) {
            Ranges.check(a, 4);
            Ranges.check(a + (rows - 1) * rowStep + (depth - 1) * depthStep, 4);
            Ranges.check(b, (long) vectors * Lanes.BYTES);
            Ranges.check(b + (depth - 1) * step, (long) vectors * Lanes.BYTES);
        }
        for (int i = 0; i < ROWS; i++) {
            Ranges.check(start + i * startStep, (long) vectors * Lanes.BYTES);
            Ranges.check(out + i * outStep, (long) vectors * Lanes.BYTES);
        }
    }
}
