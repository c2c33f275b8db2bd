package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.Arrays;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/** Scalar {@link NormKernels}. */
final class ScalarNormKernels implements NormKernels {
    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        forward("layerNorm", false, x, gamma, beta, eps, y);
    }

    @Override
    public void layerNormSilu(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        forward("layerNormSilu", true, x, gamma, beta, eps, y);
    }

    private static void forward(
            String kernel, boolean silu, Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        Shapes shapes = Shapes.of(kernel, "gamma", gamma, ANY);
        int channels = (int) gamma.dim(0);
        shapes.tensor("beta", beta, channels);
        checkRows(shapes, x, channels).same("y", y, x);
        double[] scale = gamma.toDoubles();
        double[] shift = beta.toDoubles();
        for (long from = 0; from < x.size(); from += channels) {
            LayerNormRow row = LayerNormRow.of(Rows.read(x, from, channels), 0, channels, eps);
            for (int c = 0; c < channels; c++) {
                double value = row.normalised()[c] * scale[c] + shift[c];
                y.set(from + c, silu ? Activations.silu(value) : value);
            }
        }
    }

    private static Shapes checkRows(Shapes shapes, Tensor x, int channels) {
        return shapes.that(
                x != null && x.rank() > 0 && x.dim(-1) == channels, "x", x, "rows of " + channels + " channels");
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
    private static void backward(
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
        checkRows(shapes, x, channels)
                .same("dy", dy, x)
                .same("dx", dx, x)
                .sink("dgamma", dgamma, channels)
                .sink("dbeta", dbeta, channels);
        double[] scale = gamma.toDoubles();
        double[] shift = beta == null ? null : beta.toDoubles();
        double[] scaleSum = new double[channels];
        double[] shiftSum = new double[channels];
        for (long from = 0; from < x.size(); from += channels) {
            LayerNormRow row = LayerNormRow.of(Rows.read(x, from, channels), 0, channels, eps);
            double[] g = Rows.read(dy, from, channels);
            for (int c = 0; c < channels; c++) {
                if (beta != null) {
                    g[c] *= Activations.siluSlope(row.normalised()[c] * scale[c] + shift[c]);
                }
                scaleSum[c] += g[c] * row.normalised()[c];
                shiftSum[c] += g[c];
                g[c] *= scale[c];
            }
            Rows.put(dx, from, row.backward(g));
        }
        Rows.put(dgamma, 0, scaleSum);
        Rows.put(dbeta, 0, shiftSum);
    }

    @Override
    public void equivariantNorm(
            EquivariantNorm kind, int lmax, double eps, Tensor x, Tensor gamma0, Tensor gamma, Tensor beta, Tensor y) {
        int channels = checkEquivariant("equivariantNorm", lmax, x, gamma0, gamma);
        Shapes.ofAny("equivariantNorm", "x", x).tensor("beta", beta, channels).same("y", y, x);
        EquivariantStatistics statistics = new EquivariantStatistics(kind, lmax, channels, eps);
        double[][] scale = scales(lmax, channels, gamma0, gamma);
        double[] shift = beta.toDoubles();
        int size = (lmax + 1) * (lmax + 1) * channels;
        for (long n = 0; n < x.dim(0); n++) {
            double[] centred = statistics.centred(Rows.read(x, n * size, size));
            double[] inverse = statistics.inverse(centred);
            for (int l = 0; l <= lmax; l++) {
                for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                    for (int c = 0; c < channels; c++) {
                        int at = i * channels + c;
                        double value = centred[at] * inverse[l] * scale[l][c];
                        y.set(n * size + at, i == 0 ? value + shift[c] : value);
                    }
                }
            }
        }
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
        int channels = checkEquivariant("equivariantNormBackward", lmax, x, gamma0, gamma);
        Shapes.ofAny("equivariantNormBackward", "x", x)
                .same("dy", dy, x)
                .same("dx", dx, x)
                .same("dgamma0", dgamma0, gamma0)
                .same("dgamma", dgamma, gamma)
                .sink("dbeta", dbeta, channels);
        EquivariantStatistics statistics = new EquivariantStatistics(kind, lmax, channels, eps);
        double[][] scale = scales(lmax, channels, gamma0, gamma);
        double[] scaleSum = new double[(lmax + 1) * channels];
        double[] shiftSum = new double[channels];
        int size = (lmax + 1) * (lmax + 1) * channels;
        for (long n = 0; n < x.dim(0); n++) {
            double[] centred = statistics.centred(Rows.read(x, n * size, size));
            double[] inverse = statistics.inverse(centred);
            double[] g = Rows.read(dy, n * size, size);
            for (int l = 0; l <= lmax; l++) {
                for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                    for (int c = 0; c < channels; c++) {
                        int at = i * channels + c;
                        shiftSum[c] += i == 0 ? g[at] : 0;
                        scaleSum[l * channels + c] += g[at] * centred[at] * inverse[l];
                        g[at] *= scale[l][c];
                    }
                }
            }
            Rows.put(dx, n * size, statistics.backward(g, centred, inverse));
        }
        Rows.put(dgamma0, 0, Arrays.copyOfRange(scaleSum, 0, channels));
        Rows.put(dgamma, 0, Arrays.copyOfRange(scaleSum, channels, scaleSum.length));
        Rows.put(dbeta, 0, shiftSum);
    }

    private static int checkEquivariant(String kernel, int lmax, Tensor x, Tensor gamma0, Tensor gamma) {
        Shapes shapes = Shapes.of(kernel, "x", x, ANY, (lmax + 1L) * (lmax + 1L), ANY);
        shapes.tensor("gamma0", gamma0, x.dim(2)).tensor("gamma", gamma, lmax, x.dim(2));
        return (int) x.dim(2);
    }

    /** Scales of each degree, [L+1][C]. */
    private static double[][] scales(int lmax, int channels, Tensor gamma0, Tensor gamma) {
        double[][] scale = new double[lmax + 1][];
        scale[0] = gamma0.toDoubles();
        for (int l = 1; l <= lmax; l++) {
            scale[l] = Rows.read(gamma, (l - 1L) * channels, channels);
        }
        return scale;
    }
}
