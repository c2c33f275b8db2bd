package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * The first layer of a radial function, y = [g(d) | source row | target row] w^T + bias, without the zeros of its input: of
 * 600 Gaussians of width 2, 26 matter to an edge ({@link VectorGaussians} says what leaving out the others costs).
 *
 * <p>Edges are taken in the order of their lengths. A run of neighbours needs few more Gaussians than one of them, so
 * forward each run is a small dense product with the rows of w^T that it needs; backward, the gradient of some columns of w
 * is a product over the few edges that reach them, which no other task writes. The parts of w that belong to the tables are
 * multiplied with the rows of species that occur, once.
 *
 * <p>Memory convention: packed weights, sorted gradients and species' rows lie in the caller's scratch memory; a task keeps
 * one run's Gaussians and products in its first-level cache.
 */
final class VectorRadialInput {
    /** Most edges of a run: a multiple of the rows of {@link GemmBlock}. */
    private static final int RUN = 48;

    private static final int EDGES_PER_COPY = 128;

    private final Workers workers;
    private final VectorGaussians gaussians;
    private final VectorSegmentIndex edges;
    private final long distance;
    private final long species;
    private final long sourceTable;
    private final long targetTable;
    private final long tableRows;
    private final int embedding;
    private final int width;
    private final View weights;
    private final Shapes shapes;

    /** Checks what both passes read. */
    VectorRadialInput(
            String kernel,
            Workers workers,
            GaussianBasis basis,
            EdgeIndex index,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w) {
        boolean both = (sourceTable == null) == (targetTable == null);
        shapes = Shapes.of(kernel, "distance", distance, ANY)
                .edges(index)
                .tensor("distance", distance, index.edges())
                .that(both, "targetTable", targetTable, "both tables or none")
                .optional("sourceTable", sourceTable, ANY, ANY);
        this.workers = workers;
        edges = new VectorSegmentIndex(kernel, index);
        gaussians = new VectorGaussians(basis);
        this.distance = Args.floats("distance", distance, edges.edges);
        if (sourceTable == null) {
            this.species = 0;
            tableRows = 0;
            embedding = 0;
        } else {
            shapes.indices("species", species, edges.nodes).same("targetTable", targetTable, sourceTable);
            tableRows = sourceTable.dim(0);
            embedding = (int) sourceTable.dim(1);
            this.species = VectorSegmentIndex.values(kernel, "species", species, edges.nodes, tableRows);
        }
        this.sourceTable = Args.optional("sourceTable", sourceTable, tableRows * embedding);
        this.targetTable = Args.optional("targetTable", targetTable, tableRows * embedding);
        width = basis.count() + 2 * embedding;
        shapes.tensor("w", w, ANY, width);
        weights = View.of(Args.floats("w", w, w.size()), w.dim(0), width, width);
    }

    private int out() {
        return weights.rows();
    }

    private VectorRadialOrder order() {
        return new VectorRadialOrder(gaussians, distance, edges.edges, workers.scratch());
    }

    private GemmPanels packed() {
        return Gemm.pack(workers, weights.columns(0, gaussians.count).transpose(), 1, workers.scratch());
    }

    private VectorRadialSpecies species() {
        return sourceTable == 0 ? null : new VectorRadialSpecies(workers, edges, species, tableRows);
    }

    /** The columns of a [out, width] matrix that belong to the source (part 0) or target (part 1) table. */
    private View part(View matrix, int part) {
        int from = gaussians.count + part * embedding;
        return matrix.columns(from, from + embedding);
    }

    void forward(Tensor bias, Tensor y) {
        shapes.tensor("bias", bias, out()).tensor("y", y, edges.edges, out());
        long shift = Args.floats("bias", bias, out());
        View result = View.of(Args.floats("y", y, y.size()), edges.edges, out(), out());
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            VectorRadialOrder order = order();
            GemmPanels panels = packed();
            VectorRadialSpecies present = species();
            View source = present == null ? null : projected(present, sourceTable, 0);
            View target = present == null ? null : projected(present, targetTable, 1);
            runs(order, panels, false, shift, (from, to, products) -> {
                for (int i = from; i < to; i++) {
                    int e = order.edge(i);
                    long row = products.at(i - from, 0);
                    if (present == null) {
                        Elementwise.scale(1, row, result.at(e, 0), false, out());
                    } else {
                        long s = source.at(present.source(e), 0);
                        add(row, s, target.at(present.target(e), 0), result.at(e, 0), out());
                    }
                }
            });
        } finally {
            shared.release(mark);
        }
    }

    /** Rows of occurring species times their part of w^T, [species, out]. */
    private View projected(VectorRadialSpecies present, long table, int part) {
        Scratch shared = workers.scratch();
        View rows = present.rows(table, embedding);
        View result = View.of(shared.floats((long) rows.rows() * out()), rows.rows(), out(), out());
        Gemm.multiply(workers, 1, rows, part(weights, part).transpose(), 0, result);
        return result;
    }

    /** What is done with the products of places {@code from} to {@code to} of the order. */
    @FunctionalInterface
    private interface Finish {
        void run(int from, int to, View products);
    }

    /**
     * Sums over Gaussians, or their derivatives, times rows of w^T, for all edges.
     *
     * @param bias address of what every sum starts from, or 0
     */
    private void runs(VectorRadialOrder order, GemmPanels panels, boolean derivatives, long bias, Finish finish) {
        Gemm.Start start = bias == 0 ? Gemm.Start.ZERO : Gemm.Start.BIAS;
        workers.range(edges.edges, RUN, (first, last, scratch) -> {
            View products = View.of(scratch.floats((long) RUN * out()), RUN, out(), out());
            int to;
            for (int from = (int) first; from < last; from = to) {
                // A run ends where its Gaussians would be half as many again as one edge's.
                int low = order.first(from);
                int most = low + 3 * gaussians.half;
                to = from + 1;
                while (to < last && order.end(to) <= most) {
                    to++;
                }
                int depth = order.end(to - 1) - low;
                long mark = scratch.mark();
                int row = (int) Partials.padded(depth);
                View g = View.of(scratch.floats((long) RUN * row), to - from, depth, row);
                for (int i = from; i < to; i++) {
                    double d = Lanes.getAt(distance, order.edge(i));
                    if (derivatives) {
                        gaussians.derivatives(d, low, g.at(i - from, 0), depth);
                    } else {
                        gaussians.values(d, low, g.at(i - from, 0), depth);
                    }
                }
                View sums = products.rows(0, to - from);
                Gemm.serial(g, panels.rows(low, low + depth), start, bias, sums, scratch);
                finish.run(from, to, sums);
                scratch.release(mark);
            }
        });
    }

    /** y = a + b + c. */
    private static void add(long a, long b, long c, long y, int count) {
        int whole = Lanes.whole(count);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            FloatVector tables = Lanes.loadAt(b, i).add(Lanes.loadAt(c, i));
            Lanes.storeAt(y, i, Lanes.loadAt(a, i).add(tables));
        }
        if (whole < count) {
            VectorMask<Float> mask = Lanes.first(count - whole);
            long at = 4L * whole;
            FloatVector tables = Lanes.load(b + at, mask).add(Lanes.load(c + at, mask));
            Lanes.store(y + at, Lanes.load(a + at, mask).add(tables), mask);
        }
    }

    void backward(Tensor dy, Sink ddistance, Sink dsource, Sink dtarget, Sink dw, Sink dbias) {
        shapes.tensor("dy", dy, edges.edges, out())
                .sink("ddistance", ddistance, edges.edges)
                .that(dsource == null || sourceTable != 0, "dsourceTable", dsource, "null without tables")
                .that(dtarget == null || targetTable != 0, "dtargetTable", dtarget, "null without tables")
                .sink("dsourceTable", dsource, tableRows, embedding)
                .sink("dtargetTable", dtarget, tableRows, embedding)
                .sink("dw", dw, out(), width)
                .sink("dbias", dbias, out());
        View g = View.of(Args.floats("dy", dy, dy.size()), edges.edges, out(), out());
        View gWeights = View.of(Args.sink("dw", dw, weights.size()), out(), width, width);
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            VectorRadialOrder order = ddistance == null && dw == null ? null : order();
            if (ddistance != null) {
                distances(order, g, Args.sink("ddistance", ddistance, edges.edges), ddistance.add());
            }
            if (dw != null) {
                weights(order, g, gWeights, dw.add());
            }
            VectorRadialSpecies present = dw == null && dsource == null && dtarget == null ? null : species();
            if (present != null && (dw != null || dsource != null)) {
                table(present, present.sumsBySource(g), sourceTable, 0, gWeights, dw, dsource);
            }
            if (present != null && (dw != null || dtarget != null)) {
                table(present, present.sumsByTarget(g), targetTable, 1, gWeights, dw, dtarget);
            }
            if (dbias != null) {
                Partials.columnSums(workers, g, dbias.add(), Args.sink("dbias", dbias, out()));
            }
        } finally {
            shared.release(mark);
        }
    }

    /** ddistance = dy . (w g'(d)). */
    private void distances(VectorRadialOrder order, View g, long to, boolean add) {
        runs(order, packed(), true, 0, (from, end, products) -> {
            for (int i = from; i < end; i++) {
                int e = order.edge(i);
                float value = Elementwise.dot(products.at(i - from, 0), g.at(e, 0), out());
                Lanes.setAt(to, e, add ? Lanes.getAt(to, e) + value : value);
            }
        });
    }

    /** The columns of dw that belong to Gaussians, a panel's width in each task. */
    private void weights(VectorRadialOrder order, View g, View dw, boolean add) {
        View sorted = View.of(workers.scratch().floats(g.size()), g.rows(), g.columns(), g.columns());
        workers.range(g.rows(), EDGES_PER_COPY, (first, last, scratch) -> {
            for (int i = (int) first; i < last; i++) {
                Elementwise.scale(1, g.at(order.edge(i), 0), sorted.at(i, 0), false, g.columns());
            }
        });
        Gemm.Start start = add ? Gemm.Start.RESULT : Gemm.Start.ZERO;
        workers.range(gaussians.count, GemmBlock.COLUMNS, (first, last, scratch) -> {
            int from = order.from((int) first);
            int to = Math.max(from, order.to((int) last));
            long values = scratch.floats((long) (to - from) * GemmBlock.COLUMNS);
            for (int i = from; i < to; i++) {
                double d = Lanes.getAt(distance, order.edge(i));
                gaussians.values(d, (int) first, values + 4L * (i - from) * GemmBlock.COLUMNS, GemmBlock.COLUMNS);
            }
            GemmPanels panel = GemmPanels.packed(values, to - from, (int) (last - first));
            View left = sorted.rows(from, to).transpose();
            Gemm.serial(left, panel, start, 0, dw.columns((int) first, (int) last), scratch);
        });
    }

    /**
     * Gradients of one table and of its part of w, from the sums of dy by species.
     *
     * @param part 0 for sources, 1 for targets
     */
    private void table(VectorRadialSpecies present, View sums, long table, int part, View gWeights, Sink dw, Sink to) {
        if (dw != null) {
            View rows = present.rows(table, embedding);
            Gemm.multiply(workers, 1, sums.transpose(), rows, dw.add() ? 1 : 0, part(gWeights, part));
        }
        if (to != null) {
            long memory = workers.scratch().floats((long) sums.rows() * embedding);
            View rows = View.of(memory, sums.rows(), embedding, embedding);
            Gemm.multiply(workers, 1, sums, part(weights, part), 0, rows);
            present.scatter(rows, Args.sink("table", to, tableRows * embedding), to.add());
        }
    }
}
