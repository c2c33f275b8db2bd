package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/** Everything that starts from an edge's length and the species at its ends. */
public interface RadialKernels {
    /** y[e,k] = g_k(distance[e]). y is [E, K]. */
    void gaussianSmearing(GaussianBasis basis, Tensor distance, Tensor y);

    /** ddistance[e] = sum_k dy[e,k] g_k'(distance[e]). */
    void gaussianSmearingBackward(GaussianBasis basis, Tensor dy, Tensor distance, Sink ddistance);

    /**
     * Learnable Gaussian basis (EquiformerV2's GaussianRadialBasisLayer): with x = weight d/cutoff + bias and
     * s_k = |std_k| + 1e-5, y[e,k] = exp(-0.5 ((x - mean_k)/s_k)^2) / (sqrt(2 * 3.14159) s_k); the reference's own value of
     * pi.
     *
     * @param mean [K]
     * @param std [K]
     * @param weight [1]
     * @param bias [1]
     * @param distance [E]
     * @param y [E, K]
     */
    void gaussianRadialBasis(
            double cutoff, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance, Tensor y);

    /** Gradients of {@link #gaussianRadialBasis}. */
    void gaussianRadialBasisBackward(
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
            Sink ddistance);

    /**
     * First layer of a radial function, without forming its input: y[e,:] = [g(d_e) | sourceTable[Z_source] |
     * targetTable[Z_target]] w^T + bias.
     *
     * @param distance [E]
     * @param species I32 [N], rows of the tables
     * @param sourceTable [species, Ce], or null together with {@code targetTable}
     * @param targetTable [species, Ce]
     * @param w [out, K + 2 Ce] (or [out, K] without tables)
     * @param bias [out]
     * @param y [E, out]
     */
    void radialInput(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Tensor bias,
            Tensor y);

    /** Gradients of {@link #radialInput}. */
    void radialInputBackward(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor dy,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Sink ddistance,
            Sink dsourceTable,
            Sink dtargetTable,
            Sink dw,
            Sink dbias);

    /**
     * Smooth cutoff: y = 1 - (p+1)(p+2)/2 u^p + p(p+2) u^(p+1) - p(p+1)/2 u^(p+2) for u = d/cutoff &lt; 1, else 0
     * (Gasteiger et al., DimeNet, eq. 8). y is [E].
     */
    void polynomialEnvelope(double cutoff, int exponent, Tensor distance, Tensor y);

    /** Gradient of {@link #polynomialEnvelope}. */
    void polynomialEnvelopeBackward(double cutoff, int exponent, Tensor dy, Tensor distance, Sink ddistance);

    /**
     * Rows of a table as l=0 features, all other coefficients zero: x[n,0,:] = table[index[n],:].
     *
     * @param table [rows, C]
     * @param index I32 [N]
     * @param x [N, S, C]
     */
    void embedding(Tensor table, Tensor index, Tensor x);

    /** dtable[z,:] = sum over n with index[n] = z of dx[n,0,:], in ascending n. */
    void embeddingBackward(Tensor dx, Tensor index, Sink dtable);
}
