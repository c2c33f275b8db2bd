package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Sink;

/**
 * Messages weighted by attention, rotated out of their edges' frames and summed at their targets, and the gradients of
 * that. Both directions run over target nodes: forward keeps a node's sum, backward its gradient, in the first cache while
 * the node's edges pass by in order.
 *
 * <p>Memory convention: addresses of contiguous float32 tensors; each task's scratch memory belongs to its thread.
 */
final class VectorRotationScatter {
    private static final int NODES_PER_TASK = 2;
    /** Bytes of edge features up to which their order does not matter, because they lie in a cache. */
    private static final long CACHED = 2L << 20;

    private final VectorRotationPlan plan;
    private final VectorSegmentIndex edges;
    private final float[] factor;
    private final int channels;
    private final int heads;
    private final long row;
    private final long nodeBytes;
    private final long edgeBytes;
    /** Whether edge features come from memory rather than from a cache. */
    private final boolean streamed;

    private final long value;
    private final long weight;
    private final long wigner;

    /** Checks the arguments that forward and backward share. */
    VectorRotationScatter(
            String kernel,
            VectorRotationPlan plan,
            EdgeIndex index,
            double scale,
            Tensor value,
            Tensor weight,
            Tensor wigner) {
        this.plan = plan;
        edges = new VectorSegmentIndex(kernel, index);
        channels = (int) value.dim(2);
        heads = weight == null ? 1 : (int) weight.dim(1);
        row = 4L * channels;
        nodeBytes = plan.coefficients * row;
        edgeBytes = plan.reduced * row;
        streamed = edges.edges * edgeBytes > CACHED;
        this.value = Args.floats("value", value, edges.edges * edgeBytes / 4);
        this.weight = Args.optional("weight", weight, (long) edges.edges * heads);
        this.wigner = Args.floats("wigner", wigner, (long) edges.edges * plan.wignerSize);
        double[] rescale = plan.layout.rescale();
        factor = new float[rescale.length];
        for (int l = 0; l < factor.length; l++) {
            factor[l] = (float) (scale * rescale[l]);
        }
    }

    /** out: [N, S, C]. */
    void forward(Workers workers, Tensor out) {
        long z = Args.floats("out", out, edges.nodes * nodeBytes / 4);
        workers.range(edges.nodes, NODES_PER_TASK, (from, to, scratch) -> {
            float[] d = plan.wigner();
            long sum = scratch.floats((long) plan.coefficients * channels);
            long weights = weights(scratch);
            long keep = scratch.floats(1);
            for (long i = from; i < to; i++) {
                VectorRotationRows.zero(sum, (long) plan.coefficients * channels);
                int end = Lanes.intAt(edges.targetStart, i + 1);
                for (long e = Lanes.intAt(edges.targetStart, i); e < end; e++) {
                    plan.read(wigner + 4 * e * plan.wignerSize, d);
                    if (streamed) {
                        VectorRotationRows.touch(value + e * edgeBytes, edgeBytes, keep);
                    }
                    spread(e, weights);
                    VectorRotationBack.rotate(plan, d, value + e * edgeBytes, row, weights, 0, sum, row, channels);
                }
                scaled(sum, z + i * nodeBytes);
            }
        });
    }

    /** Gradients; see {@link unitcell.engine.kernel.SphericalKernels#rotateSegmentSumBackward}. */
    void backward(Workers workers, Tensor dout, Sink dvalue, Sink dweight, Sink dangular) {
        long dz = Args.floats("dout", dout, edges.nodes * nodeBytes / 4);
        long gv = Args.sink("dvalue", dvalue, edges.edges * edgeBytes / 4);
        long gw = Args.sink("dweight", dweight, (long) edges.edges * heads);
        long ga = Args.sink("dangular", dangular, 3L * edges.edges);
        Scratch own = workers.scratch();
        long mark = own.mark();
        try {
            VectorRotationAngular angular =
                    ga == 0 ? null : new VectorRotationAngular(plan, channels, edges.edges, 1, own);
            workers.range(edges.nodes, NODES_PER_TASK, (from, to, scratch) -> {
                Node node = new Node(scratch, angular, gv, Args.adds(dvalue), gw, Args.adds(dweight));
                for (long i = from; i < to; i++) {
                    int end = Lanes.intAt(edges.targetStart, i + 1);
                    int e = Lanes.intAt(edges.targetStart, i);
                    if (e < end) {
                        node.begin(dz + i * nodeBytes);
                    }
                    for (; e < end; e++) {
                        node.edge(e);
                    }
                }
            });
            if (angular != null) {
                angular.finish(workers, wigner, ga, Args.adds(dangular));
            }
        } finally {
            own.release(mark);
        }
    }

    /** The edges into one node. */
    private final class Node {
        private final VectorRotationAngular angular;
        private final long gv;
        private final boolean addValue;
        private final long gw;
        private final boolean addWeight;
        private final float[] d = plan.wigner();
        private final long ones;
        private final long weights;
        private final long gradient;
        private final long rotated;
        private final long products;
        private final long single;
        private final long keep;

        Node(Scratch scratch, VectorRotationAngular angular, long gv, boolean addValue, long gw, boolean addWeight) {
            this.angular = angular;
            this.gv = gv;
            this.addValue = addValue;
            this.gw = gw;
            this.addWeight = addWeight;
            ones = VectorRotationRows.ones(scratch, channels);
            weights = weights(scratch);
            keep = scratch.floats(1);
            gradient = scratch.floats((long) plan.coefficients * channels);
            rotated = scratch.floats((long) plan.reduced * channels);
            products = scratch.floats(channels);
            single = angular == null ? 0 : scratch.floats((long) plan.coefficients * channels);
        }

        void begin(long dout) {
            scaled(dout, gradient);
        }

        void edge(long e) {
            plan.read(wigner + 4 * e * plan.wignerSize, d);
            if (streamed && (gw != 0 || angular != null)) {
                VectorRotationRows.touch(value + e * edgeBytes, edgeBytes, keep);
            }
            spread(e, weights);
            long v = value + e * edgeBytes;
            if (gv != 0 || gw != 0) {
                VectorRotationInto.rotate(plan, d, gradient, row, ones, 0, rotated, row, channels);
            }
            if (gv != 0) {
                VectorRotationRows.weigh(rotated, weights, gv + e * edgeBytes, plan.reduced, channels, addValue);
            }
            if (gw != 0) {
                VectorRotationRows.products(v, rotated, products, plan.reduced, channels);
                sumHeads(products, gw + 4 * e * heads, addWeight);
            }
            if (angular != null) {
                VectorRotationRows.zero(single, (long) plan.coefficients * channels);
                VectorRotationBack.rotate(plan, d, v, row, weights, 0, single, row, channels);
                angular.contract(single, gradient, e, 0);
            }
        }
    }

    /** A row of weights, one for each channel, with room for {@link #spread} to write a whole vector at the last head. */
    private long weights(Scratch scratch) {
        long address = scratch.floats(channels + Lanes.WIDTH);
        VectorRotationRows.fill(address, channels, 1);
        return address;
    }

    /** Repeats each head's weight over its channels; what spills over is overwritten by the next head. */
    private void spread(long e, long weights) {
        if (weight == 0) {
            return;
        }
        int width = channels / heads;
        for (int h = 0; h < heads; h++) {
            FloatVector w = Lanes.broadcast(Lanes.getAt(weight, e * heads + h));
            for (int c = 0; c < width; c += Lanes.WIDTH) {
                Lanes.storeAt(weights, (long) h * width + c, w);
            }
        }
    }

    /** Sums each head's channels. */
    private void sumHeads(long products, long to, boolean add) {
        int width = channels / heads;
        int whole = Lanes.whole(width);
        var mask = Lanes.first(width - whole);
        for (int h = 0; h < heads; h++) {
            long from = products + 4L * h * width;
            FloatVector sum = whole < width ? Lanes.load(from + 4L * whole, mask) : Lanes.zero();
            for (int c = 0; c < whole; c += Lanes.WIDTH) {
                sum = sum.add(Lanes.loadAt(from, c));
            }
            float total = Lanes.sum(sum);
            Lanes.setAt(to, h, add ? Lanes.getAt(to, h) + total : total);
        }
    }

    /** Each degree times scale and rescale: the last factor of the forward pass, the first of the backward one. */
    private void scaled(long from, long to) {
        for (int l = 0; l < factor.length; l++) {
            long at = l * l * row;
            VectorRotationRows.put(from + at, factor[l], to + at, (2L * l + 1) * channels, false);
        }
    }
}
