package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over consecutive elements, one for each pointwise kernel: whole vectors, then a masked rest.
 *
 * <p>Memory convention: addresses of {@code count} floats each; {@code add} adds to the result instead of overwriting it.
 */
final class Elementwise {
    private Elementwise() {}

    /** Stores, or adds to what is there. */
    static void put(long address, FloatVector value, boolean add) {
        Lanes.store(address, add ? value.add(Lanes.load(address)) : value);
    }

    static void put(long address, FloatVector value, boolean add, VectorMask<Float> mask) {
        Lanes.store(address, add ? value.add(Lanes.load(address, mask)) : value, mask);
    }

    private static VectorMask<Float> rest(int count) {
        return Lanes.first(count - Lanes.whole(count));
    }

    static void fill(long y, float value, int count) {
        FloatVector v = Lanes.broadcast(value);
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            Lanes.storeAt(y, i, v);
        }
        if (whole < count) {
            Lanes.store(y + 4L * whole, v, rest(count));
        }
    }

    /** y = a x, or y += a x. */
    static void scale(float a, long x, long y, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            put(y + 4L * i, Lanes.loadAt(x, i).mul(a), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            put(y + 4L * whole, Lanes.load(x + 4L * whole, mask).mul(a), add, mask);
        }
    }

    /** y = a x + b y. */
    static void axpby(float a, long x, float b, long y, int count) {
        FloatVector factor = Lanes.broadcast(a);
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            Lanes.storeAt(
                    y,
                    i,
                    Lanes.fma(Lanes.loadAt(x, i), factor, Lanes.loadAt(y, i).mul(b)));
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector before = Lanes.load(y + at, mask).mul(b);
            Lanes.store(y + at, Lanes.fma(Lanes.load(x + at, mask), factor, before), mask);
        }
    }

    static void multiply(long a, long b, long y, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            put(y + 4L * i, Lanes.loadAt(a, i).mul(Lanes.loadAt(b, i)), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            put(y + at, Lanes.load(a + at, mask).mul(Lanes.load(b + at, mask)), add, mask);
        }
    }

    static void silu(long x, long y, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            Lanes.storeAt(y, i, Lanes.silu(Lanes.loadAt(x, i)));
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            Lanes.store(y + 4L * whole, Lanes.silu(Lanes.load(x + 4L * whole, mask)), mask);
        }
    }

    static void siluBackward(long dy, long x, long dx, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector slope = Lanes.siluDerivative(Lanes.loadAt(x, i));
            put(dx + 4L * i, Lanes.loadAt(dy, i).mul(slope), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector slope = Lanes.siluDerivative(Lanes.load(x + at, mask));
            put(dx + at, Lanes.load(dy + at, mask).mul(slope), add, mask);
        }
    }

    static void sigmoid(long x, long y, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            Lanes.storeAt(y, i, Lanes.sigmoid(Lanes.loadAt(x, i)));
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            Lanes.store(y + 4L * whole, Lanes.sigmoid(Lanes.load(x + 4L * whole, mask)), mask);
        }
    }

    /** dx = dy y (1 - y). */
    static void sigmoidBackward(long dy, long y, long dx, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector s = Lanes.loadAt(y, i);
            put(dx + 4L * i, Lanes.loadAt(dy, i).mul(s).mul(Lanes.broadcast(1).sub(s)), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector s = Lanes.load(y + at, mask);
            put(dx + at, Lanes.load(dy + at, mask).mul(s).mul(Lanes.broadcast(1).sub(s)), add, mask);
        }
    }

    /** y = x (slope + (1 - slope) sigmoid(x)), which is what the definition simplifies to. */
    static void smoothLeakyRelu(float slope, long x, long y, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            Lanes.storeAt(y, i, smoothLeakyRelu(slope, Lanes.loadAt(x, i)));
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            Lanes.store(y + 4L * whole, smoothLeakyRelu(slope, Lanes.load(x + 4L * whole, mask)), mask);
        }
    }

    static FloatVector smoothLeakyRelu(float slope, FloatVector x) {
        return Lanes.fma(Lanes.silu(x), Lanes.broadcast(1 - slope), x.mul(slope));
    }

    static void smoothLeakyReluBackward(float slope, long dy, long x, long dx, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector derivative = smoothLeakyReluDerivative(slope, Lanes.loadAt(x, i));
            put(dx + 4L * i, Lanes.loadAt(dy, i).mul(derivative), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector derivative = smoothLeakyReluDerivative(slope, Lanes.load(x + at, mask));
            put(dx + at, Lanes.load(dy + at, mask).mul(derivative), add, mask);
        }
    }

    static FloatVector smoothLeakyReluDerivative(float slope, FloatVector x) {
        return Lanes.fma(Lanes.siluDerivative(x), Lanes.broadcast(1 - slope), Lanes.broadcast(slope));
    }

    /** y = factor (a - b). */
    static void scaledDifference(float factor, long a, long b, long y, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            put(y + 4L * i, Lanes.loadAt(a, i).sub(Lanes.loadAt(b, i)).mul(factor), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector difference = Lanes.load(a + at, mask).sub(Lanes.load(b + at, mask));
            put(y + at, difference.mul(factor), add, mask);
        }
    }

    /** y = factor sign(a - b): 0 where they are equal, NaN where the difference is. */
    static void scaledSign(float factor, long a, long b, long y, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            put(y + 4L * i, sign(Lanes.loadAt(a, i).sub(Lanes.loadAt(b, i))).mul(factor), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector difference = Lanes.load(a + at, mask).sub(Lanes.load(b + at, mask));
            put(y + at, sign(difference).mul(factor), add, mask);
        }
    }

    private static FloatVector sign(FloatVector d) {
        return d.blend(1, d.compare(VectorOperators.GT, 0)).blend(-1, d.compare(VectorOperators.LT, 0));
    }

    /** y = factor (a - b), the difference held to [-limit, limit]. */
    static void scaledLimited(float factor, float limit, long a, long b, long y, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector difference = Lanes.loadAt(a, i).sub(Lanes.loadAt(b, i));
            put(y + 4L * i, difference.min(limit).max(-limit).mul(factor), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector difference = Lanes.load(a + at, mask).sub(Lanes.load(b + at, mask));
            put(y + at, difference.min(limit).max(-limit).mul(factor), add, mask);
        }
    }

    /** y = (a - shift) b. */
    static void shiftedProduct(long a, float shift, long b, long y, boolean add, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            put(y + 4L * i, Lanes.loadAt(a, i).sub(shift).mul(Lanes.loadAt(b, i)), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            put(y + at, Lanes.load(a + at, mask).sub(shift).mul(Lanes.load(b + at, mask)), add, mask);
        }
    }

    /** x = 0 where x is below the limit, else {@code kept}. */
    static void threshold(float limit, float kept, long x, int count) {
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            FloatVector v = Lanes.load(x + 4L * i, mask);
            FloatVector result = Lanes.broadcast(kept).blend(0, v.compare(VectorOperators.LT, limit));
            Lanes.store(x + 4L * i, result, mask);
        }
    }

    /** Sum of a[i] * b[i], in float32: for single rows. */
    static float dot(long a, long b, int count) {
        FloatVector s0 = Lanes.zero();
        FloatVector s1 = Lanes.zero();
        int i = 0;
        for (; i + 2 * Lanes.WIDTH <= count; i += 2 * Lanes.WIDTH) {
            s0 = Lanes.fma(Lanes.loadAt(a, i), Lanes.loadAt(b, i), s0);
            s1 = Lanes.fma(Lanes.loadAt(a, i + Lanes.WIDTH), Lanes.loadAt(b, i + Lanes.WIDTH), s1);
        }
        for (; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            s0 = Lanes.fma(Lanes.load(a + 4L * i, mask), Lanes.load(b + 4L * i, mask), s0);
        }
        return Lanes.sum(s0.add(s1));
    }
}
