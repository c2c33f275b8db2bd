package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/**
 * Kernels on spherical coefficients: edge geometry, rotation into and out of edge frames, activations on the sphere.
 *
 * <p>Gradients of an edge's rotation travel as {@code angular} [E, 3]: dL/dw for an infinitesimal rotation w (in the edge
 * frame) applied after the frame's own, dR R^T = [w]x. No gradient of a Wigner matrix is ever formed.
 */
public interface SphericalKernels {
    /**
     * Edge vectors from target to source: vector[e] = position[source] + shift[e] cell - position[target].
     *
     * @param position Cartesian, angstrom, [N, 3]
     * @param cell rows are lattice vectors, [B, 3, 3]
     * @param crystal I32 [N], crystal of each node
     * @param shift lattice translations of the source, [E, 3], whole numbers in the floating type
     * @param vector [E, 3]
     */
    void edgeVector(EdgeIndex edges, Tensor position, Tensor cell, Tensor crystal, Tensor shift, Tensor vector);

    /** Gradients of {@link #edgeVector}. */
    void edgeVectorBackward(EdgeIndex edges, Tensor dvector, Tensor crystal, Tensor shift, Sink dposition, Sink dcell);

    /**
     * Length and frame of each edge: the shortest rotation taking n = vector/|vector| to e_y, in two charts, finite with
     * finite derivatives everywhere.
     *
     * @param vector [E, 3], no zero vectors
     * @param distance [E]
     * @param rotation row-major R with R n = e_y, [E, 9]
     * @param jacobian row-major A with w = A dn, [E, 9], or null
     */
    void edgeFrame(Tensor vector, Tensor distance, Tensor rotation, Tensor jacobian);

    /** dvector = n ddistance + (1/d) (1 - n n^T) A^T angular; {@code angular} or {@code ddistance} may be null. */
    void edgeFrameBackward(
            Tensor vector, Tensor distance, Tensor jacobian, Tensor ddistance, Tensor angular, Sink dvector);

    /** Wigner matrices of rotations: blocks l = 0..L, each row-major, packed. rotation [E, 9], wigner [E, D]. */
    void wignerD(int lmax, Tensor rotation, Tensor wigner);

    /**
     * Gathers both ends of every edge, rotates them into the edge frame, keeps |m| &lt;= M packed by m, and multiplies by the
     * radial weights: out[e, r, :] = radial[e, slot(r), :] * (D_e [x_source | x_target])[row(r), :].
     *
     * @param x [N, (L+1)^2, C]
     * @param wigner [E, D]
     * @param radial [E, slots, 2C], or null for ones
     * @param out [E, R, 2C]: channels of the source first
     */
    void gatherRotate(SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial, Tensor out);

    /** Gradients of {@link #gatherRotate}; what the forward pass computed is computed again. dangular is [E, 3]. */
    void gatherRotateBackward(
            SphericalLayout layout,
            EdgeIndex edges,
            Tensor dout,
            Tensor x,
            Tensor wigner,
            Tensor radial,
            Sink dx,
            Sink dradial,
            Sink dangular);

    /**
     * Weighs messages, rotates them back (with the rescale of the layout) and sums them at the target:
     * out[i] = scale * sum over edges e into i of D_e^T (weight[e, head(c)] * value[e]).
     *
     * @param value [E, R, C]
     * @param weight [E, H] with C divisible by H, head h owning channels h C/H to (h+1) C/H; or null for ones
     * @param wigner [E, D]
     * @param out [N, (L+1)^2, C]; nodes without edges get zeros
     */
    void rotateSegmentSum(
            SphericalLayout layout,
            EdgeIndex edges,
            double scale,
            Tensor value,
            Tensor weight,
            Tensor wigner,
            Tensor out);

    /** Gradients of {@link #rotateSegmentSum}. */
    void rotateSegmentSumBackward(
            SphericalLayout layout,
            EdgeIndex edges,
            double scale,
            Tensor dout,
            Tensor value,
            Tensor weight,
            Tensor wigner,
            Sink dvalue,
            Sink dweight,
            Sink dangular);

    /**
     * SiLU on the sphere: to the grid, SiLU, and back. With {@code scalars} (the separable form) coefficient 0 of the
     * result is silu(scalars) instead; coefficient 0 of x still feeds the grid.
     *
     * @param x [rows, coefficients, C] in the grid's coefficient order, l=0 first
     * @param scalars C columns of [rows, width], or null
     * @param y [rows, coefficients, C]
     */
    void s2Activation(S2GridTensors grid, Tensor x, Columns scalars, Tensor y);

    /**
     * Gradients of {@link #s2Activation}; grid values are computed again.
     *
     * @param dscalars the same columns of the gradient's tensor, or null
     * @param addScalars whether to add there
     */
    void s2ActivationBackward(
            S2GridTensors grid, Tensor dy, Tensor x, Columns scalars, Sink dx, Columns dscalars, boolean addScalars);

    /**
     * Gate activation: coefficient 0 := silu, coefficients of degree l &gt; 0 times sigmoid(gates[(l-1) C + c]).
     *
     * @param degrees degree of each coefficient
     * @param x [rows, coefficients, C]
     * @param gates L*C columns of [rows, width]
     */
    void gateActivation(int[] degrees, Tensor x, Columns gates, Tensor y);

    /** Gradients of {@link #gateActivation}. */
    void gateActivationBackward(
            int[] degrees, Tensor dy, Tensor x, Columns gates, Sink dx, Columns dgates, boolean addGates);
}
