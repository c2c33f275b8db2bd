package unitcell.engine.cpu;

import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.SphericalKernels;

/**
 * The fast float32 kernels: vectors of the machine's width, several threads, results that are bit-equal for any number of
 * them (but not for different widths).
 *
 * <p>Memory convention: tensors must lie in native memory and be float32. The threads and their scratch memory live until
 * {@link #close}. One thread at a time may call in.
 */
public final class VectorKernels implements Kernels, AutoCloseable {
    private final Workers workers;
    private final DenseKernels dense;
    private final PointwiseKernels pointwise;
    private final RadialKernels radial;
    private final SphericalKernels spherical;
    private final SegmentKernels segment;
    private final NormKernels norm;
    private final OptimiserKernels optimiser;

    /**
     * Starts the worker threads.
     *
     * @param threads at least 1, the caller's included
     */
    public VectorKernels(int threads) {
        workers = new Workers(threads);
        dense = new VectorDenseKernels(workers);
        pointwise = new VectorPointwiseKernels(workers);
        radial = new VectorRadialKernels(workers);
        spherical = new VectorSphericalKernels(workers);
        segment = new VectorSegmentKernels(workers);
        norm = new VectorNormKernels(workers);
        optimiser = new VectorOptimiserKernels(workers);
    }

    @Override
    public String name() {
        return "vector-" + Lanes.F.vectorBitSize();
    }

    /** Threads that kernels use, the caller's included. */
    public int threads() {
        return workers.threads();
    }

    /** Bytes of native memory that kernels hold for scratch space, beside the device's pool. */
    public long scratchBytes() {
        return workers.scratchBytes();
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

    /** Ends the threads and frees scratch memory. */
    @Override
    public void close() {
        workers.close();
    }
}
