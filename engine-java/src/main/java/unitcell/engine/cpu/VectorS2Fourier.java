package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The longitude half of the activation on the grid for any M, for one vector of channels: as {@link VectorS2Two}, but with
 * the grid values in scratch memory, because the orders of a larger M do not fit the registers.
 *
 * <p>Loops compare addresses instead of counting: around a counted loop C2 builds a longer one that checks whole ranges of
 * addresses, which costs more than the eight or so iterations here.
 *
 * <p>Memory convention: f, g and h [B, 2M+1] are arrays of vectors in scratch memory, orders -M..M; grid values [A].
 */
final class VectorS2Fourier {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final long STEP = Lanes.BYTES;

    private VectorS2Fourier() {}

    /**
     * h = orders of SiLU of the function with orders f.
     *
     * @param values room for B A vectors
     */
    static void activation(VectorS2Plan plan, long f, long h, long values) {
        long row = (2L * plan.mmax + 1) * STEP;
        long step = plan.longitudes * STEP;
        for (int b = 0; b < plan.latitudes; b++) {
            toLongitudes(plan, f + b * row, values + b * step);
        }
        silu(values, plan.latitudes * plan.longitudes);
        for (int b = 0; b < plan.latitudes; b++) {
            toOrders(plan, values + b * step, h + b * row);
        }
    }

    /**
     * h = orders of SiLU'(function with orders f) times the function with orders g.
     *
     * @param values room for B A vectors
     * @param gradients room for B A vectors
     */
    static void gradient(VectorS2Plan plan, long f, long g, long h, long values, long gradients) {
        long row = (2L * plan.mmax + 1) * STEP;
        long step = plan.longitudes * STEP;
        for (int b = 0; b < plan.latitudes; b++) {
            toLongitudes(plan, f + b * row, values + b * step);
            toLongitudes(plan, g + b * row, gradients + b * step);
        }
        slope(values, gradients, plan.latitudes * plan.longitudes);
        for (int b = 0; b < plan.latitudes; b++) {
            toOrders(plan, gradients + b * step, h + b * row);
        }
    }

    static void silu(long values, int count) {
        long end = values + count * STEP;
        for (; values != end; values += STEP) {
            VectorS2Silu.silu(FloatVector.fromMemorySegment(F, ALL, values, ORDER))
                    .intoMemorySegment(ALL, values, ORDER);
        }
    }

    static void slope(long values, long gradients, int count) {
        long end = values + count * STEP;
        for (; values != end; values += STEP, gradients += STEP) {
            VectorS2Silu.slope(FloatVector.fromMemorySegment(F, ALL, values, ORDER))
                    .mul(FloatVector.fromMemorySegment(F, ALL, gradients, ORDER))
                    .intoMemorySegment(ALL, gradients, ORDER);
        }
    }

    /** Orders of one latitude to its longitudes. */
    static void toLongitudes(VectorS2Plan plan, long f, long values) {
        if (plan.mmax == 2) {
            VectorS2Two.toLongitudes(plan.waves, plan.longitudes, plan.pairs, f, values);
            return;
        }
        long centre = f + plan.mmax * STEP;
        evenOnly(plan, centre, values, 0);
        if (plan.longitudes % 2 == 0) {
            evenOnly(plan, centre, values, plan.longitudes / 2);
        }
        int a = 1;
        for (; a + 3 <= plan.pairs; a += 4) {
            fourPairs(plan.cosine, plan.sine, plan.longitudes, plan.mmax, centre, values, a);
        }
        for (; a <= plan.pairs; a++) {
            pair(plan.cosine, plan.sine, plan.longitudes, plan.mmax, centre, values, a);
        }
    }

    /** A longitude where all sines vanish. */
    private static void evenOnly(VectorS2Plan plan, long centre, long values, int a) {
        FloatVector even = FloatVector.fromMemorySegment(F, ALL, centre, ORDER);
        long last = centre + plan.mmax * STEP;
        int at = a;
        while (centre != last) {
            centre += STEP;
            at += plan.longitudes;
            even = FloatVector.broadcast(F, plan.cosine[at])
                    .fma(FloatVector.fromMemorySegment(F, ALL, centre, ORDER), even);
        }
        even.intoMemorySegment(ALL, values + a * STEP, ORDER);
    }

    /** Longitudes a and A - a. */
    private static void pair(float[] cosine, float[] sine, int longitudes, int mmax, long centre, long values, int a) {
        FloatVector even = FloatVector.fromMemorySegment(F, ALL, centre, ORDER);
        FloatVector odd = FloatVector.zero(F);
        long plus = centre;
        long minus = centre;
        long last = centre + mmax * STEP;
        int at = a;
        while (plus != last) {
            plus += STEP;
            minus -= STEP;
            at += longitudes;
            even = FloatVector.broadcast(F, cosine[at]).fma(FloatVector.fromMemorySegment(F, ALL, plus, ORDER), even);
            odd = FloatVector.broadcast(F, sine[at]).fma(FloatVector.fromMemorySegment(F, ALL, minus, ORDER), odd);
        }
        even.add(odd).intoMemorySegment(ALL, values + a * STEP, ORDER);
        even.sub(odd).intoMemorySegment(ALL, values + (longitudes - a) * STEP, ORDER);
    }

    /** Longitudes a..a+3 and their partners: each order is loaded once for all. */
    private static void fourPairs(
            float[] cosine, float[] sine, int longitudes, int mmax, long centre, long values, int a) {
        FloatVector e0 = FloatVector.fromMemorySegment(F, ALL, centre, ORDER);
        FloatVector e1 = e0;
        FloatVector e2 = e0;
        FloatVector e3 = e0;
        FloatVector o0 = FloatVector.zero(F);
        FloatVector o1 = o0;
        FloatVector o2 = o0;
        FloatVector o3 = o0;
        long plus = centre;
        long minus = centre;
        long last = centre + mmax * STEP;
        int at = a;
        while (plus != last) {
            plus += STEP;
            minus -= STEP;
            at += longitudes;
            FloatVector c = FloatVector.fromMemorySegment(F, ALL, plus, ORDER);
            FloatVector s = FloatVector.fromMemorySegment(F, ALL, minus, ORDER);
            e0 = FloatVector.broadcast(F, cosine[at]).fma(c, e0);
            e1 = FloatVector.broadcast(F, cosine[at + 1]).fma(c, e1);
            e2 = FloatVector.broadcast(F, cosine[at + 2]).fma(c, e2);
            e3 = FloatVector.broadcast(F, cosine[at + 3]).fma(c, e3);
            o0 = FloatVector.broadcast(F, sine[at]).fma(s, o0);
            o1 = FloatVector.broadcast(F, sine[at + 1]).fma(s, o1);
            o2 = FloatVector.broadcast(F, sine[at + 2]).fma(s, o2);
            o3 = FloatVector.broadcast(F, sine[at + 3]).fma(s, o3);
        }
        long east = values + a * STEP;
        long west = values + (longitudes - a) * STEP;
        e0.add(o0).intoMemorySegment(ALL, east, ORDER);
        e1.add(o1).intoMemorySegment(ALL, east + STEP, ORDER);
        e2.add(o2).intoMemorySegment(ALL, east + 2 * STEP, ORDER);
        e3.add(o3).intoMemorySegment(ALL, east + 3 * STEP, ORDER);
        e0.sub(o0).intoMemorySegment(ALL, west, ORDER);
        e1.sub(o1).intoMemorySegment(ALL, west - STEP, ORDER);
        e2.sub(o2).intoMemorySegment(ALL, west - 2 * STEP, ORDER);
        e3.sub(o3).intoMemorySegment(ALL, west - 3 * STEP, ORDER);
    }

    /** Longitudes of one latitude to its orders; the values are replaced by sums and differences of partners. */
    static void toOrders(VectorS2Plan plan, long values, long h) {
        if (plan.mmax == 2) {
            VectorS2Two.toOrders(plan.waves, plan.longitudes, plan.pairs, values, h);
            return;
        }
        int longitudes = plan.longitudes;
        long centre = h + plan.mmax * STEP;
        FloatVector total = FloatVector.fromMemorySegment(F, ALL, values, ORDER);
        if (longitudes % 2 == 0) {
            total = total.add(FloatVector.fromMemorySegment(F, ALL, values + (longitudes / 2) * STEP, ORDER));
        }
        long east = values;
        long west = values + longitudes * STEP;
        long last = values + plan.pairs * STEP;
        while (east != last) {
            east += STEP;
            west -= STEP;
            FloatVector u = FloatVector.fromMemorySegment(F, ALL, east, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(F, ALL, west, ORDER);
            FloatVector sum = u.add(v);
            sum.intoMemorySegment(ALL, east, ORDER);
            u.sub(v).intoMemorySegment(ALL, west, ORDER);
            total = total.add(sum);
        }
        total.intoMemorySegment(ALL, centre, ORDER);
        int m = 1;
        for (; m < plan.mmax; m += 2) {
            twoOrders(plan.cosine, plan.sine, longitudes, plan.pairs, values, centre, m);
        }
        if (m == plan.mmax) {
            order(plan.cosine, plan.sine, longitudes, plan.pairs, values, centre, m);
        }
    }

    /** Orders +-m and +-(m+1). */
    private static void twoOrders(
            float[] cosine, float[] sine, int longitudes, int pairs, long values, long centre, int m) {
        int first = m * longitudes;
        int second = first + longitudes;
        FloatVector v = FloatVector.fromMemorySegment(F, ALL, values, ORDER);
        FloatVector c0 = v.mul(cosine[first]);
        FloatVector c1 = v.mul(cosine[second]);
        if (longitudes % 2 == 0) {
            int half = longitudes / 2;
            v = FloatVector.fromMemorySegment(F, ALL, values + half * STEP, ORDER);
            c0 = FloatVector.broadcast(F, cosine[first + half]).fma(v, c0);
            c1 = FloatVector.broadcast(F, cosine[second + half]).fma(v, c1);
        }
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        long east = values;
        long west = values + longitudes * STEP;
        long last = values + pairs * STEP;
        while (east != last) {
            east += STEP;
            west -= STEP;
            first++;
            second++;
            FloatVector sum = FloatVector.fromMemorySegment(F, ALL, east, ORDER);
            FloatVector difference = FloatVector.fromMemorySegment(F, ALL, west, ORDER);
            c0 = FloatVector.broadcast(F, cosine[first]).fma(sum, c0);
            c1 = FloatVector.broadcast(F, cosine[second]).fma(sum, c1);
            s0 = FloatVector.broadcast(F, sine[first]).fma(difference, s0);
            s1 = FloatVector.broadcast(F, sine[second]).fma(difference, s1);
        }
        c0.intoMemorySegment(ALL, centre + m * STEP, ORDER);
        c1.intoMemorySegment(ALL, centre + (m + 1) * STEP, ORDER);
        s0.intoMemorySegment(ALL, centre - m * STEP, ORDER);
        s1.intoMemorySegment(ALL, centre - (m + 1) * STEP, ORDER);
    }

    /** Orders +-m. */
    private static void order(
            float[] cosine, float[] sine, int longitudes, int pairs, long values, long centre, int m) {
        int first = m * longitudes;
        FloatVector c = FloatVector.fromMemorySegment(F, ALL, values, ORDER).mul(cosine[first]);
        if (longitudes % 2 == 0) {
            int half = longitudes / 2;
            c = FloatVector.broadcast(F, cosine[first + half])
                    .fma(FloatVector.fromMemorySegment(F, ALL, values + half * STEP, ORDER), c);
        }
        FloatVector s = FloatVector.zero(F);
        long east = values;
        long west = values + longitudes * STEP;
        long last = values + pairs * STEP;
        while (east != last) {
            east += STEP;
            west -= STEP;
            first++;
            c = FloatVector.broadcast(F, cosine[first]).fma(FloatVector.fromMemorySegment(F, ALL, east, ORDER), c);
            s = FloatVector.broadcast(F, sine[first]).fma(FloatVector.fromMemorySegment(F, ALL, west, ORDER), s);
        }
        c.intoMemorySegment(ALL, centre + m * STEP, ORDER);
        s.intoMemorySegment(ALL, centre - m * STEP, ORDER);
    }
}
