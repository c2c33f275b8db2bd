package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.function.Consumer;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * The softmax, the losses and the sum of the pointwise family: {@code losses.cu}.
 *
 * <p>Memory convention: all tensors in device memory; partial sums of reductions in scratch memory of the call.
 */
final class CudaLosses {
    private static final int THREADS = 256;
    /** Rows of a block: one for each warp. */
    private static final int ROWS = THREADS / 32;
    /** Blocks of a sum over everything; each leaves one partial sum. Fixed, so that sums do not depend on the device. */
    private static final int PARTIAL_SUMS = 256;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel softmax;
    private final CudaKernel softmaxBackward;
    private final CudaKernel crossEntropy;
    private final CudaKernel crossEntropyBackward;
    private final CudaKernel softCrossEntropy;
    private final CudaKernel softCrossEntropyBackward;
    private final CudaKernel squaredError;
    private final CudaKernel squaredErrorBackward;
    private final CudaKernel absoluteError;
    private final CudaKernel absoluteErrorBackward;
    private final CudaKernel huberError;
    private final CudaKernel huberErrorBackward;
    private final CudaKernel sum;
    private final CudaKernel sumPartials;

    CudaLosses(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        softmax = kernel("softmax");
        softmaxBackward = kernel("softmax_backward");
        crossEntropy = kernel("cross_entropy");
        crossEntropyBackward = kernel("cross_entropy_backward");
        softCrossEntropy = kernel("soft_cross_entropy");
        softCrossEntropyBackward = kernel("soft_cross_entropy_backward");
        squaredError = kernel("squared_error");
        squaredErrorBackward = kernel("squared_error_backward");
        absoluteError = kernel("absolute_error");
        absoluteErrorBackward = kernel("absolute_error_backward");
        huberError = kernel("huber_error");
        huberErrorBackward = kernel("huber_error_backward");
        sum = kernel("sum");
        sumPartials = kernel("sum_partials");
    }

    private CudaKernel kernel(String name) {
        return queue.kernel("losses", name, dtype);
    }

    private Shapes any(String kernel, String name, Tensor first) {
        return Shapes.ofAny(kernel, name, first).that(first.dtype() == dtype, name, first, "a tensor of " + dtype);
    }

    private Shapes rows(String kernel, String name, Tensor first) {
        return Shapes.of(kernel, name, first, ANY, ANY)
                .that(first.dtype() == dtype, name, first, "a tensor of " + dtype);
    }

    private void overRows(Launch launch, Tensor rows) {
        launch.wide(rows.dim(0)).wide(rows.dim(1)).blocks((rows.dim(0) + ROWS - 1) / ROWS, THREADS);
    }

    private void addUp(Tensor parts, double weight, Tensor loss) {
        queue.launch(sumPartials)
                .tensor(parts)
                .wide(parts.size())
                .real(weight)
                .tensor(loss)
                .blocks(1, THREADS);
    }

    void softmax(Tensor x, Tensor y) {
        rows("softmax", "x", x).same("y", y, x);
        overRows(queue.launch(softmax).tensor(x).tensor(y), x);
    }

    void softmaxBackward(Tensor dy, Tensor y, Sink dx) {
        rows("softmaxBackward", "y", y).same("dy", dy, y).same("dx", dx, y);
        if (dx != null) {
            overRows(queue.launch(softmaxBackward).tensor(dy).tensor(y).sink(dx), y);
        }
    }

    void crossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        rows("crossEntropy", "logits", logits)
                .indices("target", target, logits.dim(0))
                .tensor("weight", weight, logits.dim(0))
                .single("loss", loss);
        lossOfRows(crossEntropy, logits, target, weight, loss);
    }

    void softCrossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        rows("softCrossEntropy", "logits", logits)
                .same("target", target, logits)
                .tensor("weight", weight, logits.dim(0))
                .single("loss", loss);
        lossOfRows(softCrossEntropy, logits, target, weight, loss);
    }

    private void lossOfRows(CudaKernel kernel, Tensor logits, Tensor target, Tensor weight, Tensor loss) {
        try (Scope scratch = queue.scratch()) {
            Tensor parts = scratch.empty(DType.F64, logits.dim(0));
            Launch launch = queue.launch(kernel);
            overRows(launch.tensor(logits).tensor(target).tensor(weight).tensor(parts), logits);
            addUp(parts, 1, loss);
        }
    }

    void crossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        rows("crossEntropyBackward", "logits", logits)
                .single("dloss", dloss)
                .indices("target", target, logits.dim(0))
                .tensor("weight", weight, logits.dim(0))
                .same("dlogits", dlogits, logits);
        if (dlogits != null) {
            slopeOfRows(crossEntropyBackward, dloss, logits, target, weight, dlogits);
        }
    }

    void softCrossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        rows("softCrossEntropyBackward", "logits", logits)
                .single("dloss", dloss)
                .same("target", target, logits)
                .tensor("weight", weight, logits.dim(0))
                .same("dlogits", dlogits, logits);
        if (dlogits != null) {
            slopeOfRows(softCrossEntropyBackward, dloss, logits, target, weight, dlogits);
        }
    }

    private void slopeOfRows(
            CudaKernel kernel, Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits) {
        Launch launch = queue.launch(kernel).tensor(dloss).tensor(logits);
        overRows(launch.tensor(target).tensor(weight).sink(dlogits), logits);
    }

    void squaredError(double weight, Tensor a, Tensor b, Tensor loss) {
        any("squaredError", "a", a).same("b", b, a).single("loss", loss);
        inParts(weight, loss, parts -> share(queue.launch(squaredError), a, b, parts));
    }

    void absoluteError(double weight, Tensor a, Tensor b, Tensor loss) {
        any("absoluteError", "a", a).same("b", b, a).single("loss", loss);
        inParts(weight, loss, parts -> share(queue.launch(absoluteError), a, b, parts));
    }

    void huberError(double weight, double delta, Tensor a, Tensor b, Tensor loss) {
        any("huberError", "a", a)
                .that(delta > 0, "delta", delta, "a positive number")
                .same("b", b, a)
                .single("loss", loss);
        inParts(weight, loss, parts -> share(queue.launch(huberError).real(delta), a, b, parts));
    }

    private static void share(Launch launch, Tensor a, Tensor b, Tensor parts) {
        launch.tensor(a).tensor(b).wide(a.size()).tensor(parts).blocks(PARTIAL_SUMS, THREADS);
    }

    /** A sum over everything: the partial sums, then weight times their sum. */
    private void inParts(double weight, Tensor result, Consumer<Tensor> partialSums) {
        try (Scope scratch = queue.scratch()) {
            Tensor parts = scratch.empty(DType.F64, PARTIAL_SUMS);
            partialSums.accept(parts);
            addUp(parts, weight, result);
        }
    }

    void squaredErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        any("squaredErrorBackward", "a", a)
                .single("dloss", dloss)
                .same("b", b, a)
                .same("da", da, a);
        if (da != null) {
            errorBackward(queue.launch(squaredErrorBackward).real(weight), dloss, a, b, da);
        }
    }

    void absoluteErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da) {
        any("absoluteErrorBackward", "a", a)
                .single("dloss", dloss)
                .same("b", b, a)
                .same("da", da, a);
        if (da != null) {
            errorBackward(queue.launch(absoluteErrorBackward).real(weight), dloss, a, b, da);
        }
    }

    void huberErrorBackward(double weight, double delta, Tensor dloss, Tensor a, Tensor b, Sink da) {
        any("huberErrorBackward", "a", a)
                .that(delta > 0, "delta", delta, "a positive number")
                .single("dloss", dloss)
                .same("b", b, a)
                .same("da", da, a);
        if (da != null) {
            errorBackward(queue.launch(huberErrorBackward).real(weight).real(delta), dloss, a, b, da);
        }
    }

    private void errorBackward(Launch launch, Tensor dloss, Tensor a, Tensor b, Sink da) {
        int wide = CudaQueue.wide(dtype);
        launch.tensor(dloss).tensor(a).tensor(b).sink(da).wide(a.size()).over((a.size() + wide - 1) / wide, THREADS);
    }

    void sum(Tensor x, Tensor y) {
        any("sum", "x", x).single("y", y);
        inParts(
                1,
                y,
                parts ->
                        queue.launch(sum).tensor(x).wide(x.size()).tensor(parts).blocks(PARTIAL_SUMS, THREADS));
    }
}
