package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of attention logits over the features of one head of one edge, for f(z) = z (slope + (1 - slope) sigmoid(z)),
 * the smooth leaky ReLU.
 *
 * <p>Memory convention: rows lie in scratch memory and are padded to {@code row} floats, whole vectors. Padding holds zeros
 * in features and parameters, and so in all that is made of them. A {@code gamma} of 0 stands for z = n.
 */
final class VectorAttentionRow {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final float SLOPE = 0.2f;

    private VectorAttentionRow() {}

    /** n = x - mean for {@code size} features, then zeros. */
    static void centre(long x, float mean, long n, int size) {
        int whole = Lanes.whole(size);
        for (int a = 0; a < whole; a += Lanes.WIDTH) {
            Lanes.storeAt(n, a, Lanes.loadAt(x, a).sub(mean));
        }
        if (whole < size) {
            VectorMask<Float> mask = Lanes.first(size - whole);
            FloatVector rest = Lanes.load(x + 4L * whole, mask);
            Lanes.storeAt(n, whole, rest.sub(Lanes.broadcast(mean), mask));
        }
    }

    /** Sum of n^2. */
    static float squares(long n, int row) {
        FloatVector sum = Lanes.zero();
        for (int a = 0; a < row; a += Lanes.WIDTH) {
            FloatVector v = Lanes.loadAt(n, a);
            sum = Lanes.fma(v, v, sum);
        }
        return Lanes.sum(sum);
    }

    /** y = f(n gamma + beta). */
    static void activate(long n, long gamma, long beta, long y, int row) {
        for (int a = 0; a < row; a += Lanes.WIDTH) {
            FloatVector z = Lanes.loadAt(n, a);
            if (gamma != 0) {
                z = Lanes.fma(z, Lanes.loadAt(gamma, a), Lanes.loadAt(beta, a));
            }
            Lanes.storeAt(y, a, Elementwise.smoothLeakyRelu(SLOPE, z));
        }
    }

    /** Sum of y * dot. */
    static float product(long y, long dot, int row) {
        FloatVector sum = Lanes.zero();
        for (int a = 0; a < row; a += Lanes.WIDTH) {
            sum = Lanes.fma(Lanes.loadAt(y, a), Lanes.loadAt(dot, a), sum);
        }
        return Lanes.sum(sum);
    }

    /** y = f(z) and slope = f'(z) for z = n gamma + beta. */
    static void activateBoth(long n, long gamma, long beta, long y, long slope, int row) {
        for (int a = 0; a < row; a += Lanes.WIDTH) {
            FloatVector z = Lanes.loadAt(n, a);
            if (gamma != 0) {
                z = Lanes.fma(z, Lanes.loadAt(gamma, a), Lanes.loadAt(beta, a));
            }
            // Both from one e = e^-|z|, as in Lanes.siluDerivative.
            FloatVector e = Lanes.exp(z.abs().neg());
            FloatVector near = FloatVector.broadcast(F, 1).div(e.add(1));
            FloatVector far = e.mul(near);
            FloatVector sigmoid = near.blend(far, z.compare(VectorOperators.LT, 0));
            FloatVector silu = z.mul(far).fma(near, sigmoid);
            Lanes.storeAt(y, a, sigmoid.mul(1 - SLOPE).add(SLOPE).mul(z));
            Lanes.storeAt(slope, a, silu.mul(1 - SLOPE).add(SLOPE));
        }
    }

    /** ddot += outer * y, and slope becomes g = outer * dot * slope, the gradient for z. */
    static void weigh(float outer, long y, long dot, long slope, long ddot, int row) {
        for (int a = 0; a < row; a += Lanes.WIDTH) {
            FloatVector sum = Lanes.fma(Lanes.loadAt(y, a), Lanes.broadcast(outer), Lanes.loadAt(ddot, a));
            Lanes.storeAt(ddot, a, sum);
            Lanes.storeAt(slope, a, Lanes.loadAt(dot, a).mul(outer).mul(Lanes.loadAt(slope, a)));
        }
    }

    /** dgamma += g * n, dbeta += g, and g becomes g * gamma, the gradient for n. */
    static void parameters(long g, long n, long gamma, long dgamma, long dbeta, int row) {
        for (int a = 0; a < row; a += Lanes.WIDTH) {
            FloatVector v = Lanes.loadAt(g, a);
            Lanes.storeAt(dgamma, a, Lanes.fma(v, Lanes.loadAt(n, a), Lanes.loadAt(dgamma, a)));
            Lanes.storeAt(dbeta, a, v.add(Lanes.loadAt(dbeta, a)));
            Lanes.storeAt(g, a, v.mul(Lanes.loadAt(gamma, a)));
        }
    }

    /** g becomes g - mean - n * projection. */
    static void project(long g, long n, float mean, float projection, int row) {
        FloatVector down = Lanes.broadcast(-projection);
        for (int a = 0; a < row; a += Lanes.WIDTH) {
            Lanes.storeAt(
                    g, a, Lanes.fma(Lanes.loadAt(n, a), down, Lanes.loadAt(g, a).sub(mean)));
        }
    }
}
