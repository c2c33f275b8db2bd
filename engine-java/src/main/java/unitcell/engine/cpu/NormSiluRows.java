package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer norm with SiLU for rows of whole vectors, the usual case: what {@link NormRow} does in six or seven passes over a
 * row is done in three or four. The loops are too long to be inlined into a caller and call the JDK's own methods, for the
 * reason that {@link Lanes} gives: seven methods of {@link NormRow} in one loop over rows were at times compiled with boxed
 * vectors, 5 to 15 times slower.
 *
 * <p>Memory convention: rows lie one behind the other; {@code channels} is a multiple of {@link Lanes#WIDTH}.
 */
final class NormSiluRows {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;

    private NormSiluRows() {}

    /** y = SiLU((x - mean) / sqrt(var + eps) * gamma + beta) for {@code rows} rows. */
    static void forward(long x, long y, long rows, int channels, long gamma, long beta, double eps) {
        long row = 4L * channels;
        if (Lanes.CHECKED) {
            check(rows * row, x, y);
            check(row, gamma, beta);
        }
        for (long end = x + rows * row; x != end; x += row, y += row) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = 0; i < row; i += (int) Lanes.BYTES) {
                sum = sum.add(FloatVector.fromMemorySegment(F, ALL, x + i, ORDER));
            }
            float mean = Lanes.sum(sum) / channels;
            FloatVector squares = FloatVector.zero(F);
            for (int i = 0; i < row; i += (int) Lanes.BYTES) {
                FloatVector d =
                        FloatVector.fromMemorySegment(F, ALL, x + i, ORDER).sub(mean);
                squares = d.fma(d, squares);
            }
            float inverse = (float) (1 / Math.sqrt(Lanes.sum(squares) / channels + eps));
            for (int i = 0; i < row; i += (int) Lanes.BYTES) {
                FloatVector n = FloatVector.fromMemorySegment(F, ALL, x + i, ORDER)
                        .sub(mean)
                        .mul(inverse);
                FloatVector scale = FloatVector.fromMemorySegment(F, ALL, gamma + i, ORDER);
                FloatVector z = n.fma(scale, FloatVector.fromMemorySegment(F, ALL, beta + i, ORDER));
                VectorS2Silu.silu(z).intoMemorySegment(ALL, y + i, ORDER);
            }
        }
    }

    /**
     * Gradients of {@link #forward}.
     *
     * @param dx gradient of x, or 0 if it is not wanted
     * @param add whether to add to dx
     * @param dgamma a row to add to
     * @param dbeta a row to add to
     * @param before room for a row
     */
    static void backward(
            long dy,
            long x,
            long rows,
            int channels,
            long gamma,
            long beta,
            double eps,
            long dx,
            boolean add,
            long dgamma,
            long dbeta,
            long before) {
        long row = 4L * channels;
        if (Lanes.CHECKED) {
            check(rows * row, dy, x);
            check(row, gamma, beta);
            check(row, dgamma, dbeta);
            check(row, before, before);
            check(dx == 0 ? 0 : rows * row, dx, dx);
        }
        for (long r = 0; r < rows; r++, x += row, dy += row) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = 0; i < row; i += (int) Lanes.BYTES) {
                sum = sum.add(FloatVector.fromMemorySegment(F, ALL, x + i, ORDER));
            }
            float mean = Lanes.sum(sum) / channels;
            FloatVector squares = FloatVector.zero(F);
            for (int i = 0; i < row; i += (int) Lanes.BYTES) {
                FloatVector d =
                        FloatVector.fromMemorySegment(F, ALL, x + i, ORDER).sub(mean);
                squares = d.fma(d, squares);
            }
            float inverse = (float) (1 / Math.sqrt(Lanes.sum(squares) / channels + eps));
            FloatVector total = FloatVector.zero(F);
            FloatVector along = FloatVector.zero(F);
            for (int i = 0; i < row; i += (int) Lanes.BYTES) {
                FloatVector d =
                        FloatVector.fromMemorySegment(F, ALL, x + i, ORDER).sub(mean);
                FloatVector n = d.mul(inverse);
                FloatVector scale = FloatVector.fromMemorySegment(F, ALL, gamma + i, ORDER);
                FloatVector z = n.fma(scale, FloatVector.fromMemorySegment(F, ALL, beta + i, ORDER));
                FloatVector g = VectorS2Silu.slope(z).mul(FloatVector.fromMemorySegment(F, ALL, dy + i, ORDER));
                g.fma(n, FloatVector.fromMemorySegment(F, ALL, dgamma + i, ORDER))
                        .intoMemorySegment(ALL, dgamma + i, ORDER);
                g.add(FloatVector.fromMemorySegment(F, ALL, dbeta + i, ORDER)).intoMemorySegment(ALL, dbeta + i, ORDER);
                g = g.mul(scale);
                g.intoMemorySegment(ALL, before + i, ORDER);
                total = total.add(g);
                along = g.fma(d, along);
            }
            if (dx != 0) {
                float constant = inverse * Lanes.sum(total) / channels;
                float slope = inverse * inverse * inverse * Lanes.sum(along) / channels;
                for (int i = 0; i < row; i += (int) Lanes.BYTES) {
                    FloatVector d =
                            FloatVector.fromMemorySegment(F, ALL, x + i, ORDER).sub(mean);
                    FloatVector g = FloatVector.fromMemorySegment(F, ALL, before + i, ORDER)
                            .mul(inverse)
                            .sub(constant);
                    FloatVector v = d.fma(FloatVector.broadcast(F, -slope), g);
                    if (add) {
                        v = v.add(FloatVector.fromMemorySegment(F, ALL, dx + i, ORDER));
                    }
                    v.intoMemorySegment(ALL, dx + i, ORDER);
                }
                dx += row;
            }
        }
    }

    private static void check(long bytes, long first, long second) {
        Ranges.check(first, bytes);
        Ranges.check(second, bytes);
    }
}
