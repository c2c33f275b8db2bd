package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@link PointwiseKernels} on the GPU: {@code pointwise.cu} and {@code random.cu}; the softmax and the losses are in {@link
 * CudaLosses}.
 *
 * <p>Memory convention: all tensors in device memory.
 */
final class CudaPointwiseKernels implements PointwiseKernels {
    private static final int THREADS = 256;

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
    private final CudaLosses losses;

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
        losses = new CudaLosses(queue, dtype);
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
    public void softmax(Tensor x, Tensor y) {
        losses.softmax(x, y);
    }

    @Override
    public void softmaxBackward(Tensor dy, Tensor y, Sink dx) {
        losses.softmaxBackward(dy, y, dx);
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        losses.crossEntropy(logits, target, weight, loss);
    }

    @Override
    public void crossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        losses.crossEntropyBackward(dloss, logits, target, weight, dlogits);
    }

    @Override
    public void softCrossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        losses.softCrossEntropy(logits, target, weight, loss);
    }

    @Override
    public void softCrossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        losses.softCrossEntropyBackward(dloss, logits, target, weight, dlogits);
    }

    @Override
    public void squaredError(double weight, Tensor a, Tensor b, Tensor loss) {
        losses.squaredError(weight, a, b, loss);
    }

    @Override
    public void squaredErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        losses.squaredErrorBackward(weight, dloss, a, b, da);
    }

    @Override
    public void absoluteError(double weight, Tensor a, Tensor b, Tensor loss) {
        losses.absoluteError(weight, a, b, loss);
    }

    @Override
    public void absoluteErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        losses.absoluteErrorBackward(weight, dloss, a, b, da);
    }

    @Override
    public void huberError(double weight, double delta, Tensor a, Tensor b, Tensor loss) {
        losses.huberError(weight, delta, a, b, loss);
    }

    @Override
    public void huberErrorBackward(double weight, double delta, Tensor dloss, Tensor a, Tensor b, Sink da) {
        losses.huberErrorBackward(weight, delta, dloss, a, b, da);
    }

    @Override
    public void sum(Tensor x, Tensor y) {
        losses.sum(x, y);
    }
}
