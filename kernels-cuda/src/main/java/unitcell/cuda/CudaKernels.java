package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.SphericalKernels;

/**
 * All kernels of a GPU for one element type.
 *
 * <p>Memory convention: all tensors lie in the device's pool; calls return when the work is submitted.
 */
final class CudaKernels implements Kernels {
    private final DType dtype;
    private final DenseKernels dense;
    private final PointwiseKernels pointwise;
    private final RadialKernels radial;
    private final SphericalKernels spherical;
    private final SegmentKernels segment;
    private final NormKernels norm;
    private final OptimiserKernels optimiser;

    CudaKernels(CudaQueue queue, DType dtype) {
        this.dtype = dtype;
        dense = new CudaDenseKernels(queue, dtype);
        pointwise = new CudaPointwiseKernels(queue, dtype);
        radial = new CudaRadialKernels(queue, dtype);
        spherical = new CudaSphericalKernels(queue, dtype);
        segment = new CudaSegmentKernels(queue, dtype);
        norm = new CudaNormKernels(queue, dtype);
        optimiser = new CudaOptimiserKernels(queue, dtype);
    }

    @Override
    public String name() {
        return dtype == DType.F64 ? "cuda-f64" : "cuda-f32";
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
