package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/** Attention over the edges that share a target, and sums over crystals. */
public interface SegmentKernels {
    /**
     * Attention logits: layer norm over A (optional), smooth leaky ReLU of slope 0.2, dot product with each head's vector.
     *
     * @param features H*A columns of [E, width], head-major
     * @param gamma [A] or null for no normalisation
     * @param beta [A], null with gamma
     * @param eps of the normalisation
     * @param dot [H, A]
     * @param logits [E, H]
     */
    void attentionLogits(Columns features, Tensor gamma, Tensor beta, double eps, Tensor dot, Tensor logits);

    /** Gradients of {@link #attentionLogits}; {@code dfeatures} are the same columns of the gradient's tensor. */
    void attentionLogitsBackward(
            Tensor dlogits,
            Columns features,
            Tensor gamma,
            Tensor beta,
            double eps,
            Tensor dot,
            Columns dfeatures,
            boolean addFeatures,
            Sink dgamma,
            Sink dbeta,
            Sink ddot);

    /**
     * Softmax over the edges into each target, for each head. With an envelope c: weight = c_e * c_e exp(z_e) / sum c
     * exp(z), which goes to zero smoothly as an edge leaves, also for a single edge.
     *
     * @param logits [E, H]
     * @param envelope [E], not negative, or null; an edge whose envelope is zero counts as absent, whatever its logits
     * @param weight [E, H]
     */
    void segmentSoftmax(EdgeIndex edges, Tensor logits, Tensor envelope, Tensor weight);

    /**
     * Gradients of {@link #segmentSoftmax}; zero for an absent edge, also the one for its envelope (an envelope that is
     * zero has left smoothly, with zero slope).
     */
    void segmentSoftmaxBackward(
            EdgeIndex edges, Tensor dweight, Tensor logits, Tensor envelope, Sink dlogits, Sink denvelope);

    /**
     * Sums consecutive rows: y[b,:] = scale[b] * sum of x[start[b]..start[b+1], :].
     *
     * @param x [rows, width]
     * @param start I32 [B+1], from 0 to rows, ascending: every row lies in a segment
     * @param scale [B] or null for ones; 1/atoms gives a mean
     */
    void segmentSum(Tensor x, Tensor start, Tensor scale, Tensor y);

    /** dx[r,:] = scale[b] * dy[b,:] for rows r of segment b. */
    void segmentSumBackward(Tensor dy, Tensor start, Tensor scale, Sink dx);

    /**
     * A 3x3 matrix of each crystal applied to its atoms' row vectors: y[n] = x[n] a[crystal[n]]. With inverse cells it
     * turns Cartesian displacements into fractional ones.
     *
     * @param x [N, 3]
     * @param a [B, 3, 3]
     * @param crystal I32 [N]
     * @param transposed use a^T (the backward pass for x)
     */
    void crystalMatrix(Tensor x, Tensor a, Tensor crystal, boolean transposed, Sink y);
}
