package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@link SegmentKernels}: sums over crystals here, attention in {@link VectorAttentionLogits} and {@link
 * VectorSegmentSoftmax}.
 *
 * <p>Memory convention: arguments are read and written in place; rows of a segment are summed in order.
 */
final class VectorSegmentKernels implements SegmentKernels {
    private static final int NODES_PER_TASK = 256;

    private final Workers workers;

    VectorSegmentKernels(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void attentionLogits(Columns features, Tensor gamma, Tensor beta, double eps, Tensor dot, Tensor logits) {
        new VectorAttentionLogits("attentionLogits", workers, features, gamma, beta, eps, dot, logits, "logits")
                .forward();
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
        new VectorAttentionLogits(
                        "attentionLogitsBackward", workers, features, gamma, beta, eps, dot, dlogits, "dlogits")
                .backward(dfeatures, addFeatures, dgamma, dbeta, ddot);
    }

    @Override
    public void segmentSoftmax(EdgeIndex edges, Tensor logits, Tensor envelope, Tensor weight) {
        new VectorSegmentSoftmax("segmentSoftmax", workers, edges, logits, envelope).forward(weight);
    }

    @Override
    public void segmentSoftmaxBackward(
            EdgeIndex edges, Tensor dweight, Tensor logits, Tensor envelope, Sink dlogits, Sink denvelope) {
        new VectorSegmentSoftmax("segmentSoftmaxBackward", workers, edges, logits, envelope)
                .backward(dweight, dlogits, denvelope);
    }

    @Override
    public void segmentSum(Tensor x, Tensor start, Tensor scale, Tensor y) {
        Shapes shapes = Shapes.of("segmentSum", "x", x, ANY, ANY).tensor("y", y, ANY, x.dim(1));
        long segments = y.dim(0);
        shapes.indices("start", start, segments + 1).optional("scale", scale, segments);
        long starts = VectorSegmentIndex.starts("segmentSum", "start", start, segments, x.dim(0));
        int width = (int) x.dim(1);
        long from = Args.floats("x", x, x.size());
        long factors = Args.optional("scale", scale, segments);
        long to = Args.floats("y", y, y.size());
        workers.range(segments, 1, (first, last, scratch) -> {
            for (long b = first; b < last; b++) {
                long sum = to + 4 * b * width;
                Elementwise.fill(sum, 0, width);
                for (long r = Lanes.intAt(starts, b); r < Lanes.intAt(starts, b + 1); r++) {
                    Elementwise.scale(1, from + 4 * r * width, sum, true, width);
                }
                if (factors != 0) {
                    Elementwise.scale(Lanes.getAt(factors, b), sum, sum, false, width);
                }
            }
        });
    }

    @Override
    public void segmentSumBackward(Tensor dy, Tensor start, Tensor scale, Sink dx) {
        Shapes shapes = Shapes.of("segmentSumBackward", "dy", dy, ANY, ANY).sink("dx", dx, ANY, dy.dim(1));
        if (dx == null) {
            return;
        }
        long segments = dy.dim(0);
        long rows = dx.tensor().dim(0);
        shapes.indices("start", start, segments + 1).optional("scale", scale, segments);
        long starts = VectorSegmentIndex.starts("segmentSumBackward", "start", start, segments, rows);
        int width = (int) dy.dim(1);
        long g = Args.floats("dy", dy, dy.size());
        long factors = Args.optional("scale", scale, segments);
        long to = Args.sink("dx", dx, rows * width);
        workers.range(segments, 1, (first, last, scratch) -> {
            for (long b = first; b < last; b++) {
                float factor = factors == 0 ? 1 : Lanes.getAt(factors, b);
                for (long r = Lanes.intAt(starts, b); r < Lanes.intAt(starts, b + 1); r++) {
                    Elementwise.scale(factor, g + 4 * b * width, to + 4 * r * width, dx.add(), width);
                }
            }
        });
    }

    /** Nine products for each atom once per batch: in float64, one atom at a time. */
    @Override
    public void crystalMatrix(Tensor x, Tensor a, Tensor crystal, boolean transposed, Sink y) {
        long nodes = x.dim(0);
        Shapes.of("crystalMatrix", "x", x, ANY, 3)
                .tensor("a", a, ANY, 3, 3)
                .indices("crystal", crystal, nodes)
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        long of = VectorSegmentIndex.values("crystalMatrix", "crystal", crystal, nodes, a.dim(0));
        long from = Args.floats("x", x, 3 * nodes);
        long matrices = Args.floats("a", a, a.size());
        long to = Args.sink("y", y, 3 * nodes);
        long along = transposed ? 4 : 12;
        long across = transposed ? 12 : 4;
        workers.range(nodes, NODES_PER_TASK, (first, last, scratch) -> {
            for (long n = first; n < last; n++) {
                long matrix = matrices + 36L * Lanes.intAt(of, n);
                for (int k = 0; k < 3; k++) {
                    double sum = y.add() ? Lanes.getAt(to, 3 * n + k) : 0;
                    for (int i = 0; i < 3; i++) {
                        double entry = Lanes.get(matrix + i * along + k * across);
                        sum += Lanes.getAt(from, 3 * n + i) * entry;
                    }
                    Lanes.setAt(to, 3 * n + k, (float) sum);
                }
            }
        });
    }
}
