package unitcell.autograd;

import unitcell.engine.Tensor;

/**
 * A value in a computation: a tensor, whether a gradient is wanted for it, and that gradient once there is one.
 *
 * <p>Memory convention: values and gradients of intermediate variables belong to the {@link Tape}; those of parameters to
 * their {@link ParameterStore}. A gradient normally has the shape of its value; an edge rotation's is an angular one,
 * [E, 3] (see {@link unitcell.engine.kernel.SphericalKernels}).
 */
public final class Var {
    private final Tensor value;
    private final boolean requiresGrad;
    private final long[] gradShape;
    private final boolean leaf;
    private Tensor grad;
    private boolean retained;

    private Var(Tensor value, boolean requiresGrad, long[] gradShape, boolean leaf) {
        this.value = value;
        this.requiresGrad = requiresGrad;
        this.gradShape = gradShape;
        this.leaf = leaf;
    }

    /** A constant: no gradient flows into it. */
    public static Var constant(Tensor value) {
        return new Var(value, false, value.shape(), true);
    }

    /** An input whose gradient is wanted; the tape allocates it. */
    public static Var input(Tensor value) {
        return new Var(value, true, value.shape(), true);
    }

    /** A parameter: gradients are added to {@code grad}, which the caller owns and zeroes. */
    public static Var parameter(Tensor value, Tensor grad) {
        Var v = new Var(value, true, value.shape(), true);
        v.grad = grad;
        return v;
    }

    /** A parameter that is held fixed: no gradient flows into it, and {@code grad}, which the caller owns, stays zero. */
    static Var frozen(Tensor value, Tensor grad) {
        Var v = constant(value);
        v.grad = grad;
        return v;
    }

    static Var result(Tensor value, boolean requiresGrad, long[] gradShape) {
        return new Var(value, requiresGrad, gradShape, false);
    }

    public Tensor value() {
        return value;
    }

    /** The gradient, or null where none arrived. */
    public Tensor grad() {
        return grad;
    }

    public boolean requiresGrad() {
        return requiresGrad;
    }

    /** Keeps value and gradient of an intermediate variable alive through the backward pass, until the tape closes. */
    public Var retain() {
        retained = true;
        return this;
    }

    /** The same value with the gradient cut off. */
    public Var detach() {
        return constant(value);
    }

    boolean isLeaf() {
        return leaf;
    }

    boolean isRetained() {
        return retained;
    }

    long[] gradShape() {
        return gradShape;
    }

    void setGrad(Tensor tensor) {
        grad = tensor;
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
