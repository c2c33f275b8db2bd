package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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
                for (long e = first; e < last; e++) {
                    basis.values(Lanes.getAt(d, e), to + 4 * e * basis.count);
                }
            });
        } finally {
            shared.release(mark);
        }
    }

    private double argument(double distance) {
        return weight * distance / cutoff + bias;
    }

    /** z of a vector of Gaussians. */
    private FloatVector deviation(float high, float low, int k) {
        return Lanes.broadcast(high).sub(Lanes.loadAt(means, k)).add(low).mul(Lanes.loadAt(inverses, k));
    }

    private void values(double distance, long y) {
        double x = argument(distance);
        float high = (float) x;
        float low = (float) (x - high);
        for (int k = 0; k < count; k += Lanes.WIDTH) {
            FloatVector z = deviation(high, low, k);
            FloatVector value = Lanes.exp(z.mul(z).mul(-0.5f)).mul(Lanes.loadAt(peaks, k));
            Lanes.store(y + 4L * k, value, Lanes.first(Math.min(Lanes.WIDTH, count - k)));
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
            long last = Math.min(edges, (chunk + 1L) * Partials.CHUNK);
            for (long e = (long) chunk * Partials.CHUNK; e < last; e++) {
                float dx = gradient(Lanes.getAt(d, e), g + 4 * e * count, sums);
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

    /** Gradient for x of one edge; those of means and deviations are added to {@code sums}. */
    private float gradient(double distance, long dy, long sums) {
        double x = argument(distance);
        float high = (float) x;
        float low = (float) (x - high);
        FloatVector dx = Lanes.zero();
        for (int k = 0; k < count; k += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - k));
            FloatVector z = deviation(high, low, k);
            FloatVector y = Lanes.exp(z.mul(z).mul(-0.5f)).mul(Lanes.loadAt(peaks, k));
            FloatVector gy = Lanes.load(dy + 4L * k, mask).mul(y).mul(Lanes.loadAt(inverses, k));
            FloatVector slope = gy.mul(z);
            dx = dx.sub(slope);
            Lanes.storeAt(sums, k, Lanes.loadAt(sums, k).add(slope));
            long deviations = sums + 4L * row;
            FloatVector spread = Lanes.fma(slope, z, gy.neg()).mul(Lanes.loadAt(signs, k));
            Lanes.storeAt(deviations, k, Lanes.loadAt(deviations, k).add(spread));
        }
        return Lanes.sum(dx);
    }
}
