package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@link NormKernels}: layer norms here, equivariant norms in {@link EquivariantRows}.
 *
 * <p>With n = (x - mean) r, r = 1/sqrt(var + eps) and g = dy gamma: dx = r (g - mean(g) - n mean(g n)), dgamma = sum over
 * rows of dy n, dbeta = sum over rows of dy.
 *
 * <p>Memory convention: statistics are recomputed; gradients of parameters are summed in chunks of rows ({@link Partials}).
 */
final class VectorNormKernels implements NormKernels {
    private final Workers workers;

    VectorNormKernels(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        forward("layerNorm", false, x, gamma, beta, eps, y);
    }

    @Override
    public void layerNormSilu(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        forward("layerNormSilu", true, x, gamma, beta, eps, y);
    }

    private void forward(String kernel, boolean silu, Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        Shapes shapes = Shapes.of(kernel, "gamma", gamma, ANY);
        int channels = (int) gamma.dim(0);
        shapes.tensor("beta", beta, channels);
        long rows = rows(shapes, x, channels);
        shapes.same("y", y, x);
        long from = Args.floats("x", x, rows * channels);
        long scale = Args.floats("gamma", gamma, channels);
        long shift = Args.floats("beta", beta, channels);
        long to = Args.floats("y", y, rows * channels);
        boolean whole = silu && channels == Lanes.whole(channels);
        workers.range(rows, Partials.CHUNK, (first, last, scratch) -> {
            if (whole) {
                long offset = 4 * first * channels;
                NormSiluRows.forward(from + offset, to + offset, last - first, channels, scale, shift, eps);
                return;
            }
            for (long r = first; r < last; r++) {
                long in = from + 4 * r * channels;
                float mean = NormRow.sum(in, channels) / channels;
                float inverse = inverse(in, mean, eps, channels);
                long out = to + 4 * r * channels;
                if (silu) {
                    NormRow.affineSilu(in, mean, inverse, scale, shift, out, channels);
                } else {
                    NormRow.affine(in, mean, inverse, scale, shift, out, channels);
                }
            }
        });
    }

    private static long rows(Shapes shapes, Tensor x, int channels) {
        boolean fits = x != null && x.rank() > 0 && x.dim(-1) == channels;
        shapes.that(fits, "x", x, "rows of " + channels + " channels");
        return channels == 0 ? 0 : x.size() / channels;
    }

    private static float inverse(long x, float mean, double eps, int channels) {
        return (float) (1 / Math.sqrt(NormRow.squares(x, mean, channels) / channels + eps));
    }

    @Override
    public void layerNormBackward(Tensor dy, Tensor x, Tensor gamma, double eps, Sink dx, Sink dgamma, Sink dbeta) {
        backward("layerNormBackward", dy, x, gamma, null, eps, dx, dgamma, dbeta);
    }

    @Override
    public void layerNormSiluBackward(
            Tensor dy, Tensor x, Tensor gamma, Tensor beta, double eps, Sink dx, Sink dgamma, Sink dbeta) {
        Shapes.of("layerNormSiluBackward", "beta", beta, ANY);
        backward("layerNormSiluBackward", dy, x, gamma, beta, eps, dx, dgamma, dbeta);
    }

    /** With {@code beta}, the backward pass through the activation comes first. */
    private void backward(
            String kernel,
            Tensor dy,
            Tensor x,
            Tensor gamma,
            Tensor beta,
            double eps,
            Sink dx,
            Sink dgamma,
            Sink dbeta) {
        Shapes shapes = Shapes.of(kernel, "gamma", gamma, ANY);
        int channels = (int) gamma.dim(0);
        shapes.optional("beta", beta, channels);
        long rows = rows(shapes, x, channels);
        shapes.same("dy", dy, x)
                .same("dx", dx, x)
                .sink("dgamma", dgamma, channels)
                .sink("dbeta", dbeta, channels);
        long g = Args.floats("dy", dy, rows * channels);
        long from = Args.floats("x", x, rows * channels);
        long scale = Args.floats("gamma", gamma, channels);
        long shift = Args.optional("beta", beta, channels);
        long to = Args.sink("dx", dx, rows * channels);
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            int row = (int) Partials.padded(channels);
            int chunks = Partials.chunks(rows);
            long partial = shared.floats(2L * row * chunks);
            boolean whole = shift != 0 && channels == row;
            workers.run(chunks, (chunk, scratch) -> {
                long dscale = partial + 8L * row * chunk;
                Elementwise.fill(dscale, 0, 2 * row);
                long before = scratch.floats(row);
                long first = (long) chunk * Partials.CHUNK;
                long last = Math.min(rows, first + Partials.CHUNK);
                if (whole) {
                    long offset = 4 * first * channels;
                    NormSiluRows.backward(
                            g + offset,
                            from + offset,
                            last - first,
                            channels,
                            scale,
                            shift,
                            eps,
                            to == 0 ? 0 : to + offset,
                            Args.adds(dx),
                            dscale,
                            dscale + 4L * row,
                            before);
                    return;
                }
                for (long r = first; r < last; r++) {
                    long in = from + 4 * r * channels;
                    float mean = NormRow.sum(in, channels) / channels;
                    float inverse = inverse(in, mean, eps, channels);
                    long gradient = g + 4 * r * channels;
                    if (shift != 0) {
                        NormRow.siluGradient(gradient, in, mean, inverse, scale, shift, before, channels);
                        gradient = before;
                    }
                    NormRow.parameters(gradient, in, mean, inverse, dscale, dscale + 4L * row, channels);
                    if (to != 0) {
                        float sum = Elementwise.dot(gradient, scale, channels);
                        float projection = NormRow.projection(gradient, scale, in, mean, channels);
                        float slope = inverse * inverse * inverse * projection / channels;
                        long out = to + 4 * r * channels;
                        float constant = inverse * sum / channels;
                        NormRow.gradient(gradient, scale, inverse, in, mean, slope, constant, out, dx.add(), channels);
                    }
                }
            });
            if (dgamma != null) {
                Partials.add(partial, 8L * row, chunks, dgamma.add(), Args.sink("dgamma", dgamma, channels), channels);
            }
            if (dbeta != null) {
                long sums = partial + 4L * row;
                Partials.add(sums, 8L * row, chunks, dbeta.add(), Args.sink("dbeta", dbeta, channels), channels);
            }
        } finally {
            shared.release(mark);
        }
    }

    @Override
    public void equivariantNorm(
            EquivariantNorm kind, int lmax, double eps, Tensor x, Tensor gamma0, Tensor gamma, Tensor beta, Tensor y) {
        EquivariantRows.forward(workers, kind, lmax, eps, x, gamma0, gamma, beta, y);
    }

    @Override
    public void equivariantNormBackward(
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
        EquivariantRows.backward(workers, kind, lmax, eps, dy, x, gamma0, gamma, dx, dgamma0, dgamma, dbeta);
    }
}
