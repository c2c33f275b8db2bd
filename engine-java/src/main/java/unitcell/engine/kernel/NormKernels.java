package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/** Normalisations. Statistics are recomputed in the backward pass, nothing is saved. */
public interface NormKernels {
    /** y = (x - mean) / sqrt(var + eps) * gamma + beta over the innermost dimension. x [rows..., C], gamma, beta [C]. */
    void layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y);

    /** Gradients of {@link #layerNorm}. */
    void layerNormBackward(Tensor dy, Tensor x, Tensor gamma, double eps, Sink dx, Sink dgamma, Sink dbeta);

    /** SiLU of a layer norm, in one pass. */
    void layerNormSilu(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y);

    /** Gradients of {@link #layerNormSilu}; needs beta to recompute the activation's input. */
    void layerNormSiluBackward(
            Tensor dy, Tensor x, Tensor gamma, Tensor beta, double eps, Sink dx, Sink dgamma, Sink dbeta);

    /**
     * Equivariant normalisation.
     *
     * @param kind which statistics are shared
     * @param x [N, (L+1)^2, C]
     * @param gamma0 [C], scale of l=0
     * @param gamma [L, C], scales of l=1..L
     * @param beta [C], shift of l=0
     */
    void equivariantNorm(
            EquivariantNorm kind, int lmax, double eps, Tensor x, Tensor gamma0, Tensor gamma, Tensor beta, Tensor y);

    /** Gradients of {@link #equivariantNorm}. */
    void equivariantNormBackward(
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
            Sink dbeta);
}
