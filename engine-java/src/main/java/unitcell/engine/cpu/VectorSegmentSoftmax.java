package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Softmax over the edges into each node, vectors over heads. With q_e = exp(z_e) / sum_f c_f exp(z_f) and p_e = c_e q_e: the
 * weight is c_e p_e; for gradients g_e of it and t = sum_e c_e p_e g_e, dz_e = p_e (c_e g_e - t) and dc_e = q_e (2 c_e g_e -
 * t). Edges with c = 0 are absent, without an envelope c = 1.
 *
 * <p>p is formed before it is multiplied by c once more: c^2 may be too small for float32 where the weight of a node's only
 * edge, which is c, is not.
 *
 * <p>Memory convention: a node's exponentials lie in scratch memory, one vector for each edge and {@link Lanes#WIDTH} heads.
 */
final class VectorSegmentSoftmax {
    private static final int NODES_PER_TASK = 32;

    private final Workers workers;
    private final Shapes shapes;
    private final VectorSegmentIndex edges;
    private final int heads;
    private final long logits;
    private final long envelope;

    VectorSegmentSoftmax(String kernel, Workers workers, EdgeIndex index, Tensor logits, Tensor envelope) {
        this.workers = workers;
        shapes = Shapes.ofAny(kernel, "logits", logits)
                .edges(index)
                .tensor("logits", logits, index.edges(), ANY)
                .optional("envelope", envelope, index.edges());
        edges = new VectorSegmentIndex(kernel, index);
        heads = (int) logits.dim(1);
        this.logits = Args.floats("logits", logits, logits.size());
        this.envelope = Args.optional("envelope", envelope, edges.edges);
    }

    private float envelope(int edge) {
        return envelope == 0 ? 1 : Lanes.getAt(envelope, edge);
    }

    /** Byte offset of a head of an edge. */
    private long at(int edge, int head) {
        return 4 * ((long) edge * heads + head);
    }

    void forward(Tensor weight) {
        shapes.tensor("weight", weight, edges.edges, heads);
        long to = Args.floats("weight", weight, weight.size());
        workers.range(edges.nodes, NODES_PER_TASK, (first, last, scratch) -> {
            for (long n = first; n < last; n++) {
                int from = Lanes.intAt(edges.targetStart, n);
                int end = Lanes.intAt(edges.targetStart, n + 1);
                long mark = scratch.mark();
                long exponentials = scratch.floats((long) (end - from) * Lanes.WIDTH);
                for (int h = 0; h < heads; h += Lanes.WIDTH) {
                    weights(from, end, h, exponentials, to);
                }
                scratch.release(mark);
            }
        });
    }

    private void weights(int from, int end, int head, long exponentials, long to) {
        VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, heads - head));
        FloatVector sum = exponentials(from, end, head, mask, exponentials);
        for (int e = from; e < end; e++) {
            float c = envelope(e);
            FloatVector w = Lanes.zero();
            if (c != 0) {
                FloatVector p = Lanes.load(exponentials + Lanes.BYTES * (e - from))
                        .mul(c)
                        .div(sum);
                w = p.mul(c);
            }
            Lanes.store(to + at(e, head), w, mask);
        }
    }

    /** exp(z - max z) of a node's present edges, and the sum of c times these; what absent edges get has no meaning. */
    private FloatVector exponentials(int from, int end, int head, VectorMask<Float> mask, long out) {
        FloatVector max = Lanes.broadcast(Float.NEGATIVE_INFINITY);
        for (int e = from; e < end; e++) {
            if (envelope(e) != 0) {
                max = max.lanewise(VectorOperators.MAX, Lanes.load(logits + at(e, head), mask));
            }
        }
        FloatVector sum = Lanes.zero();
        for (int e = from; e < end; e++) {
            float c = envelope(e);
            if (c != 0) {
                FloatVector value =
                        Lanes.exp(Lanes.load(logits + at(e, head), mask).sub(max));
                Lanes.store(out + Lanes.BYTES * (e - from), value);
                sum = Lanes.fma(value, Lanes.broadcast(c), sum);
            }
        }
        return sum;
    }

    void backward(Tensor dweight, Sink dlogits, Sink denvelope) {
        shapes.tensor("dweight", dweight, edges.edges, heads)
                .sink("dlogits", dlogits, edges.edges, heads)
                .that(denvelope == null || envelope != 0, "denvelope", denvelope, "null without an envelope")
                .sink("denvelope", denvelope, edges.edges);
        long size = (long) edges.edges * heads;
        Gradients gradients = new Gradients(
                Args.floats("dweight", dweight, size),
                Args.sink("dlogits", dlogits, size),
                Args.adds(dlogits),
                Args.sink("denvelope", denvelope, edges.edges));
        boolean add = Args.adds(denvelope);
        workers.range(edges.nodes, NODES_PER_TASK, (first, last, scratch) -> {
            for (long n = first; n < last; n++) {
                int from = Lanes.intAt(edges.targetStart, n);
                int end = Lanes.intAt(edges.targetStart, n + 1);
                if (gradients.denvelope != 0 && !add) {
                    Elementwise.fill(gradients.denvelope + 4L * from, 0, end - from);
                }
                long mark = scratch.mark();
                long exponentials = scratch.floats((long) (end - from) * Lanes.WIDTH);
                for (int h = 0; h < heads; h += Lanes.WIDTH) {
                    gradients(from, end, h, exponentials, gradients);
                }
                scratch.release(mark);
            }
        });
    }

    /** Addresses of gradients, 0 for those not wanted; that of the envelope is added to. */
    private record Gradients(long dweight, long dlogits, boolean add, long denvelope) {}

    private void gradients(int from, int end, int head, long exponentials, Gradients to) {
        VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, heads - head));
        FloatVector sum = exponentials(from, end, head, mask, exponentials);
        FloatVector total = Lanes.zero();
        for (int e = from; e < end; e++) {
            float c = envelope(e);
            if (c != 0) {
                FloatVector p = Lanes.load(exponentials + Lanes.BYTES * (e - from))
                        .mul(c)
                        .div(sum);
                FloatVector g = Lanes.load(to.dweight + at(e, head), mask);
                total = Lanes.fma(p.mul(c), g, total);
            }
        }
        for (int e = from; e < end; e++) {
            float c = envelope(e);
            FloatVector dz = Lanes.zero();
            if (c != 0) {
                FloatVector exponential = Lanes.load(exponentials + Lanes.BYTES * (e - from));
                FloatVector scaled = Lanes.load(to.dweight + at(e, head), mask).mul(c);
                dz = exponential.mul(c).div(sum).mul(scaled.sub(total));
                if (to.denvelope != 0) {
                    // Surplus heads divide by their own sums, which are not zero: their logits count as zero.
                    float value = Lanes.sum(
                            exponential.div(sum).mul(scaled.add(scaled).sub(total)));
                    Lanes.setAt(to.denvelope, e, Lanes.getAt(to.denvelope, e) + value);
                }
            }
            if (to.dlogits != 0) {
                Elementwise.put(to.dlogits + at(e, head), dz, to.add, mask);
            }
        }
    }
}
