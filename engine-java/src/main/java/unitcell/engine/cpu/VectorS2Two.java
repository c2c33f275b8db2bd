package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorS2Fourier}'s transforms between the orders and the longitudes of one latitude for M = 2, the usual mmax: all
 * five orders stay in registers. Loops compare addresses, see {@link VectorS2Fourier}.
 *
 * <p>Memory convention: orders -2..2 and longitudes [A] are arrays of vectors in scratch memory.
 */
final class VectorS2Two {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final long STEP = Lanes.BYTES;

    private VectorS2Two() {}

    /** Orders f to the values at all longitudes. */
    static void toLongitudes(float[] waves, int longitudes, int pairs, long f, long values) {
        FloatVector sin2 = FloatVector.fromMemorySegment(F, ALL, f, ORDER);
        FloatVector sin1 = FloatVector.fromMemorySegment(F, ALL, f + STEP, ORDER);
        FloatVector mean = FloatVector.fromMemorySegment(F, ALL, f + 2 * STEP, ORDER);
        FloatVector cos1 = FloatVector.fromMemorySegment(F, ALL, f + 3 * STEP, ORDER);
        FloatVector cos2 = FloatVector.fromMemorySegment(F, ALL, f + 4 * STEP, ORDER);
        cos2.fma(FloatVector.broadcast(F, waves[1]), cos1.fma(FloatVector.broadcast(F, waves[0]), mean))
                .intoMemorySegment(ALL, values, ORDER);
        if (longitudes % 2 == 0) {
            int half = 2 * longitudes;
            cos2.fma(FloatVector.broadcast(F, waves[half + 1]), cos1.fma(FloatVector.broadcast(F, waves[half]), mean))
                    .intoMemorySegment(ALL, values + (pairs + 1) * STEP, ORDER);
        }
        long east = values;
        long west = values + longitudes * STEP;
        long last = values + pairs * STEP;
        int i = 0;
        while (east != last) {
            east += STEP;
            west -= STEP;
            i += 4;
            FloatVector even = FloatVector.broadcast(F, waves[i]).fma(cos1, mean);
            even = FloatVector.broadcast(F, waves[i + 1]).fma(cos2, even);
            FloatVector odd = FloatVector.broadcast(F, waves[i + 2]).mul(sin1);
            odd = FloatVector.broadcast(F, waves[i + 3]).fma(sin2, odd);
            even.add(odd).intoMemorySegment(ALL, east, ORDER);
            even.sub(odd).intoMemorySegment(ALL, west, ORDER);
        }
    }

    /** Values at all longitudes to orders h, by the transpose of {@link #toLongitudes}. */
    static void toOrders(float[] waves, int longitudes, int pairs, long values, long h) {
        FloatVector mean = FloatVector.fromMemorySegment(F, ALL, values, ORDER);
        FloatVector cos1 = mean.mul(waves[0]);
        FloatVector cos2 = mean.mul(waves[1]);
        FloatVector sin1 = FloatVector.zero(F);
        FloatVector sin2 = sin1;
        if (longitudes % 2 == 0) {
            int half = 2 * longitudes;
            FloatVector v = FloatVector.fromMemorySegment(F, ALL, values + (pairs + 1) * STEP, ORDER);
            mean = mean.add(v);
            cos1 = FloatVector.broadcast(F, waves[half]).fma(v, cos1);
            cos2 = FloatVector.broadcast(F, waves[half + 1]).fma(v, cos2);
        }
        long east = values;
        long west = values + longitudes * STEP;
        long last = values + pairs * STEP;
        int i = 0;
        while (east != last) {
            east += STEP;
            west -= STEP;
            i += 4;
            FloatVector u = FloatVector.fromMemorySegment(F, ALL, east, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(F, ALL, west, ORDER);
            FloatVector sum = u.add(v);
            FloatVector difference = u.sub(v);
            mean = mean.add(sum);
            cos1 = FloatVector.broadcast(F, waves[i]).fma(sum, cos1);
            cos2 = FloatVector.broadcast(F, waves[i + 1]).fma(sum, cos2);
            sin1 = FloatVector.broadcast(F, waves[i + 2]).fma(difference, sin1);
            sin2 = FloatVector.broadcast(F, waves[i + 3]).fma(difference, sin2);
        }
        sin2.intoMemorySegment(ALL, h, ORDER);
        sin1.intoMemorySegment(ALL, h + STEP, ORDER);
        mean.intoMemorySegment(ALL, h + 2 * STEP, ORDER);
        cos1.intoMemorySegment(ALL, h + 3 * STEP, ORDER);
        cos2.intoMemorySegment(ALL, h + 4 * STEP, ORDER);
    }
}
