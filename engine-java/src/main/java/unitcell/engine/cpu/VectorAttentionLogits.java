package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Attention logits, one head of one edge at a time: with n the normalised features, z = n gamma + beta and f the smooth
 * leaky ReLU, the logit is sum_a dot_a f(z_a).
 *
 * <p>Memory convention: features are read in place, statistics are recomputed. Gradients of parameters are summed in chunks
 * of edges ({@link Partials}); a partial row is [gamma | beta | dot of each head], each padded to whole vectors.
 */
final class VectorAttentionLogits {
    private static final float SLOPE = 0.2f;
    private static final int EDGES_PER_TASK = 64;

    private final Workers workers;
    private final Shapes shapes;
    private final double eps;
    private final long edges;
    private final int heads;
    private final int size; // A
    private final int row; // A, padded
    private final long logits; // or their gradients
    private final long features;
    private final long stride;
    private final long gamma;
    private final long beta;
    private final long dot;

    /**
     * Checks what both passes read.
     *
     * @param logits logits or their gradients, called {@code name}
     */
    VectorAttentionLogits(
            String kernel,
            Workers workers,
            Columns features,
            Tensor gamma,
            Tensor beta,
            double eps,
            Tensor dot,
            Tensor logits,
            String name) {
        shapes = Shapes.of(kernel, "dot", dot, ANY, ANY);
        heads = (int) dot.dim(0);
        size = (int) dot.dim(1);
        row = (int) Partials.padded(size);
        shapes.tensor(name, logits, ANY, heads);
        edges = logits.dim(0);
        shapes.columns("features", features, edges, (long) heads * size)
                .that((gamma == null) == (beta == null), "beta", beta, "gamma and beta, or neither")
                .optional("gamma", gamma, size)
                .optional("beta", beta, size);
        this.workers = workers;
        this.eps = eps;
        this.logits = Args.floats(name, logits, logits.size());
        this.features = Args.columns("features", features, edges, (long) heads * size);
        stride = 4 * features.stride();
        this.gamma = Args.optional("gamma", gamma, size);
        this.beta = Args.optional("beta", beta, size);
        this.dot = Args.floats("dot", dot, dot.size());
    }

    void forward() {
        workers.range(edges, EDGES_PER_TASK, (first, last, scratch) -> {
            for (long e = first; e < last; e++) {
                for (int h = 0; h < heads; h++) {
                    long x = features + e * stride + 4L * h * size;
                    float mean = gamma == 0 ? 0 : NormRow.sum(x, size) / size;
                    float inverse = gamma == 0 ? 1 : inverse(x, mean);
                    Lanes.setAt(logits, e * heads + h, logit(x, mean, inverse, dot + 4L * h * size));
                }
            }
        });
    }

    private float inverse(long x, float mean) {
        return (float) (1 / Math.sqrt(NormRow.squares(x, mean, size) / size + eps));
    }

    private float logit(long x, float mean, float inverse, long vector) {
        FloatVector sum = Lanes.zero();
        int whole = Lanes.whole(size);
        for (int a = 0; a < whole; a += Lanes.WIDTH) {
            FloatVector z = Lanes.loadAt(x, a).sub(mean).mul(inverse);
            if (gamma != 0) {
                z = Lanes.fma(z, Lanes.loadAt(gamma, a), Lanes.loadAt(beta, a));
            }
            sum = Lanes.fma(Elementwise.smoothLeakyRelu(SLOPE, z), Lanes.loadAt(vector, a), sum);
        }
        if (whole < size) {
            VectorMask<Float> mask = Lanes.first(size - whole);
            long at = 4L * whole;
            FloatVector z = Lanes.load(x + at, mask).sub(mean).mul(inverse);
            if (gamma != 0) {
                z = Lanes.fma(z, Lanes.load(gamma + at, mask), Lanes.load(beta + at, mask));
            }
            sum = Lanes.fma(Elementwise.smoothLeakyRelu(SLOPE, z), Lanes.load(vector + at, mask), sum);
        }
        return Lanes.sum(sum);
    }

    void backward(Columns dfeatures, boolean add, Sink dgamma, Sink dbeta, Sink ddot) {
        if (dfeatures != null) {
            shapes.columns("dfeatures", dfeatures, edges, (long) heads * size);
        }
        boolean wanted = dgamma != null || dbeta != null;
        shapes.that(gamma != 0 || !wanted, "dgamma or dbeta", "wanted", "null without gamma")
                .sink("dgamma", dgamma, size)
                .sink("dbeta", dbeta, size)
                .sink("ddot", ddot, heads, size);
        long to = dfeatures == null ? 0 : Args.columns("dfeatures", dfeatures, edges, (long) heads * size);
        long step = dfeatures == null ? 0 : 4 * dfeatures.stride();
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            int chunks = Partials.chunks(edges);
            int partialRow = (2 + heads) * row;
            long partial = shared.floats((long) partialRow * chunks);
            workers.run(chunks, (chunk, scratch) -> {
                long sums = partial + 4L * partialRow * chunk;
                Elementwise.fill(sums, 0, partialRow);
                long g = scratch.floats(row);
                long last = Math.min(edges, (chunk + 1L) * Partials.CHUNK);
                for (long e = (long) chunk * Partials.CHUNK; e < last; e++) {
                    for (int h = 0; h < heads; h++) {
                        head(e, h, to == 0 ? 0 : to + e * step + 4L * h * size, add, g, sums);
                    }
                }
            });
            put("dgamma", dgamma, partial, 4L * partialRow, chunks, size);
            put("dbeta", dbeta, partial + 4L * row, 4L * partialRow, chunks, size);
            for (int h = 0; ddot != null && h < heads; h++) {
                long out = Args.sink("ddot", ddot, (long) heads * size) + 4L * h * size;
                Partials.add(partial + 4L * (2 + h) * row, 4L * partialRow, chunks, ddot.add(), out, size);
            }
        } finally {
            shared.release(mark);
        }
    }

    private static void put(String name, Sink sink, long partial, long step, int chunks, int size) {
        if (sink != null) {
            Partials.add(partial, step, chunks, sink.add(), Args.sink(name, sink, size), size);
        }
    }

    /**
     * One head of one edge.
     *
     * @param dx where the gradient for its features goes, or 0
     * @param g working memory of a row
     * @param sums the chunk's partial row
     */
    private void head(long edge, int head, long dx, boolean add, long g, long sums) {
        long x = features + edge * stride + 4L * head * size;
        long vector = dot + 4L * head * size;
        float outer = Lanes.getAt(logits, edge * heads + head);
        float mean = gamma == 0 ? 0 : NormRow.sum(x, size) / size;
        float inverse = gamma == 0 ? 1 : inverse(x, mean);
        activation(x, mean, inverse, outer, vector, g, sums + 4L * (2 + head) * row);
        if (gamma == 0) {
            if (dx != 0) {
                Elementwise.scale(1, g, dx, add, size);
            }
            return;
        }
        NormRow.parameters(g, x, mean, inverse, sums, sums + 4L * row, size);
        if (dx != 0) {
            float constant = inverse * Elementwise.dot(g, gamma, size) / size;
            float projection = NormRow.projection(g, gamma, x, mean, size);
            float slope = inverse * inverse * inverse * projection / size;
            NormRow.gradient(g, gamma, inverse, x, mean, slope, constant, dx, add, size);
        }
    }

    /** g = outer * vector * f'(z), and ddot += outer * f(z). */
    private void activation(long x, float mean, float inverse, float outer, long vector, long g, long ddot) {
        for (int a = 0; a < size; a += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, size - a));
            long at = 4L * a;
            FloatVector z = Lanes.load(x + at, mask).sub(mean).mul(inverse);
            if (gamma != 0) {
                z = Lanes.fma(z, Lanes.load(gamma + at, mask), Lanes.load(beta + at, mask));
            }
            // Both from e = e^-|z|, as in Lanes.siluDerivative.
            FloatVector e = Lanes.exp(z.abs().neg());
            FloatVector near = Lanes.broadcast(1).div(e.add(1));
            FloatVector far = e.mul(near);
            FloatVector sigmoid = near.blend(far, z.compare(VectorOperators.LT, 0));
            FloatVector value = Lanes.fma(sigmoid, Lanes.broadcast(1 - SLOPE), Lanes.broadcast(SLOPE))
                    .mul(z);
            Lanes.store(ddot + at, Lanes.fma(value, Lanes.broadcast(outer), Lanes.load(ddot + at)));
            FloatVector silu = Lanes.fma(z.mul(far), near, sigmoid);
            FloatVector slope = Lanes.fma(silu, Lanes.broadcast(1 - SLOPE), Lanes.broadcast(SLOPE));
            Lanes.store(g + at, Lanes.load(vector + at, mask).mul(outer).mul(slope));
        }
    }
}
