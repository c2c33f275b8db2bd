package unitcell.engine.kernel;

/** All kernels of one backend, by family. */
public interface Kernels {
    /** Which implementation this is, as {@code scalar} or {@code vector-512}. */
    String name();

    DenseKernels dense();

    PointwiseKernels pointwise();

    RadialKernels radial();

    SphericalKernels spherical();

    SegmentKernels segment();

    NormKernels norm();

    OptimiserKernels optimiser();
}
