package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@link SegmentKernels} on the GPU: {@code segment_softmax.cu} and {@code segment_sum.cu}; the attention logits are in
 * {@link CudaAttentionLogits}.
 *
 * <p>Memory convention: all tensors in device memory; the contents of index tensors are not looked at. No scratch
 * memory.
 */
final class CudaSegmentKernels implements SegmentKernels {
    private static final int THREADS = 256;
    private static final int SOFTMAX_THREADS = 128;
    private static final int WARPS = SOFTMAX_THREADS / 32;
    private static final int SUM_THREADS = 512;
    private static final int SUM_COLUMNS = 32;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaAttentionLogits attention;
    private final CudaKernel softmax;
    private final CudaKernel softmaxBackward;
    private final CudaKernel sum;
    private final CudaKernel sumBackward;
    private final CudaKernel matrix;

    CudaSegmentKernels(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        attention = new CudaAttentionLogits(queue, dtype);
        softmax = queue.kernel("segment_softmax", "segment_softmax", dtype);
        softmaxBackward = queue.kernel("segment_softmax", "segment_softmax_backward", dtype);
        sum = queue.kernel("segment_sum", "segment_sum", dtype);
        sumBackward = queue.kernel("segment_sum", "segment_sum_backward", dtype);
        matrix = queue.kernel("segment_sum", "crystal_matrix", dtype);
    }

    @Override
    public void attentionLogits(Columns features, Tensor gamma, Tensor beta, double eps, Tensor dot, Tensor logits) {
        attention.forward(features, gamma, beta, eps, dot, logits);
    }

    @Override
    public void attentionLogitsBackward(
            Tensor dlogits,
            Columns features,
            Tensor gamma,
            Tensor beta,
            double eps,
            Tensor dot,
            Columns dfeatures,
            boolean addFeatures,
            Sink dgamma,
            Sink dbeta,
            Sink ddot) {
        attention.backward(dlogits, features, gamma, beta, eps, dot, dfeatures, addFeatures, dgamma, dbeta, ddot);
    }

    @Override
    public void segmentSoftmax(EdgeIndex edges, Tensor logits, Tensor envelope, Tensor weight) {
        checkSoftmax("segmentSoftmax", edges, logits, envelope).same("weight", weight, logits);
        long heads = logits.dim(1);
        queue.launch(softmax)
                .tensor(edges.targetStart())
                .tensor(logits)
                .tensor(envelope)
                .tensor(weight)
                .wide(edges.nodes())
                .wide(heads)
                .blocks((edges.nodes() * heads + WARPS - 1) / WARPS, SOFTMAX_THREADS);
    }

    @Override
    public void segmentSoftmaxBackward(
            EdgeIndex edges, Tensor dweight, Tensor logits, Tensor envelope, Sink dlogits, Sink denvelope) {
        checkSoftmax("segmentSoftmaxBackward", edges, logits, envelope)
                .same("dweight", dweight, logits)
                .same("dlogits", dlogits, logits)
                .that(denvelope == null || envelope != null, "denvelope", denvelope, "null without an envelope")
                .sink("denvelope", denvelope, edges.edges());
        if (dlogits == null && denvelope == null) {
            return;
        }
        long heads = logits.dim(1);
        queue.launch(softmaxBackward)
                .tensor(edges.targetStart())
                .tensor(dweight)
                .tensor(logits)
                .tensor(envelope)
                .sink(dlogits)
                .sink(denvelope)
                .wide(heads)
                .run(edges.nodes(), 1, 1, SOFTMAX_THREADS, Math.toIntExact(3 * heads * dtype.bytes()));
    }

    private Shapes checkSoftmax(String kernel, EdgeIndex edges, Tensor logits, Tensor envelope) {
        return Shapes.ofAny(kernel, "logits", logits)
                .that(logits.dtype() == dtype, "logits", logits, "a tensor of " + dtype)
                .edges(edges)
                .tensor("logits", logits, edges.edges(), ANY)
                .optional("envelope", envelope, edges.edges());
    }

    @Override
    public void segmentSum(Tensor x, Tensor start, Tensor scale, Tensor y) {
        Shapes.of("segmentSum", "x", x, ANY, ANY)
                .that(x.dtype() == dtype, "x", x, "a tensor of " + dtype)
                .tensor("y", y, ANY, x.dim(1))
                .indices("start", start, y.dim(0) + 1)
                .optional("scale", scale, y.dim(0));
        long tiles = (x.dim(1) + SUM_COLUMNS - 1) / SUM_COLUMNS;
        queue.launch(sum)
                .tensor(x)
                .tensor(start)
                .tensor(scale)
                .tensor(y)
                .wide(x.dim(1))
                .blocks(y.dim(0) * tiles, SUM_THREADS);
    }

    @Override
    public void segmentSumBackward(Tensor dy, Tensor start, Tensor scale, Sink dx) {
        Shapes shapes = Shapes.of("segmentSumBackward", "dy", dy, ANY, ANY)
                .that(dy.dtype() == dtype, "dy", dy, "a tensor of " + dtype)
                .sink("dx", dx, ANY, dy.dim(1));
        if (dx == null) {
            return;
        }
        shapes.indices("start", start, dy.dim(0) + 1).optional("scale", scale, dy.dim(0));
        queue.launch(sumBackward)
                .tensor(dy)
                .tensor(start)
                .tensor(scale)
                .sink(dx)
                .wide(dy.dim(0))
                .wide(dx.tensor().dim(0))
                .wide(dy.dim(1))
                .over(dx.tensor().size(), THREADS);
    }

    @Override
    public void crystalMatrix(Tensor x, Tensor a, Tensor crystal, boolean transposed, Sink y) {
        Shapes.of("crystalMatrix", "x", x, ANY, 3)
                .that(x.dtype() == dtype, "x", x, "a tensor of " + dtype)
                .tensor("a", a, ANY, 3, 3)
                .indices("crystal", crystal, x.dim(0))
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        queue.launch(matrix)
                .tensor(x)
                .tensor(a)
                .tensor(crystal)
                .flag(transposed)
                .sink(y)
                .wide(x.dim(0))
                .over(x.dim(0), THREADS);
    }
}
