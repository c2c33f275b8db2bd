package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * The polynomial envelope, free of cancellation near the cutoff: (1-u)^3 times the first p terms, (k+1)(k+2)/2 u^k, of the
 * series of (1-u)^-3. Its slope for the distance is -p(p+1)(p+2)/2 u^(p-1) (1-u)^2 / cutoff.
 *
 * <p>Memory convention: distances and results are rows of consecutive elements.
 */
final class VectorEnvelope {
    /** Edges of a task. */
    private static final int GRAIN = 1 << 11;

    private VectorEnvelope() {}

    private static Shapes check(String kernel, double cutoff, int exponent, Tensor distance) {
        return Shapes.of(kernel, "distance", distance, ANY)
                .that(cutoff > 0, "cutoff", cutoff, "a positive length")
                .that(exponent >= 1, "exponent", exponent, "at least 1");
    }

    static void forward(Workers workers, double cutoff, int exponent, Tensor distance, Tensor y) {
        check("polynomialEnvelope", cutoff, exponent, distance).same("y", y, distance);
        long d = Args.floats("distance", distance, distance.size());
        long to = Args.floats("y", y, distance.size());
        workers.range(distance.size(), GRAIN, (first, last, scratch) -> {
            for (long e = first; e < last; e += Lanes.WIDTH) {
                VectorMask<Float> mask = Lanes.first((int) Math.min(Lanes.WIDTH, last - e));
                FloatVector u = Lanes.load(d + 4 * e, mask).div((float) cutoff);
                Lanes.store(to + 4 * e, value(u, exponent), mask);
            }
        });
    }

    private static FloatVector value(FloatVector u, int exponent) {
        FloatVector series = Lanes.zero();
        for (int k = exponent - 1; k >= 0; k--) {
            series = Lanes.fma(series, u, Lanes.broadcast((k + 1f) * (k + 2f) / 2));
        }
        FloatVector rest = Lanes.broadcast(1).sub(u);
        return inside(u, rest.mul(rest).mul(rest).mul(series));
    }

    /** Zero from the cutoff on, and for NaN. */
    private static FloatVector inside(FloatVector u, FloatVector value) {
        return Lanes.zero().blend(value, u.compare(VectorOperators.LT, 1));
    }

    static void backward(Workers workers, double cutoff, int exponent, Tensor dy, Tensor distance, Sink ddistance) {
        check("polynomialEnvelopeBackward", cutoff, exponent, distance)
                .same("dy", dy, distance)
                .same("ddistance", ddistance, distance);
        if (ddistance == null) {
            return;
        }
        long g = Args.floats("dy", dy, distance.size());
        long d = Args.floats("distance", distance, distance.size());
        long to = Args.sink("ddistance", ddistance, distance.size());
        double p = exponent;
        float factor = (float) (-p * (p + 1) * (p + 2) / 2 / cutoff);
        workers.range(distance.size(), GRAIN, (first, last, scratch) -> {
            for (long e = first; e < last; e += Lanes.WIDTH) {
                VectorMask<Float> mask = Lanes.first((int) Math.min(Lanes.WIDTH, last - e));
                FloatVector u = Lanes.load(d + 4 * e, mask).div((float) cutoff);
                FloatVector slope = slope(u, exponent).mul(factor);
                Elementwise.put(to + 4 * e, Lanes.load(g + 4 * e, mask).mul(slope), ddistance.add(), mask);
            }
        });
    }

    /** u^(p-1) (1-u)^2. */
    private static FloatVector slope(FloatVector u, int exponent) {
        FloatVector rest = Lanes.broadcast(1).sub(u);
        FloatVector slope = rest.mul(rest);
        for (int k = 1; k < exponent; k++) {
            slope = slope.mul(u);
        }
        return inside(u, slope);
    }
}
