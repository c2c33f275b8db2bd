package unitcell.engine.scalar;

import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.SphericalKernels;

/**
 * The reference implementation: float64 arithmetic, one thread, clarity before speed. Works on float64 and on float32
 * tensors; with the latter every stored value is rounded once.
 *
 * <p>Memory convention: tensors must lie in host-accessible memory; scratch space is garbage-collected Java arrays. Has no
 * state, so any number of threads may share an instance.
 */
public final class ScalarKernels implements Kernels {
    private final DenseKernels dense = new ScalarDenseKernels();
    private final PointwiseKernels pointwise = new ScalarPointwiseKernels();
    private final RadialKernels radial = new ScalarRadialKernels();
    private final SphericalKernels spherical = new ScalarSphericalKernels();
    private final SegmentKernels segment = new ScalarSegmentKernels();
    private final NormKernels norm = new ScalarNormKernels();
    private final OptimiserKernels optimiser = new ScalarOptimiserKernels();

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public DenseKernels dense() {
        return dense;
    }

    @Override
    public PointwiseKernels pointwise() {
        return pointwise;
    }

    @Override
    public RadialKernels radial() {
        return radial;
    }

    @Override
    public SphericalKernels spherical() {
        return spherical;
    }

    @Override
    public SegmentKernels segment() {
        return segment;
    }

    @Override
    public NormKernels norm() {
        return norm;
    }

    @Override
    public OptimiserKernels optimiser() {
        return optimiser;
    }
}
