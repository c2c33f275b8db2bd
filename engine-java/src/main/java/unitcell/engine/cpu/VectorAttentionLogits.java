package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Attention logits: with n the normalised features of one head of one edge, z = n gamma + beta and f the smooth leaky ReLU,
 * the logit is sum_a dot_a f(z_a). The loops are in {@link VectorAttentionRow}; several passes of them go over blocks of
 * edges that stay in the first-level cache.
 *
 * <p>With r = 1/sqrt(var + eps) and g the gradient for n: dx = r (g - mean(g) - n mean(g n)).
 *
 * <p>Memory convention: features are read in place, statistics are recomputed; parameters are copied to padded rows. Gradients of parameters are summed in chunks
 * of edges ({@link Partials}); a partial row is [gamma | beta | dot of each head], each padded to whole vectors.
 */
final class VectorAttentionLogits {
    /** Floats of a block's features; three times as many stay in a first-level cache of 32 KB. */
    private static final int BLOCK = 1 << 11;

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

    /** Parameters in the caller's scratch memory, rows padded with zeros: [gamma | beta | dot of each head]. */
    private long padded() {
        long rows = workers.scratch().floats((long) (2 + heads) * row);
        Elementwise.fill(rows, 0, (2 + heads) * row);
        if (gamma != 0) {
            Elementwise.scale(1, gamma, rows, false, size);
            Elementwise.scale(1, beta, rows + 4L * row, false, size);
        }
        for (int h = 0; h < heads; h++) {
            Elementwise.scale(1, dot + 4L * h * size, rows + 4L * (2 + h) * row, false, size);
        }
        return rows;
    }

    /**
     * Rows of a block in scratch memory.
     *
     * @param first first edge
     * @param last one more than the last edge
     * @param n features, centred, later normalised
     * @param y activations
     * @param g slopes, later gradients
     * @param inverse 1 / sqrt(var + eps) of each head of each edge
     * @param sums partial row of the chunk, or 0
     */
    private record Block(long first, long last, long n, long y, long g, long inverse, long sums) {}

    /**
     * A pass over a block. Passes are called through an interface that has many implementations, which C2 does not inline:
     * together they would exceed its budget (see {@link Lanes}).
     */
    @FunctionalInterface
    private interface Pass {
        void run(Block block);
    }

    private long edgesPerBlock() {
        return Math.max(1, BLOCK / Math.max(1, heads * row));
    }

    private void passes(long first, long last, long sums, Scratch scratch, Pass... passes) {
        long grain = edgesPerBlock();
        long size = grain * heads * row;
        long rows = scratch.floats(3 * size);
        long inverse = scratch.floats(grain * heads);
        for (long e = first; e < last; e += grain) {
            long end = Math.min(last, e + grain);
            Block block = new Block(e, end, rows, rows + 4 * size, rows + 8 * size, inverse, sums);
            for (Pass pass : passes) {
                pass.run(block);
            }
        }
    }

    private long features(long edge, int head) {
        return features + edge * stride + 4L * head * size;
    }

    private long dot(long parameters, int head) {
        return parameters + 4L * (2 + head) * row;
    }

    void forward() {
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            long parameters = padded();
            Pass[] passes = {this::centre, this::normalise, b -> activate(b, parameters), b -> logits(b, parameters)};
            long grain = edgesPerBlock() * 4;
            workers.range(edges, grain, (first, last, scratch) -> passes(first, last, 0, scratch, passes));
        } finally {
            shared.release(mark);
        }
    }

    private void centre(Block b) {
        long n = b.n;
        for (long e = b.first; e < b.last; e++) {
            for (int h = 0; h < heads; h++) {
                long x = features(e, h);
                VectorAttentionRow.centre(x, gamma == 0 ? 0 : NormRow.sum(x, size) / size, n, size);
                n += 4L * row;
            }
        }
    }

    private void normalise(Block b) {
        long rows = gamma == 0 ? 0 : (b.last - b.first) * heads;
        for (long i = 0; i < rows; i++) {
            long n = b.n + 4 * i * row;
            float inverse = (float) (1 / Math.sqrt(VectorAttentionRow.squares(n, row) / size + eps));
            Lanes.setAt(b.inverse, i, inverse);
            Elementwise.scale(inverse, n, n, false, row);
        }
    }

    private void activate(Block b, long parameters) {
        long scale = gamma == 0 ? 0 : parameters;
        for (long i = 0; i < (b.last - b.first) * heads; i++) {
            long at = 4 * i * row;
            VectorAttentionRow.activate(b.n + at, scale, parameters + 4L * row, b.y + at, row);
        }
    }

    private void logits(Block b, long parameters) {
        long y = b.y;
        for (long e = b.first; e < b.last; e++) {
            for (int h = 0; h < heads; h++) {
                Lanes.setAt(logits, e * heads + h, VectorAttentionRow.product(y, dot(parameters, h), row));
                y += 4L * row;
            }
        }
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
            long parameters = padded();
            Pass[] passes = {
                this::centre,
                this::normalise,
                b -> activateBoth(b, parameters),
                b -> weigh(b, parameters),
                b -> parameters(b, parameters),
                b -> project(b, to),
                b -> features(b, to, step, add)
            };
            workers.run(chunks, (chunk, scratch) -> {
                long sums = partial + 4L * partialRow * chunk;
                Elementwise.fill(sums, 0, partialRow);
                long last = Math.min(edges, (chunk + 1L) * Partials.CHUNK);
                passes((long) chunk * Partials.CHUNK, last, sums, scratch, passes);
            });
            put("dgamma", dgamma, partial, 4L * partialRow, chunks, size);
            put("dbeta", dbeta, partial + 4L * row, 4L * partialRow, chunks, size);
            for (int h = 0; ddot != null && h < heads; h++) {
                long out = Args.sink("ddot", ddot, (long) heads * size) + 4L * h * size;
                Partials.add(dot(partial, h), 4L * partialRow, chunks, ddot.add(), out, size);
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

    private void activateBoth(Block b, long parameters) {
        long scale = gamma == 0 ? 0 : parameters;
        for (long i = 0; i < (b.last - b.first) * heads; i++) {
            long at = 4 * i * row;
            VectorAttentionRow.activateBoth(b.n + at, scale, parameters + 4L * row, b.y + at, b.g + at, row);
        }
    }

    private void weigh(Block b, long parameters) {
        long at = 0;
        for (long e = b.first; e < b.last; e++) {
            for (int h = 0; h < heads; h++) {
                float outer = Lanes.getAt(logits, e * heads + h);
                VectorAttentionRow.weigh(outer, b.y + at, dot(parameters, h), b.g + at, dot(b.sums, h), row);
                at += 4L * row;
            }
        }
    }

    private void parameters(Block b, long parameters) {
        long rows = gamma == 0 ? 0 : (b.last - b.first) * heads;
        for (long i = 0; i < rows; i++) {
            long at = 4 * i * row;
            VectorAttentionRow.parameters(b.g + at, b.n + at, parameters, b.sums, b.sums + 4L * row, row);
        }
    }

    /** Takes the gradient back through the normalisation, but for the factor 1 / sqrt(var + eps). */
    private void project(Block b, long to) {
        long rows = gamma == 0 || to == 0 ? 0 : (b.last - b.first) * heads;
        for (long i = 0; i < rows; i++) {
            long n = b.n + 4 * i * row;
            long g = b.g + 4 * i * row;
            float mean = NormRow.sum(g, row) / size;
            VectorAttentionRow.project(g, n, mean, VectorAttentionRow.product(g, n, row) / size, row);
        }
    }

    private void features(Block b, long to, long step, boolean add) {
        long i = 0;
        for (long e = b.first; to != 0 && e < b.last; e++) {
            for (int h = 0; h < heads; h++) {
                float inverse = gamma == 0 ? 1 : Lanes.getAt(b.inverse, i);
                Elementwise.scale(inverse, b.g + 4 * i * row, to + e * step + 4L * h * size, add, size);
                i++;
            }
        }
    }
}
