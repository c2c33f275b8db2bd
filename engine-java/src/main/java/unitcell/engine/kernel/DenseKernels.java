package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/** Matrix products: linear layers, degree-wise and order-wise linear layers, and products with one shared left matrix. */
public interface DenseKernels {
    /** c = alpha * a b + beta * c; with beta 0, c is not read. Row counts and column counts must agree. */
    void gemm(double alpha, Matrix a, Matrix b, double beta, Matrix c);

    /**
     * y = x w^T + bias.
     *
     * @param x [rows, in]
     * @param w [out, in]
     * @param bias [out] or null
     * @param y [rows, out]
     */
    void linear(Tensor x, Tensor w, Tensor bias, Tensor y);

    /** Gradients of {@link #linear}: dx = dy w, dw = dy^T x, dbias = column sums of dy. */
    void linearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias);

    /**
     * One matrix for each degree, shared over m; bias on l=0 only (EquiformerV2's SO3_LinearV2).
     *
     * @param x [N, (L+1)^2, in]
     * @param w [L+1, out, in]
     * @param bias [out] or null
     * @param y [N, (L+1)^2, out]
     */
    void so3Linear(Tensor x, Tensor w, Tensor bias, Tensor y);

    /** Gradients of {@link #so3Linear}. */
    void so3LinearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias);

    /**
     * The linear maps of an SO(2) convolution on features packed by m. m=0: one ordinary linear map with bias whose first
     * outputs are {@code extra} scalars. m&gt;0: a complex product, out+ = Wr u - Wi v, out- = Wr v + Wi u, for u the +m and
     * v the -m part, Wr and Wi the two halves of {@code wm[m-1]}.
     *
     * @param layout order of the coefficients
     * @param x [E, R, in]
     * @param w0 [extra + (L+1) out, (L+1) in]; rows of the extra scalars first, then l-major
     * @param bias0 [extra + (L+1) out] or null
     * @param wm for each m = 1..M: [2 (L-m+1) out, (L-m+1) in]
     * @param y [E, R, out]
     * @param extra [E, extra] or null
     */
    void so2Linear(SphericalLayout layout, Tensor x, Tensor w0, Tensor bias0, Tensor[] wm, Tensor y, Tensor extra);

    /** Gradients of {@link #so2Linear}; {@code dExtra} null where {@code extra} was. */
    void so2LinearBackward(
            SphericalLayout layout,
            Tensor dy,
            Tensor dExtra,
            Tensor x,
            Tensor w0,
            Tensor[] wm,
            Sink dx,
            Sink dw0,
            Sink dbias0,
            Sink[] dwm);

    /**
     * The same small matrix applied to every item: y[n] = a x[n], or a^T x[n] where {@code transposed}. Transforms to and
     * from the S2 grid are of this kind; each is the other's backward.
     *
     * @param a [rows, columns]
     * @param x [N, columns, C] (transposed: [N, rows, C])
     * @param y [N, rows, C] (transposed: [N, columns, C])
     */
    void leftMultiply(Tensor a, boolean transposed, Tensor x, Sink y);
}
