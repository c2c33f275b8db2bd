package unitcell.engine.cpu;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import unitcell.engine.DType;
import unitcell.engine.Tensor;

/**
 * Sums over all elements of float32 tensors in float64: chunk by chunk in the tasks, then over the chunks in order.
 *
 * <p>Memory convention: one float64 for each chunk in scratch memory. Squares of float32 numbers are exact in float64 and
 * their sum cannot overflow, so it is not finite if and only if an element is not.
 */
final class Sums {
    private static final VectorSpecies<Double> D = VectorSpecies.of(double.class, Lanes.F.vectorShape());
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final int CHUNK = 1 << 14;

    private Sums() {}

    /** What is summed over the elements. */
    enum Kind {
        /** x. */
        VALUES,
        /** x^2. */
        SQUARES,
        /** (x - y)^2. */
        SQUARED_DIFFERENCES,
        /** m (|x - y| - m/2) for m the smaller of |x - y| and a limit: Huber's loss. */
        HUBER,
        /** |x - y|. */
        DIFFERENCES
    }

    /**
     * The sum over {@code count} elements.
     *
     * @param y address of the second operand of differences, otherwise not used
     */
    static double of(Workers workers, Kind kind, long x, long y, long count) {
        return of(workers, kind, Double.NaN, x, y, count);
    }

    /** As {@link #of(Workers, Kind, long, long, long)}, with the limit that Huber's loss has. */
    static double of(Workers workers, Kind kind, double limit, long x, long y, long count) {
        Scratch scratch = workers.scratch();
        long mark = scratch.mark();
        try {
            int chunks = Math.toIntExact((count + CHUNK - 1) / CHUNK);
            long partial = scratch.take(8L * chunks);
            workers.run(chunks, (chunk, memory) -> {
                long from = (long) chunk * CHUNK;
                int size = (int) Math.min(CHUNK, count - from);
                double sum = switch (kind) {
                    case VALUES -> values(x + 4 * from, size);
                    case SQUARES -> squares(x + 4 * from, size);
                    case SQUARED_DIFFERENCES -> squaredDifferences(x + 4 * from, y + 4 * from, size);
                    case HUBER -> huber(limit, x + 4 * from, y + 4 * from, size);
                    case DIFFERENCES -> differences(x + 4 * from, y + 4 * from, size);
                };
                Lanes.ALL.set(DOUBLE, partial + 8L * chunk, sum);
            });
            double total = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                total += Lanes.ALL.get(DOUBLE, partial + 8L * chunk);
            }
            return total;
        } finally {
            scratch.release(mark);
        }
    }

    /** Stores a sum in a tensor of one element. */
    static void store(Tensor out, double value) {
        if (Lanes.CHECKED) {
            Ranges.allow(out.address(), out.bytes());
        }
        if (out.dtype() == DType.F64) {
            Lanes.ALL.set(DOUBLE, out.address(), value);
        } else {
            Lanes.set(out.address(), (float) value);
        }
    }

    private static double values(long x, int count) {
        DoubleVector low = DoubleVector.zero(D);
        DoubleVector high = DoubleVector.zero(D);
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector v = Lanes.loadAt(x, i);
            low = low.add(half(v, 0));
            high = high.add(half(v, 1));
        }
        if (whole < count) {
            FloatVector v = Lanes.load(x + 4L * whole, Lanes.first(count - whole));
            low = low.add(half(v, 0));
            high = high.add(half(v, 1));
        }
        return sum(low.add(high));
    }

    private static double squares(long x, int count) {
        DoubleVector low = DoubleVector.zero(D);
        DoubleVector high = DoubleVector.zero(D);
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector v = Lanes.loadAt(x, i);
            low = square(half(v, 0), low);
            high = square(half(v, 1), high);
        }
        if (whole < count) {
            FloatVector v = Lanes.load(x + 4L * whole, Lanes.first(count - whole));
            low = square(half(v, 0), low);
            high = square(half(v, 1), high);
        }
        return sum(low.add(high));
    }

    private static double squaredDifferences(long x, long y, int count) {
        DoubleVector low = DoubleVector.zero(D);
        DoubleVector high = DoubleVector.zero(D);
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector a = Lanes.loadAt(x, i);
            FloatVector b = Lanes.loadAt(y, i);
            low = square(half(a, 0).sub(half(b, 0)), low);
            high = square(half(a, 1).sub(half(b, 1)), high);
        }
        if (whole < count) {
            VectorMask<Float> mask = Lanes.first(count - whole);
            FloatVector a = Lanes.load(x + 4L * whole, mask);
            FloatVector b = Lanes.load(y + 4L * whole, mask);
            low = square(half(a, 0).sub(half(b, 0)), low);
            high = square(half(a, 1).sub(half(b, 1)), high);
        }
        return sum(low.add(high));
    }

    private static double differences(long x, long y, int count) {
        DoubleVector low = DoubleVector.zero(D);
        DoubleVector high = DoubleVector.zero(D);
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            FloatVector a = Lanes.load(x + 4L * i, mask);
            FloatVector b = Lanes.load(y + 4L * i, mask);
            low = low.add(half(a, 0).sub(half(b, 0)).abs());
            high = high.add(half(a, 1).sub(half(b, 1)).abs());
        }
        return sum(low.add(high));
    }

    private static double huber(double limit, long x, long y, int count) {
        DoubleVector low = DoubleVector.zero(D);
        DoubleVector high = DoubleVector.zero(D);
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            FloatVector a = Lanes.load(x + 4L * i, mask);
            FloatVector b = Lanes.load(y + 4L * i, mask);
            low = low.add(huber(limit, half(a, 0).sub(half(b, 0)).abs()));
            high = high.add(huber(limit, half(a, 1).sub(half(b, 1)).abs()));
        }
        return sum(low.add(high));
    }

    private static DoubleVector huber(double limit, DoubleVector distance) {
        DoubleVector near = distance.min(limit);
        return distance.sub(near.mul(0.5)).mul(near);
    }

    /** The lower (part 0) or upper (part 1) half of the lanes as float64. */
    private static DoubleVector half(FloatVector v, int part) {
        return (DoubleVector) v.convertShape(VectorOperators.F2D, D, part);
    }

    private static DoubleVector square(DoubleVector v, DoubleVector sum) {
        return v.lanewise(VectorOperators.FMA, v, sum);
    }

    /** Sum of the lanes in ascending order, for the reason given at {@link Lanes#sum}; once a chunk, so it may be slow. */
    private static double sum(DoubleVector v) {
        double sum = 0;
        for (int i = 0; i < v.length(); i++) {
            sum += v.lane(i);
        }
        return sum;
    }
}
