package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * {@link PointwiseKernels} on the GPU: {@code pointwise.cu}, {@code random.cu} and {@code losses.cu}.
 *
 * <p>Memory convention: all tensors in device memory; partial sums of reductions in scratch memory of the call.
 */
final class CudaPointwiseKernels implements PointwiseKernels {
    private static final int THREADS = 256;
    /** Blocks of a sum over everything; each leaves one partial sum. Fixed, so that sums do not depend on the device. */
    private static final int PARTIAL_SUMS = 256;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel fill;
    private final CudaKernel axpby;
    private final CudaKernel copyMatrix;
    private final CudaKernel multiply;
    private final CudaKernel silu;
    private final CudaKernel siluBackward;
    private final CudaKernel sigmoid;
    private final CudaKernel sigmoidBackward;
    private final CudaKernel smoothLeakyRelu;
    private final CudaKernel smoothLeakyReluBackward;
    private final CudaKernel scaleRows;
    private final CudaKernel scaleRowsBackwardScale;
    private final CudaKernel scaleChannels;
    private final CudaKernel dropoutMask;
    private final CudaKernel crossEntropy;
    private final CudaKernel crossEntropyBackward;
    private final CudaKernel squaredError;
    private final CudaKernel squaredErrorBackward;
    private final CudaKernel sum;
    private final CudaKernel sumPartials;

    CudaPointwiseKernels(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        fill = queue.kernel("pointwise", "fill", dtype);
        axpby = queue.kernel("pointwise", "axpby", dtype);
        copyMatrix = queue.kernel("pointwise", "copy_matrix", dtype);
        multiply = queue.kernel("pointwise", "multiply", dtype);
        silu = queue.kernel("pointwise", "silu", dtype);
        siluBackward = queue.kernel("pointwise", "silu_backward", dtype);
        sigmoid = queue.kernel("pointwise", "sigmoid", dtype);
        sigmoidBackward = queue.kernel("pointwise", "sigmoid_backward", dtype);
        smoothLeakyRelu = queue.kernel("pointwise", "smooth_leaky_relu", dtype);
        smoothLeakyReluBackward = queue.kernel("pointwise", "smooth_leaky_relu_backward", dtype);
        scaleRows = queue.kernel("pointwise", "scale_rows", dtype);
        scaleRowsBackwardScale = queue.kernel("pointwise", "scale_rows_backward_scale", dtype);
        scaleChannels = queue.kernel("pointwise", "scale_channels", dtype);
        dropoutMask = queue.kernel("random", "dropout_mask", dtype);
        crossEntropy = queue.kernel("losses", "cross_entropy", dtype);
        crossEntropyBackward = queue.kernel("losses", "cross_entropy_backward", dtype);
        squaredError = queue.kernel("losses", "squared_error", dtype);
        squaredErrorBackward = queue.kernel("losses", "squared_error_backward", dtype);
        sum = queue.kernel("losses", "sum", dtype);
        sumPartials = queue.kernel("losses", "sum_partials", dtype);
    }

    /** A launch over elements, in vectors of 16 bytes. */
    private void over(Launch launch, long elements) {
        launch.over((elements + CudaQueue.wide(dtype) - 1) / CudaQueue.wide(dtype), THREADS);
    }

    private Shapes any(String kernel, String name, Tensor first) {
        return Shapes.ofAny(kernel, name, first).that(first.dtype() == dtype, name, first, "a tensor of " + dtype);
    }

    @Override
    public void fill(Tensor y, double value) {
        any("fill", "y", y);
        over(queue.launch(fill).tensor(y).real(value).wide(y.size()), y.size());
    }

    @Override
    public void axpby(double a, Tensor x, double b, Tensor y) {
        any("axpby", "x", x).same("y", y, x);
        over(queue.launch(axpby).real(a).tensor(x).real(b).tensor(y).wide(x.size()), x.size());
    }

    @Override
    public void copyMatrix(double scale, Matrix from, Matrix to, boolean add) {
        any("copyMatrix", "from", from.tensor())
                .matrix("to", to, from.rows(), from.columns())
                .that(!from.transposed(), "from", from, "no transposition")
                .that(!to.transposed(), "to", to, "no transposition");
        queue.launch(copyMatrix)
                .real(scale)
                .matrix(from)
                .wide(from.stride())
                .matrix(to)
                .wide(to.stride())
                .wide(from.rows())
                .wide(from.columns())
                .flag(add)
                .over(from.rows() * from.columns(), THREADS);
    }

    @Override
    public void multiply(Tensor a, Tensor b, Sink y) {
        any("multiply", "a", a)
                .same("b", b, a)
                .that(y != null, "y", y, "a sink")
                .same("y", y, a);
        over(queue.launch(multiply).tensor(a).tensor(b).sink(y).wide(a.size()), a.size());
    }

    @Override
    public void silu(Tensor x, Tensor y) {
        any("silu", "x", x).same("y", y, x);
        over(queue.launch(silu).tensor(x).tensor(y).wide(x.size()), x.size());
    }

    @Override
    public void siluBackward(Tensor dy, Tensor x, Sink dx) {
        any("siluBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        if (dx != null) {
            over(queue.launch(siluBackward).tensor(dy).tensor(x).sink(dx).wide(x.size()), x.size());
        }
    }

    @Override
    public void sigmoid(Tensor x, Tensor y) {
        any("sigmoid", "x", x).same("y", y, x);
        over(queue.launch(sigmoid).tensor(x).tensor(y).wide(x.size()), x.size());
    }

    @Override
    public void sigmoidBackward(Tensor dy, Tensor y, Sink dx) {
        any("sigmoidBackward", "y", y).same("dy", dy, y).same("dx", dx, y);
        if (dx != null) {
            over(queue.launch(sigmoidBackward).tensor(dy).tensor(y).sink(dx).wide(y.size()), y.size());
        }
    }

    @Override
    public void smoothLeakyRelu(double slope, Tensor x, Tensor y) {
        any("smoothLeakyRelu", "x", x).same("y", y, x);
        over(queue.launch(smoothLeakyRelu).real(slope).tensor(x).tensor(y).wide(x.size()), x.size());
    }

    @Override
    public void smoothLeakyReluBackward(double slope, Tensor dy, Tensor x, Sink dx) {
        any("smoothLeakyReluBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        if (dx != null) {
            Launch launch = queue.launch(smoothLeakyReluBackward).real(slope);
            over(launch.tensor(dy).tensor(x).sink(dx).wide(x.size()), x.size());
        }
    }

    @Override
    public void scaleRows(Tensor x, Tensor scale, Tensor index, Sink y) {
        Shapes shapes = any("scaleRows", "x", x)
                .that(x.rank() > 0, "x", x, "rows")
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        long rows = x.dim(0);
        shapes.tensor("scale", scale, index == null ? rows : ANY);
        if (index != null) {
            shapes.indices("index", index, rows);
        }
        long width = rows == 0 ? 0 : x.size() / rows;
        queue.launch(scaleRows)
                .tensor(x)
                .tensor(scale)
                .tensor(index)
                .sink(y)
                .wide(rows)
                .wide(width)
                .over(x.size(), THREADS);
    }

    @Override
    public void scaleRowsBackwardScale(Tensor dy, Tensor x, Sink dscale) {
        any("scaleRowsBackwardScale", "x", x)
                .that(x.rank() > 0, "x", x, "rows")
                .same("dy", dy, x)
                .sink("dscale", dscale, x.dim(0));
        long rows = x.dim(0);
        if (dscale != null && rows > 0) {
            queue.launch(scaleRowsBackwardScale)
                    .tensor(dy)
                    .tensor(x)
                    .sink(dscale)
                    .wide(x.size() / rows)
                    .blocks(rows, THREADS);
        }
    }

    @Override
    public void scaleChannels(Tensor x, Tensor scale, Sink y) {
        Shapes.of("scaleChannels", "x", x, ANY, ANY, ANY)
                .that(x.dtype() == dtype, "x", x, "a tensor of " + dtype)
                .tensor("scale", scale, x.dim(0), x.dim(2))
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        queue.launch(scaleChannels)
                .tensor(x)
                .tensor(scale)
                .sink(y)
                .wide(x.dim(0))
                .wide(x.dim(1))
                .wide(x.dim(2))
                .over(x.size(), THREADS);
    }

    @Override
    public void dropoutMask(long seed, long step, int stream, double p, Tensor mask) {
        any("dropoutMask", "mask", mask).that(p >= 0 && p < 1, "p", p, "0 <= p < 1");
        queue.launch(dropoutMask)
                .wide(seed)
                .wide(step)
                .whole(stream)
                .real(p)
                .tensor(mask)
                .wide(mask.size())
                .over((mask.size() + 3) / 4, THREADS);
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        Shapes.of("crossEntropy", "logits", logits, ANY, ANY)
                .that(logits.dtype() == dtype, "logits", logits, "a tensor of " + dtype)
                .indices("target", target, logits.dim(0))
                .tensor("weight", weight, logits.dim(0))
                .single("loss", loss);
        long rows = logits.dim(0);
        try (Scope scratch = queue.scratch()) {
            Tensor parts = scratch.empty(DType.F64, rows);
            queue.launch(crossEntropy)
                    .tensor(logits)
                    .tensor(target)
                    .tensor(weight)
                    .tensor(parts)
                    .wide(rows)
                    .wide(logits.dim(1))
                    .blocks((rows + 7) / 8, THREADS);
            queue.launch(sumPartials)
                    .tensor(parts)
                    .wide(rows)
                    .real(1)
                    .tensor(loss)
                    .blocks(1, THREADS);
        }
    }

    @Override
    public void crossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        Shapes.of("crossEntropyBackward", "logits", logits, ANY, ANY)
                .that(logits.dtype() == dtype, "logits", logits, "a tensor of " + dtype)
                .single("dloss", dloss)
                .indices("target", target, logits.dim(0))
                .tensor("weight", weight, logits.dim(0))
                .same("dlogits", dlogits, logits);
        long rows = logits.dim(0);
        if (dlogits != null) {
            queue.launch(crossEntropyBackward)
                    .tensor(dloss)
                    .tensor(logits)
                    .tensor(target)
                    .tensor(weight)
                    .sink(dlogits)
                    .wide(rows)
                    .wide(logits.dim(1))
                    .blocks((rows + 7) / 8, THREADS);
        }
    }

    @Override
    public void squaredError(double weight, Tensor a, Tensor b, Tensor loss) {
        any("squaredError", "a", a).same("b", b, a).single("loss", loss);
        try (Scope scratch = queue.scratch()) {
            Tensor parts = scratch.empty(DType.F64, PARTIAL_SUMS);
            queue.launch(squaredError)
                    .tensor(a)
                    .tensor(b)
                    .wide(a.size())
                    .tensor(parts)
                    .blocks(PARTIAL_SUMS, THREADS);
            queue.launch(sumPartials)
                    .tensor(parts)
                    .wide(PARTIAL_SUMS)
                    .real(weight)
                    .tensor(loss)
                    .blocks(1, THREADS);
        }
    }

    @Override
    public void squaredErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        any("squaredErrorBackward", "a", a)
                .single("dloss", dloss)
                .same("b", b, a)
                .same("da", da, a);
        if (da != null) {
            Launch launch = queue.launch(squaredErrorBackward).real(weight).tensor(dloss);
            over(launch.tensor(a).tensor(b).sink(da).wide(a.size()), a.size());
        }
    }

    @Override
    public void sum(Tensor x, Tensor y) {
        any("sum", "x", x).single("y", y);
        try (Scope scratch = queue.scratch()) {
            Tensor parts = scratch.empty(DType.F64, PARTIAL_SUMS);
            queue.launch(sum).tensor(x).wide(x.size()).tensor(parts).blocks(PARTIAL_SUMS, THREADS);
            queue.launch(sumPartials)
                    .tensor(parts)
                    .wide(PARTIAL_SUMS)
                    .real(1)
                    .tensor(y)
                    .blocks(1, THREADS);
        }
    }
}
