package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Equivariant norms, node by node. The kinds differ only in which degrees share one statistic: a group G of degrees has
 * s = mean over channels of the sum, over l in G and m, of x^2 / ((2l+1) |G|), and its features are multiplied by
 * r = 1/sqrt(s + eps); l=0 is centred over channels beforehand.
 *
 * <p>Backward, with g = dy gamma: dx = r g - w r^3 x sum over G of g x, w = 1 / ((2l+1) |G| C); for l=0 the mean over
 * channels is taken off at the end, the centring's own transpose.
 *
 * <p>Memory convention: a node's features (13 KB at lmax 4 with 128 channels) stay in the first-level cache for all its
 * passes. Gradients of parameters are summed in chunks of {@value #CHUNK} nodes; a partial row is [beta | gamma of l=0..L].
 */
final class EquivariantRows {
    /** Nodes of a task. */
    private static final int CHUNK = 32;

    private final int lmax;
    private final int channels;
    private final double eps;
    private final int[] groupOf; // [L+1], lowest degree of the group that l belongs to
    private final float[] weight; // [L+1], w of each degree
    private final long[] scale; // [L+1], addresses of gamma rows

    private EquivariantRows(EquivariantNorm kind, int lmax, double eps, int channels, Tensor gamma0, Tensor gamma) {
        this.lmax = lmax;
        this.channels = channels;
        this.eps = eps;
        groupOf = new int[lmax + 1];
        weight = new float[lmax + 1];
        scale = new long[lmax + 1];
        long rest = Args.floats("gamma", gamma, (long) lmax * channels);
        for (int l = 0; l <= lmax; l++) {
            groupOf[l] = switch (kind) {
                case LAYER_NORM -> l;
                case LAYER_NORM_SH -> Math.min(l, 1);
                case RMS_NORM_SH -> 0;
            };
            int members = switch (kind) {
                case LAYER_NORM -> 1;
                case LAYER_NORM_SH -> l == 0 ? 1 : lmax;
                case RMS_NORM_SH -> lmax + 1;
            };
            weight[l] = (float) (1.0 / ((2L * l + 1) * members * channels));
            scale[l] = l == 0 ? Args.floats("gamma0", gamma0, channels) : rest + 4L * (l - 1) * channels;
        }
    }

    private static int check(String kernel, int lmax, Tensor x, Tensor gamma0, Tensor gamma) {
        Shapes shapes = Shapes.of(kernel, "x", x, ANY, (lmax + 1L) * (lmax + 1L), ANY);
        shapes.tensor("gamma0", gamma0, x.dim(2)).tensor("gamma", gamma, lmax, x.dim(2));
        return (int) x.dim(2);
    }

    static void forward(
            Workers workers,
            EquivariantNorm kind,
            int lmax,
            double eps,
            Tensor x,
            Tensor gamma0,
            Tensor gamma,
            Tensor beta,
            Tensor y) {
        int channels = check("equivariantNorm", lmax, x, gamma0, gamma);
        Shapes.ofAny("equivariantNorm", "x", x).tensor("beta", beta, channels).same("y", y, x);
        EquivariantRows rows = new EquivariantRows(kind, lmax, eps, channels, gamma0, gamma);
        long from = Args.floats("x", x, x.size());
        long shift = Args.floats("beta", beta, channels);
        long to = Args.floats("y", y, x.size());
        workers.range(x.dim(0), CHUNK, (first, last, scratch) -> {
            float[] inverse = new float[lmax + 1];
            for (long n = first; n < last; n++) {
                long node = n * (lmax + 1) * (lmax + 1);
                rows.normalise(from + 4 * node * channels, shift, to + 4 * node * channels, inverse);
            }
        });
    }

    private void normalise(long x, long beta, long y, float[] inverse) {
        float mean = NormRow.sum(x, channels) / channels;
        inverses(x, mean, inverse);
        NormRow.affine(x, mean, inverse[0], scale[0], beta, y, channels);
        for (int l = 1; l <= lmax; l++) {
            for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                long at = 4L * i * channels;
                NormRow.affine(x + at, 0, inverse[l], scale[l], 0, y + at, channels);
            }
        }
    }

    /** r of each degree. */
    private void inverses(long x, float mean, float[] inverse) {
        double[] shared = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            // The rows of a degree lie one behind the other.
            long at = 4L * l * l * channels;
            float squares = NormRow.squares(x + at, l == 0 ? mean : 0, (2 * l + 1) * channels);
            shared[groupOf[l]] += weight[l] * squares;
        }
        for (int l = 0; l <= lmax; l++) {
            inverse[l] = (float) (1 / Math.sqrt(shared[groupOf[l]] + eps));
        }
    }

    static void backward(
            Workers workers,
            EquivariantNorm kind,
            int lmax,
            double eps,
            Tensor dy,
            Tensor x,
            Tensor gamma0,
            Tensor gamma,
            Sink dx,
            Sink dgamma0,
            Sink dgamma,
            Sink dbeta) {
        int channels = check("equivariantNormBackward", lmax, x, gamma0, gamma);
        Shapes.ofAny("equivariantNormBackward", "x", x)
                .same("dy", dy, x)
                .same("dx", dx, x)
                .same("dgamma0", dgamma0, gamma0)
                .same("dgamma", dgamma, gamma)
                .sink("dbeta", dbeta, channels);
        EquivariantRows rows = new EquivariantRows(kind, lmax, eps, channels, gamma0, gamma);
        long nodes = x.dim(0);
        long g = Args.floats("dy", dy, x.size());
        long from = Args.floats("x", x, x.size());
        long to = Args.sink("dx", dx, x.size());
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            long row = 4 * Partials.padded(channels);
            long step = (lmax + 2) * row;
            int chunks = Math.toIntExact(Math.max(1, (nodes + CHUNK - 1) / CHUNK));
            long partial = shared.take(step * chunks);
            workers.run(chunks, (chunk, scratch) -> {
                long sums = partial + step * chunk;
                Elementwise.fill(sums, 0, (int) (step / 4));
                float[] inverse = new float[lmax + 1];
                for (long n = (long) chunk * CHUNK; n < Math.min(nodes, (chunk + 1L) * CHUNK); n++) {
                    long at = 4 * n * (lmax + 1) * (lmax + 1) * channels;
                    rows.backward(g + at, from + at, to == 0 ? 0 : to + at, dx != null && dx.add(), sums, row, inverse);
                }
            });
            if (dbeta != null) {
                Partials.add(partial, step, chunks, dbeta.add(), Args.sink("dbeta", dbeta, channels), channels);
            }
            if (dgamma0 != null) {
                long out = Args.sink("dgamma0", dgamma0, channels);
                Partials.add(partial + row, step, chunks, dgamma0.add(), out, channels);
            }
            for (int l = 1; dgamma != null && l <= lmax; l++) {
                long out = Args.sink("dgamma", dgamma, (long) lmax * channels) + 4L * (l - 1) * channels;
                Partials.add(partial + (l + 1) * row, step, chunks, dgamma.add(), out, channels);
            }
        } finally {
            shared.release(mark);
        }
    }

    /** One node; {@code sums} is its chunk's partial row, in parts {@code row} bytes apart. */
    private void backward(long g, long x, long dx, boolean add, long sums, long row, float[] inverse) {
        float mean = NormRow.sum(x, channels) / channels;
        inverses(x, mean, inverse);
        double[] shared = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                long at = 4L * i * channels;
                float shift = i == 0 ? mean : 0;
                NormRow.parameters(
                        g + at, x + at, shift, inverse[l], sums + (l + 1) * row, i == 0 ? sums : 0, channels);
                if (dx != 0) {
                    shared[groupOf[l]] += NormRow.projection(g + at, scale[l], x + at, shift, channels);
                }
            }
        }
        for (int l = 0; dx != 0 && l <= lmax; l++) {
            double cube = (double) inverse[l] * inverse[l] * inverse[l];
            float slope = (float) (cube * shared[groupOf[l]] * weight[l]);
            // Centring takes the mean over channels off the gradient; that of the centred features is zero already.
            float constant = l == 0 ? inverse[0] * Elementwise.dot(g, scale[0], channels) / channels : 0;
            for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                long at = 4L * i * channels;
                float shift = i == 0 ? mean : 0;
                NormRow.gradient(g + at, scale[l], inverse[l], x + at, shift, slope, constant, dx + at, add, channels);
            }
        }
    }
}
