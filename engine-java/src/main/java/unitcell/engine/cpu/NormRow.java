package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The loops of normalisations over one row of channels: whole vectors, then a masked rest.
 *
 * <p>Memory convention: addresses of {@code count} floats each. Rows are short (64 to 512 channels) and were just read, so
 * several passes over one cost less than keeping it in registers would.
 */
final class NormRow {
    private NormRow() {}

    private static VectorMask<Float> rest(int count) {
        return Lanes.first(count - Lanes.whole(count));
    }

    static float sum(long x, int count) {
        FloatVector sum = Lanes.zero();
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            sum = sum.add(Lanes.loadAt(x, i));
        }
        if (whole < count) {
            sum = sum.add(Lanes.load(x + 4L * whole, rest(count)));
        }
        return Lanes.sum(sum);
    }

    /** Sum of (x - shift)^2. */
    static float squares(long x, float shift, int count) {
        FloatVector sum = Lanes.zero();
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector d = Lanes.loadAt(x, i).sub(shift);
            sum = Lanes.fma(d, d, sum);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            FloatVector d = Lanes.load(x + 4L * whole, mask).sub(Lanes.broadcast(shift), mask);
            sum = Lanes.fma(d, d, sum);
        }
        return Lanes.sum(sum);
    }

    /** y = (x - shift) * factor * gamma + beta; beta 0 for none. */
    static void affine(long x, float shift, float factor, long gamma, long beta, long y, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector n = Lanes.loadAt(x, i).sub(shift).mul(factor);
            FloatVector b = beta == 0 ? Lanes.zero() : Lanes.loadAt(beta, i);
            Lanes.storeAt(y, i, Lanes.fma(n, Lanes.loadAt(gamma, i), b));
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector n = Lanes.load(x + at, mask).sub(shift).mul(factor);
            FloatVector b = beta == 0 ? Lanes.zero() : Lanes.load(beta + at, mask);
            Lanes.store(y + at, Lanes.fma(n, Lanes.load(gamma + at, mask), b), mask);
        }
    }

    /** y = SiLU of {@link #affine}. */
    static void affineSilu(long x, float shift, float factor, long gamma, long beta, long y, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector n = Lanes.loadAt(x, i).sub(shift).mul(factor);
            Lanes.storeAt(y, i, Lanes.silu(Lanes.fma(n, Lanes.loadAt(gamma, i), Lanes.loadAt(beta, i))));
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector n = Lanes.load(x + at, mask).sub(shift).mul(factor);
            FloatVector z = Lanes.fma(n, Lanes.load(gamma + at, mask), Lanes.load(beta + at, mask));
            Lanes.store(y + at, Lanes.silu(z), mask);
        }
    }

    /**
     * g = dy * SiLU'(n gamma + beta), for n = (x - shift) * factor: the gradient in front of the activation.
     */
    static void siluGradient(long dy, long x, float shift, float factor, long gamma, long beta, long g, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector n = Lanes.loadAt(x, i).sub(shift).mul(factor);
            FloatVector z = Lanes.fma(n, Lanes.loadAt(gamma, i), Lanes.loadAt(beta, i));
            Lanes.storeAt(g, i, Lanes.loadAt(dy, i).mul(Lanes.siluDerivative(z)));
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector n = Lanes.load(x + at, mask).sub(shift).mul(factor);
            FloatVector z = Lanes.fma(n, Lanes.load(gamma + at, mask), Lanes.load(beta + at, mask));
            Lanes.store(g + at, Lanes.load(dy + at, mask).mul(Lanes.siluDerivative(z)), mask);
        }
    }

    /** dgamma += g * n and, unless dbeta is 0, dbeta += g, for n = (x - shift) * factor. */
    static void parameters(long g, long x, float shift, float factor, long dgamma, long dbeta, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector v = Lanes.loadAt(g, i);
            FloatVector n = Lanes.loadAt(x, i).sub(shift).mul(factor);
            Lanes.storeAt(dgamma, i, Lanes.fma(v, n, Lanes.loadAt(dgamma, i)));
            if (dbeta != 0) {
                Lanes.storeAt(dbeta, i, v.add(Lanes.loadAt(dbeta, i)));
            }
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector v = Lanes.load(g + at, mask);
            FloatVector n = Lanes.load(x + at, mask).sub(shift).mul(factor);
            Lanes.store(dgamma + at, Lanes.fma(v, n, Lanes.load(dgamma + at, mask)), mask);
            if (dbeta != 0) {
                Lanes.store(dbeta + at, v.add(Lanes.load(dbeta + at, mask)), mask);
            }
        }
    }

    /** Sum of g * gamma * (x - shift). */
    static float projection(long g, long gamma, long x, float shift, int count) {
        FloatVector sum = Lanes.zero();
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector scaled = Lanes.loadAt(g, i).mul(Lanes.loadAt(gamma, i));
            sum = Lanes.fma(scaled, Lanes.loadAt(x, i).sub(shift), sum);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector scaled = Lanes.load(g + at, mask).mul(Lanes.load(gamma + at, mask));
            sum = Lanes.fma(scaled, Lanes.load(x + at, mask).sub(shift), sum);
        }
        return Lanes.sum(sum);
    }

    /** dx = factor * g * gamma - slope * (x - shift) - constant, added where {@code add}. */
    static void gradient(
            long g,
            long gamma,
            float factor,
            long x,
            float shift,
            float slope,
            float constant,
            long dx,
            boolean add,
            int count) {
        FloatVector down = Lanes.broadcast(-slope);
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector scaled = Lanes.loadAt(g, i).mul(Lanes.loadAt(gamma, i)).mul(factor);
            FloatVector d = Lanes.loadAt(x, i).sub(shift);
            Elementwise.put(dx + 4L * i, Lanes.fma(d, down, scaled.sub(constant)), add);
        }
        if (whole < count) {
            VectorMask<Float> mask = rest(count);
            long at = 4L * whole;
            FloatVector scaled =
                    Lanes.load(g + at, mask).mul(Lanes.load(gamma + at, mask)).mul(factor);
            FloatVector d = Lanes.load(x + at, mask).sub(shift);
            Elementwise.put(dx + at, Lanes.fma(d, down, scaled.sub(constant)), add, mask);
        }
    }
}
