package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Sink;

/**
 * Both ends of every edge rotated into the edge's frame and weighted, and the gradients of that.
 *
 * <p>Forward runs over edges. Backward, too, where the batch falls apart into crystals, each of them done by one task: an
 * edge's numbers are then read once and in order, which is what the time goes into. A large crystal is done node by node,
 * each meeting the halves of its edges, so that several threads can work on it. Which of the two depends on the edges
 * alone; either way no two tasks write to one place and the order of every sum is fixed.
 *
 * <p>Memory convention: addresses of contiguous float32 tensors; each task's scratch memory belongs to its thread.
 */
final class VectorRotationGather {
    private static final int EDGES_PER_TASK = 16;
    private static final int NODES_PER_TASK = 2;
    /** Bytes of edge features up to which their order does not matter, because they lie in a cache. */
    private static final long CACHED = 2L << 20;

    private final VectorRotationPlan plan;
    private final VectorSegmentIndex edges;
    private final int channels;
    /** Bytes of one end's row of channels, of a row of both ends, of a node, of an edge, of an edge's radial weights. */
    private final long row;

    private final long pairRow;
    private final long nodeBytes;
    private final long edgeBytes;
    private final long radialBytes;
    /** Whether edge features come from memory rather than from a cache. */
    private final boolean streamed;

    private final long x;
    private final long wigner;
    private final long radial;

    /** Checks the arguments that forward and backward share. */
    VectorRotationGather(
            String kernel, VectorRotationPlan plan, EdgeIndex index, Tensor x, Tensor wigner, Tensor radial) {
        this.plan = plan;
        edges = new VectorSegmentIndex(kernel, index);
        channels = (int) x.dim(2);
        row = 4L * channels;
        pairRow = 2 * row;
        nodeBytes = plan.coefficients * row;
        edgeBytes = plan.reduced * pairRow;
        radialBytes = plan.slotRows.length * pairRow;
        streamed = edges.edges * edgeBytes > CACHED;
        this.x = Args.floats("x", x, (long) edges.nodes * plan.coefficients * channels);
        this.wigner = Args.floats("wigner", wigner, (long) edges.edges * plan.wignerSize);
        this.radial = Args.optional("radial", radial, edges.edges * radialBytes / 4);
    }

    /** out: [E, R, 2C]. */
    void forward(Workers workers, Tensor out) {
        long y = Args.floats("out", out, edges.edges * edgeBytes / 4);
        workers.range(edges.edges, EDGES_PER_TASK, (from, to, scratch) -> {
            float[] d = plan.wigner();
            long ones = radial == 0 ? VectorRotationRows.ones(scratch, channels) : 0;
            long keep = scratch.floats(1);
            for (long e = from; e < to; e++) {
                plan.read(wigner + 4 * e * plan.wignerSize, d);
                if (streamed && radial != 0) {
                    VectorRotationRows.touch(radial + e * radialBytes, radialBytes, keep);
                }
                for (int half = 0; half < 2; half++) {
                    long end = x + Lanes.intAt(half == 0 ? edges.source : edges.target, e) * nodeBytes;
                    long w = radial == 0 ? ones : radial + e * radialBytes + half * row;
                    VectorRotationInto.rotate(
                            plan, d, end, row, w, weightRow(), y + e * edgeBytes + half * row, pairRow, channels);
                }
            }
        });
    }

    /** Bytes from one slot's weights to the next: none where there are only ones. */
    private long weightRow() {
        return radial == 0 ? 0 : pairRow;
    }

    /** Gradients; see {@link unitcell.engine.kernel.SphericalKernels#gatherRotateBackward}. */
    void backward(Workers workers, Tensor dout, Sink dx, Sink dradial, Sink dangular) {
        long dy = Args.floats("dout", dout, edges.edges * edgeBytes / 4);
        long gx = Args.sink("dx", dx, edges.nodes * nodeBytes / 4);
        long gr = Args.sink("dradial", dradial, edges.edges * radialBytes / 4);
        long ga = Args.sink("dangular", dangular, 3L * edges.edges);
        Scratch own = workers.scratch();
        long mark = own.mark();
        try {
            VectorRotationAngular angular =
                    ga == 0 ? null : new VectorRotationAngular(plan, channels, edges.edges, 2, own);
            Gradients gradients = new Gradients(dy, gx, Args.adds(dx), gr, Args.adds(dradial), angular);
            int[] parts = streamed ? VectorRotationParts.split(edges) : null;
            if (parts == null) {
                workers.range(edges.nodes, NODES_PER_TASK, gradients::byNode);
            } else {
                workers.run(parts.length - 1, (p, scratch) -> gradients.byEdge(parts[p], parts[p + 1], scratch));
            }
            if (angular != null) {
                angular.finish(workers, wigner, ga, Args.adds(dangular));
            }
        } finally {
            own.release(mark);
        }
    }

    /** What is wanted, and the two orders in which to compute it. */
    private final class Gradients {
        private final long dy;
        private final long gx;
        private final boolean addX;
        private final long gr;
        private final boolean addRadial;
        private final VectorRotationAngular angular;

        Gradients(long dy, long gx, boolean addX, long gr, boolean addRadial, VectorRotationAngular angular) {
            this.dy = dy;
            this.gx = gx;
            this.addX = addX;
            this.gr = gr;
            this.addRadial = addRadial;
            this.angular = angular;
        }

        /** Nodes that no edge joins with others: edge by edge, both halves. */
        void byEdge(int from, int to, Scratch scratch) {
            Half half = new Half(scratch);
            start(from, to);
            int end = Lanes.intAt(edges.targetStart, to);
            for (int e = Lanes.intAt(edges.targetStart, from); e < end; e++) {
                half.read(e);
                half.gradient(e, 1, Lanes.intAt(edges.target, e));
                half.gradient(e, 0, Lanes.intAt(edges.source, e));
            }
        }

        /** Any nodes: for each its incoming halves, then its outgoing ones. */
        void byNode(long from, long to, Scratch scratch) {
            Half half = new Half(scratch);
            start(from, to);
            for (long i = from; i < to; i++) {
                int end = Lanes.intAt(edges.targetStart, i + 1);
                for (int e = Lanes.intAt(edges.targetStart, i); e < end; e++) {
                    half.read(e);
                    half.gradient(e, 1, i);
                }
                end = Lanes.intAt(edges.sourceStart, i + 1);
                for (int k = Lanes.intAt(edges.sourceStart, i); k < end; k++) {
                    int e = Lanes.intAt(edges.sourceEdge, k);
                    half.read(e);
                    half.gradient(e, 0, i);
                }
            }
        }

        private void start(long from, long to) {
            if (gx != 0 && !addX) {
                VectorRotationRows.zero(gx + from * nodeBytes, (to - from) * nodeBytes / 4);
            }
        }

        /** Workspace for one half of one edge at a time. */
        private final class Half {
            private final float[] d = plan.wigner();
            private final long ones;
            private final long rotated;
            private final long single;
            private final long keep;

            Half(Scratch scratch) {
                keep = scratch.floats(1);
                ones = VectorRotationRows.ones(scratch, channels);
                rotated = gr == 0 ? 0 : scratch.floats((long) plan.reduced * channels);
                single = angular == null ? 0 : scratch.floats((long) plan.coefficients * channels);
            }

            void read(long e) {
                if (streamed) {
                    VectorRotationRows.touch(dy + e * edgeBytes, edgeBytes, keep);
                    if (radial != 0) {
                        VectorRotationRows.touch(radial + e * radialBytes, radialBytes, keep);
                    }
                }
                plan.read(wigner + 4 * e * plan.wignerSize, d);
            }

            void gradient(long e, int half, long node) {
                long features = x + node * nodeBytes;
                long dout = dy + e * edgeBytes + half * row;
                if (gr != 0) {
                    VectorRotationInto.rotate(plan, d, features, row, ones, 0, rotated, row, channels);
                    long to = gr + e * radialBytes + half * row;
                    for (int slot = 0; slot < plan.slotRows.length; slot++) {
                        products(plan.slotRows[slot], dout, rotated, to + slot * pairRow, addRadial);
                    }
                }
                long w = radial == 0 ? ones : radial + e * radialBytes + half * row;
                long sum = gx + node * nodeBytes;
                if (angular != null) {
                    VectorRotationRows.zero(single, plan.coefficients * channels);
                    VectorRotationBack.rotate(plan, d, dout, pairRow, w, weightRow(), single, row, channels);
                    angular.contract(single, features, e, half);
                    if (gx != 0) {
                        VectorRotationRows.put(single, sum, plan.coefficients * channels, true);
                    }
                } else if (gx != 0) {
                    VectorRotationBack.rotate(plan, d, dout, pairRow, w, weightRow(), sum, row, channels);
                }
            }
        }
    }

    /** Sum over the rows of one slot of gradient times rotated feature. */
    private void products(int[] rows, long dout, long rotated, long to, boolean add) {
        int whole = Lanes.whole(channels);
        for (int c = 0; c < whole; c += Lanes.WIDTH) {
            long at = 4L * c;
            FloatVector sum = add ? Lanes.load(to + at) : Lanes.zero();
            for (int r : rows) {
                sum = Lanes.fma(Lanes.load(dout + r * pairRow + at), Lanes.load(rotated + r * row + at), sum);
            }
            Lanes.store(to + at, sum);
        }
        if (whole < channels) {
            var mask = Lanes.first(channels - whole);
            long at = 4L * whole;
            FloatVector sum = add ? Lanes.load(to + at, mask) : Lanes.zero();
            for (int r : rows) {
                sum = Lanes.fma(
                        Lanes.load(dout + r * pairRow + at, mask), Lanes.load(rotated + r * row + at, mask), sum);
            }
            Lanes.store(to + at, sum, mask);
        }
    }
}
