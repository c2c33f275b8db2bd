package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.kernel.GaussianBasis;

/**
 * A Gaussian basis as the kernels take it; {@code gaussians.cuh} derives what is left out.
 *
 * <p>Memory convention: values only.
 *
 * @param half H: Gaussian k matters to distances of k-H to k+H spacings; K if all matter to every distance
 */
record CudaGaussians(GaussianBasis basis, int half) {
    /** Exponents beyond which a Gaussian is left out of sums over all of them. */
    private static final double CUT_F32 = 21;

    private static final double CUT_F64 = 40;

    static CudaGaussians of(GaussianBasis basis, DType dtype) {
        double cut = dtype == DType.F64 ? CUT_F64 : CUT_F32;
        double reach = Math.sqrt(cut / -basis.coefficient()) / basis.spacing();
        // Not a number, as for a basis that does not decay: all matter.
        boolean all = !(reach < basis.count());
        return new CudaGaussians(basis, all ? basis.count() : Math.max(1, (int) Math.ceil(reach)));
    }

    int count() {
        return basis.count();
    }

    /** The parameters {@code spacing, coefficient, count, half}. */
    Launch arguments(Launch launch) {
        return launch.real(basis.spacing())
                .real(basis.coefficient())
                .whole(basis.count())
                .whole(half);
    }
}
