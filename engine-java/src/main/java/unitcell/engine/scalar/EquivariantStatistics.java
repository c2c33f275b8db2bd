package unitcell.engine.scalar;

import unitcell.engine.kernel.EquivariantNorm;

/**
 * The statistics of an equivariant norm. The kinds differ only in which degrees share one: a group G of degrees has
 * s = mean over channels of the sum, over l in G and m, of x^2 / ((2l+1) |G|), and all its features are multiplied by
 * 1/sqrt(s + eps). l=0 is centred over channels beforehand.
 *
 * <p>Features of one node are [(L+1)^2, C] arrays.
 */
final class EquivariantStatistics {
    private final int lmax;
    private final int channels;
    private final double eps;
    private final int[] firstOfGroup; // [L+1], lowest degree of the group that l belongs to
    private final double[] weight; // [L+1], 1 / ((2l+1) |G| C)

    EquivariantStatistics(EquivariantNorm kind, int lmax, int channels, double eps) {
        this.lmax = lmax;
        this.channels = channels;
        this.eps = eps;
        firstOfGroup = new int[lmax + 1];
        weight = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            int members = 1;
            switch (kind) {
                case LAYER_NORM -> firstOfGroup[l] = l;
                case LAYER_NORM_SH -> {
                    firstOfGroup[l] = Math.min(l, 1);
                    members = l == 0 ? 1 : lmax;
                }
                case RMS_NORM_SH -> {
                    firstOfGroup[l] = 0;
                    members = lmax + 1;
                }
            }
            weight[l] = 1.0 / ((2L * l + 1) * members * channels);
        }
    }

    /** x with the mean over channels of its l=0 row taken off; changes and returns its argument. */
    double[] centred(double[] x) {
        double sum = 0;
        for (int c = 0; c < channels; c++) {
            sum += x[c];
        }
        for (int c = 0; c < channels; c++) {
            x[c] -= sum / channels;
        }
        return x;
    }

    /** 1/sqrt(s + eps) for each degree, [L+1]. */
    double[] inverse(double[] centred) {
        double[] shared = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            shared[firstOfGroup[l]] += weight[l] * product(l, centred, centred);
        }
        double[] inverse = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            inverse[l] = 1 / Math.sqrt(shared[firstOfGroup[l]] + eps);
        }
        return inverse;
    }

    /** Gradient for x from the gradient {@code g} for the normalised features (before scale and shift). */
    double[] backward(double[] g, double[] centred, double[] inverse) {
        double[] shared = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            shared[firstOfGroup[l]] += product(l, g, centred);
        }
        double[] dx = new double[g.length];
        for (int l = 0; l <= lmax; l++) {
            // d(1/sqrt(s+eps)) = -1/2 (s+eps)^(-3/2) ds and ds = 2 weight x dx.
            double pull = Math.pow(inverse[l], 3) * shared[firstOfGroup[l]] * weight[l];
            for (int i = l * l * channels; i < (l + 1) * (l + 1) * channels; i++) {
                dx[i] = inverse[l] * g[i] - pull * centred[i];
            }
        }
        return centred(dx);
    }

    /** Sum over the coefficients and channels of degree l of a * b. */
    private double product(int l, double[] a, double[] b) {
        double sum = 0;
        for (int i = l * l * channels; i < (l + 1) * (l + 1) * channels; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
