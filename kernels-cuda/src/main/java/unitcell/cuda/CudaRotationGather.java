package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;

/**
 * Both ends of every edge rotated into the edge's frame and weighted: {@code rotation_gather.cu} and
 * {@code rotation_gather_backward.cu}.
 *
 * <p>Memory convention: all tensors in device memory; parts of the gradients of rotations in scratch memory of the
 * call.
 */
final class CudaRotationGather {
    private static final int WIDE = 4;
    /** Backward keeps features and their gradient in registers at once, where half as many channels fit. */
    private static final int WIDE_BACKWARD = 2;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaPartSums partSums;
    private final CudaKernel[] forward;
    private final CudaKernel[] backward;
    private final CudaKernel[] backwardAngular;

    CudaRotationGather(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        partSums = new CudaPartSums(queue, dtype);
        forward = CudaRotationGrid.kernels(queue, "rotation_gather", "gather_rotate", WIDE, dtype);
        String family = "rotation_gather_backward";
        backward = CudaRotationGrid.kernels(queue, family, "gather_rotate_backward", WIDE_BACKWARD, dtype);
        backwardAngular =
                CudaRotationGrid.kernels(queue, family, "gather_rotate_backward_angular", WIDE_BACKWARD, dtype);
    }

    void forward(SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial, Tensor out) {
        check("gatherRotate", layout, edges, x, wigner, radial)
                .tensor("out", out, edges.edges(), layout.reduced(), 2 * x.dim(2));
        int channels = Math.toIntExact(x.dim(2));
        int wide = CudaRotationGrid.wide(WIDE, dtype, channels, x, radial, out);
        Launch launch = queue.launch(forward[wide])
                .tensor(x)
                .tensor(wigner)
                .tensor(radial)
                .tensor(out)
                .tensor(edges.targetStart())
                .tensor(edges.sourceStart())
                .tensor(edges.sourceEdge())
                .whole(channels)
                .whole(layout.lmax())
                .whole(layout.mmax())
                .flag(layout.radialPerDegree());
        CudaRotationGrid.of(layout.lmax(), layout.mmax(), channels, wide, dtype, 1, false)
                .run(launch, layout, edges.nodes());
    }

    void backward(
            SphericalLayout layout,
            EdgeIndex edges,
            Tensor dout,
            Tensor x,
            Tensor wigner,
            Tensor radial,
            Sink dx,
            Sink dradial,
            Sink dangular) {
        check("gatherRotateBackward", layout, edges, x, wigner, radial)
                .tensor("dout", dout, edges.edges(), layout.reduced(), 2 * x.dim(2))
                .same("dx", dx, x)
                .sink("dradial", dradial, edges.edges(), layout.radialSlots(), 2 * x.dim(2))
                .sink("dangular", dangular, edges.edges(), 3);
        if (dx == null && dradial == null && dangular == null) {
            return;
        }
        int lmax = layout.lmax();
        boolean angular = dangular != null;
        int channels = Math.toIntExact(x.dim(2));
        int wide = CudaRotationGrid.wide(WIDE_BACKWARD, dtype, channels, dout, x, radial, tensor(dx), tensor(dradial));
        int mmax = Math.min(lmax, layout.mmax() + (angular ? 1 : 0));
        CudaRotationGrid grid = CudaRotationGrid.of(lmax, mmax, channels, wide, dtype, 3, true);
        try (Scope scratch = queue.scratch()) {
            Tensor parts = angular ? scratch.empty(dtype, 2L * lmax * grid.slices(), 3L * edges.edges()) : null;
            Launch launch = queue.launch((angular ? backwardAngular : backward)[wide])
                    .tensor(dout)
                    .tensor(x)
                    .tensor(wigner)
                    .tensor(radial)
                    .sink(dx)
                    .sink(dradial)
                    .tensor(parts)
                    .tensor(edges.targetStart())
                    .tensor(edges.sourceStart())
                    .tensor(edges.sourceEdge())
                    .wide(edges.edges())
                    .whole(channels)
                    .whole(lmax)
                    .whole(layout.mmax())
                    .flag(layout.radialPerDegree());
            grid.run(launch, layout, edges.nodes());
            if (angular) {
                partSums.put(parts, dangular, 3L * edges.edges(), null, 0, null);
            }
        }
    }

    private Shapes check(
            String kernel, SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial) {
        return Shapes.ofAny(kernel, "x", x)
                .that(x.dtype() == dtype, "x", x, "a tensor of " + dtype)
                .edges(edges)
                .that(layout.lmax() <= CudaRotationGrid.MAX_DEGREE, "layout", layout, "degrees up to 6")
                .tensor("x", x, edges.nodes(), layout.coefficients(), ANY)
                .tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .optional("radial", radial, edges.edges(), layout.radialSlots(), 2 * x.dim(2));
    }

    private static Tensor tensor(Sink sink) {
        return sink == null ? null : sink.tensor();
    }
}
