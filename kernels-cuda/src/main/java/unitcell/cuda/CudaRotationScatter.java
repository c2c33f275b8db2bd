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
 * Messages weighed, rotated back and summed at their targets: {@code rotation_scatter.cu} and
 * {@code rotation_scatter_backward.cu}.
 *
 * <p>Memory convention: all tensors in device memory; parts of the gradients of weights and rotations in scratch memory
 * of the call.
 */
final class CudaRotationScatter {
    private static final int WIDE = 4;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaPartSums partSums;
    private final CudaKernel[] forward;
    private final CudaKernel[] backward;
    private final CudaKernel[] backwardAngular;

    CudaRotationScatter(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        partSums = new CudaPartSums(queue, dtype);
        forward = CudaRotationGrid.kernels(queue, "rotation_scatter", "rotate_segment_sum", WIDE, dtype);
        String family = "rotation_scatter_backward";
        backward = CudaRotationGrid.kernels(queue, family, "rotate_segment_sum_backward", WIDE, dtype);
        backwardAngular = CudaRotationGrid.kernels(queue, family, "rotate_segment_sum_backward_angular", WIDE, dtype);
    }

    void forward(
            SphericalLayout layout,
            EdgeIndex edges,
            double scale,
            Tensor value,
            Tensor weight,
            Tensor wigner,
            Tensor out) {
        check("rotateSegmentSum", layout, edges, value, weight, wigner)
                .tensor("out", out, edges.nodes(), layout.coefficients(), value.dim(2));
        int channels = Math.toIntExact(value.dim(2));
        int heads = heads(weight);
        int wide = CudaRotationGrid.wide(WIDE, dtype, channels / heads, value, out);
        Launch launch = queue.launch(forward[wide])
                .real(scale)
                .tensor(value)
                .tensor(weight)
                .tensor(wigner)
                .tensor(out)
                .tensor(edges.targetStart())
                .whole(channels)
                .whole(heads)
                .whole(layout.lmax())
                .whole(layout.mmax())
                .whole(layout.rescaleMmax());
        CudaRotationGrid.of(layout.lmax(), layout.mmax(), channels, wide, dtype, 2, true)
                .run(launch, layout, edges.nodes());
    }

    void backward(
            SphericalLayout layout,
            EdgeIndex edges,
            double scale,
            Tensor dout,
            Tensor value,
            Tensor weight,
            Tensor wigner,
            Sink dvalue,
            Sink dweight,
            Sink dangular) {
        Shapes shapes = check("rotateSegmentSumBackward", layout, edges, value, weight, wigner)
                .tensor("dout", dout, edges.nodes(), layout.coefficients(), value.dim(2))
                .same("dvalue", dvalue, value)
                .sink("dangular", dangular, edges.edges(), 3);
        if (dweight != null) {
            shapes.that(weight != null, "dweight", dweight, "null without weights")
                    .same("dweight", dweight, weight);
        }
        if (dvalue == null && dweight == null && dangular == null) {
            return;
        }
        int lmax = layout.lmax();
        boolean angular = dangular != null;
        int channels = Math.toIntExact(value.dim(2));
        int heads = heads(weight);
        int wide = CudaRotationGrid.wide(
                WIDE, dtype, channels / heads, dout, value, dvalue == null ? null : dvalue.tensor());
        int mmax = Math.min(lmax, layout.mmax() + (angular ? 1 : 0));
        CudaRotationGrid grid = CudaRotationGrid.of(lmax, mmax, channels, wide, dtype, 2, false);
        long weights = (long) edges.edges() * heads;
        try (Scope scratch = queue.scratch()) {
            Tensor weightParts = dweight == null ? null : scratch.empty(dtype, (lmax + 1L) * grid.slices(), weights);
            Tensor angularParts =
                    angular ? scratch.empty(dtype, (long) lmax * grid.slices(), 3L * edges.edges()) : null;
            Launch launch = queue.launch((angular ? backwardAngular : backward)[wide])
                    .real(scale)
                    .tensor(dout)
                    .tensor(value)
                    .tensor(weight)
                    .tensor(wigner)
                    .sink(dvalue)
                    .tensor(weightParts)
                    .tensor(angularParts)
                    .tensor(edges.targetStart())
                    .wide(edges.edges())
                    .whole(channels)
                    .whole(heads)
                    .whole(lmax)
                    .whole(layout.mmax())
                    .whole(layout.rescaleMmax());
            grid.run(launch, layout, edges.nodes());
            if (dweight != null) {
                partSums.put(weightParts, dweight, weights, null, 0, null);
            }
            if (angular) {
                partSums.put(angularParts, dangular, 3L * edges.edges(), null, 0, null);
            }
        }
    }

    private Shapes check(
            String kernel, SphericalLayout layout, EdgeIndex edges, Tensor value, Tensor weight, Tensor wigner) {
        Shapes shapes = Shapes.ofAny(kernel, "value", value)
                .that(value.dtype() == dtype, "value", value, "a tensor of " + dtype)
                .edges(edges)
                .that(layout.lmax() <= CudaRotationGrid.MAX_DEGREE, "layout", layout, "degrees up to 6")
                .tensor("value", value, edges.edges(), layout.reduced(), ANY)
                .tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .optional("weight", weight, edges.edges(), ANY);
        long channels = value.dim(2);
        int heads = heads(weight);
        return shapes.that(
                heads > 0 && channels % heads == 0, "heads", heads, "a divisor of " + channels + " channels");
    }

    private static int heads(Tensor weight) {
        return weight == null ? 1 : Math.toIntExact(weight.dim(1));
    }
}
