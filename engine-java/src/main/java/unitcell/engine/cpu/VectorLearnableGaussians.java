package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * The learnable Gaussian basis: with x = weight d / cutoff + bias, z = (x - mean) / s and s = |std| + 1e-5, y = e^(-z^2/2) /
 * (sqrt(2 pi) s).
 *
 * <p>x is kept in two parts: deviations are as small as 1/512, and what float32 rounds off x would show in z.
 *
 * <p>Memory convention: parameters are copied to rows of scratch memory padded to whole vectors, [mean | 1/s | 1/(sqrt(2 pi)
 * s) | sign of std]. Gradients of means and deviations are summed in chunks of edges ({@link Partials}), those of weight and
 * bias in float64 in the order of the edges.
 */
final class VectorLearnableGaussians {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;

    /** The reference's own value. */
    private static final double PI = 3.14159;

    private static final double MIN_STD = 1e-5;

    private final Workers workers;
    private final double cutoff;
    private final int count;
    private final int row;
    private final long means;
    private final long inverses;
    private final long peaks;
    private final long signs;
    private final double weight;
    private final double bias;

    private VectorLearnableGaussians(
            Workers workers, double cutoff, Tensor mean, Tensor std, Tensor weight, Tensor bias) {
        this.workers = workers;
        this.cutoff = cutoff;
        count = (int) mean.dim(0);
        row = (int) Partials.padded(count);
        long rows = workers.scratch().floats(4L * row);
        means = rows;
        inverses = rows + 4L * row;
        peaks = rows + 8L * row;
        signs = rows + 12L * row;
        Elementwise.fill(rows, 0, 4 * row);
        long m = Args.floats("mean", mean, count);
        long s = Args.floats("std", std, count);
        for (int k = 0; k < count; k++) {
            float deviation = Lanes.getAt(s, k);
            double inverse = 1 / (Math.abs((double) deviation) + MIN_STD);
            Lanes.setAt(means, k, Lanes.getAt(m, k));
            Lanes.setAt(inverses, k, (float) inverse);
            Lanes.setAt(peaks, k, (float) (inverse / Math.sqrt(2 * PI)));
            Lanes.setAt(signs, k, Math.signum(deviation));
        }
        this.weight = Lanes.get(Args.floats("weight", weight, 1));
        this.bias = Lanes.get(Args.floats("bias", bias, 1));
    }

    private static Shapes check(String kernel, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance) {
        return Shapes.of(kernel, "mean", mean, ANY)
                .tensor("std", std, mean.dim(0))
                .tensor("weight", weight, 1)
                .tensor("bias", bias, 1)
                .tensor("distance", distance, ANY);
    }

    static void forward(
            Workers workers,
            double cutoff,
            Tensor mean,
            Tensor std,
            Tensor weight,
            Tensor bias,
            Tensor distance,
            Tensor y) {
        check("gaussianRadialBasis", mean, std, weight, bias, distance).tensor("y", y, distance.dim(0), mean.dim(0));
        long edges = distance.dim(0);
        long d = Args.floats("distance", distance, edges);
        long to = Args.floats("y", y, y.size());
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            VectorLearnableGaussians basis = new VectorLearnableGaussians(workers, cutoff, mean, std, weight, bias);
            workers.range(edges, Partials.CHUNK, (first, last, scratch) -> {
                long values = scratch.floats(2L * basis.row);
                for (long e = first; e < last; e++) {
                    basis.values(Lanes.getAt(d, e), values, values + 4L * basis.row);
                    Elementwise.scale(1, values, to + 4 * e * basis.count, false, basis.count);
                }
            });
        } finally {
            shared.release(mark);
        }
    }

    private double argument(double distance) {
        return weight * distance / cutoff + bias;
    }

    /** y and z of all Gaussians, padded to whole vectors. */
    private void values(double distance, long y, long z) {
        double x = argument(distance);
        FloatVector high = Lanes.broadcast((float) x);
        float low = (float) (x - (float) x);
        for (int k = 0; k < count; k += Lanes.WIDTH) {
            FloatVector t = high.sub(Lanes.loadAt(means, k)).add(low).mul(Lanes.loadAt(inverses, k));
            Lanes.storeAt(z, k, t);
            Lanes.storeAt(y, k, Lanes.exp(t.mul(t).mul(-0.5f)).mul(Lanes.loadAt(peaks, k)));
        }
    }

    static void backward(
            Workers workers,
            double cutoff,
            Tensor dy,
            Tensor mean,
            Tensor std,
            Tensor weight,
            Tensor bias,
            Tensor distance,
            Sink dmean,
            Sink dstd,
            Sink dweight,
            Sink dbias,
            Sink ddistance) {
        check("gaussianRadialBasisBackward", mean, std, weight, bias, distance)
                .tensor("dy", dy, distance.dim(0), mean.dim(0))
                .same("dmean", dmean, mean)
                .same("dstd", dstd, std)
                .same("dweight", dweight, weight)
                .same("dbias", dbias, bias)
                .same("ddistance", ddistance, distance);
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            new VectorLearnableGaussians(workers, cutoff, mean, std, weight, bias)
                    .backward(dy, distance, dmean, dstd, dweight, dbias, ddistance);
        } finally {
            shared.release(mark);
        }
    }

    private void backward(Tensor dy, Tensor distance, Sink dmean, Sink dstd, Sink dweight, Sink dbias, Sink ddistance) {
        long edges = distance.dim(0);
        long g = Args.floats("dy", dy, edges * count);
        long d = Args.floats("distance", distance, edges);
        long to = Args.sink("ddistance", ddistance, edges);
        int chunks = Partials.chunks(edges);
        long partial = workers.scratch().floats(2L * row * chunks);
        long arguments = workers.scratch().floats(edges);
        workers.run(chunks, (chunk, scratch) -> {
            long sums = partial + 8L * row * chunk;
            Elementwise.fill(sums, 0, 2 * row);
            long rows = scratch.floats(3L * row);
            Elementwise.fill(rows, 0, 3 * row);
            long last = Math.min(edges, (chunk + 1L) * Partials.CHUNK);
            for (long e = (long) chunk * Partials.CHUNK; e < last; e++) {
                values(Lanes.getAt(d, e), rows, rows + 4L * row);
                Elementwise.scale(1, g + 4 * e * count, rows + 8L * row, false, count);
                float dx = gradient(rows, sums);
                Lanes.setAt(arguments, e, dx);
                if (to != 0) {
                    float value = (float) (dx * weight / cutoff);
                    Lanes.setAt(to, e, ddistance.add() ? Lanes.getAt(to, e) + value : value);
                }
            }
        });
        if (dmean != null) {
            Partials.add(partial, 8L * row, chunks, dmean.add(), Args.sink("dmean", dmean, count), count);
        }
        if (dstd != null) {
            Partials.add(partial + 4L * row, 8L * row, chunks, dstd.add(), Args.sink("dstd", dstd, count), count);
        }
        double slopes = 0;
        double shifts = 0;
        for (long e = 0; e < edges; e++) {
            double dx = Lanes.getAt(arguments, e);
            slopes += dx * (Lanes.getAt(d, e) / cutoff);
            shifts += dx;
        }
        put("dweight", dweight, slopes);
        put("dbias", dbias, shifts);
    }

    private static void put(String name, Sink sink, double value) {
        if (sink != null) {
            long at = Args.sink(name, sink, 1);
            Lanes.set(at, (float) (sink.add() ? Lanes.get(at) + value : value));
        }
    }

    /**
     * Gradient for x of one edge; those of means and deviations are added to {@code sums}. Loads and stores are the JDK's
     * own, for the reason that {@link Lanes} gives.
     *
     * @param rows y, z and their gradients, padded with zeros
     */
    private float gradient(long rows, long sums) {
        if (Lanes.CHECKED) {
            Ranges.check(rows, 12L * row);
            Ranges.check(sums, 8L * row);
        }
        FloatVector dx = Lanes.zero();
        for (int k = 0; k < row; k += Lanes.WIDTH) {
            long at = 4L * k;
            FloatVector y = FloatVector.fromMemorySegment(F, ALL, rows + at, ORDER);
            FloatVector z = FloatVector.fromMemorySegment(F, ALL, rows + 4L * row + at, ORDER);
            FloatVector dy = FloatVector.fromMemorySegment(F, ALL, rows + 8L * row + at, ORDER);
            FloatVector inverse = FloatVector.fromMemorySegment(F, ALL, inverses + at, ORDER);
            FloatVector gy = dy.mul(y).mul(inverse);
            FloatVector slope = gy.mul(z);
            dx = dx.sub(slope);
            FloatVector sum = FloatVector.fromMemorySegment(F, ALL, sums + at, ORDER);
            sum.add(slope).intoMemorySegment(ALL, sums + at, ORDER);
            long deviation = sums + 4L * row + at;
            FloatVector sign = FloatVector.fromMemorySegment(F, ALL, signs + at, ORDER);
            FloatVector spread = FloatVector.fromMemorySegment(F, ALL, deviation, ORDER);
            slope.fma(z, gy.neg()).fma(sign, spread).intoMemorySegment(ALL, deviation, ORDER);
        }
        return Lanes.sum(dx);
    }
}
