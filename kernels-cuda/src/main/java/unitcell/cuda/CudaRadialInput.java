package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * The first layer of a radial function on the GPU, without its input: {@code radial_input.cu} and {@code
 * radial_input_backward.cu}.
 *
 * <p>Memory convention: what depends on species alone, partial sums over edges and sums by node and by species lie in
 * scratch memory of the call.
 */
final class CudaRadialInput {
    private static final int WARP = 32;
    private static final int THREADS = 256;
    /** Threads of the kernels that go along edges, and of the tables'. */
    private static final int EDGE_THREADS = 512;

    private static final int TABLE_THREADS = 256;
    /** Rows and columns of a tile of a small product. */
    private static final int TILE = 16;
    /** A row of the transposed weights in shared memory, and rows of zeros behind them. */
    private static final int STAGED_ROW = WARP + 1;

    private static final int STAGED_SURPLUS = 3;
    /** Shared memory of a block that every architecture from compute capability 8.0 on has. */
    private static final long MOST_SHARED = 96 << 10;
    /** Gaussians of a block that sums over edges. */
    private static final int COLUMNS = 8;
    /** Edges of a part of these sums, and the most parts. */
    private static final long PART_EDGES = 2048;

    private static final long MOST_PARTS = 32;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel tables;
    private final CudaKernel staged;
    private final CudaKernel far;
    private final CudaKernel derivative;
    private final CudaKernel derivativeFar;
    private final CudaKernel distances;
    private final CudaKernel gradients;
    private final CudaKernel gradientsTwo;
    private final CudaKernel gradientsFour;
    private final CudaKernel species;
    private final CudaKernel finish;

    CudaRadialInput(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        tables = queue.kernel("radial_input", "radial_tables", dtype);
        staged = queue.kernel("radial_input", "radial_input", dtype);
        far = queue.kernel("radial_input", "radial_input_far", dtype);
        derivative = queue.kernel("radial_input", "radial_input_derivative", dtype);
        derivativeFar = queue.kernel("radial_input", "radial_input_derivative_far", dtype);
        distances = queue.kernel("radial_input", "radial_input_distance", dtype);
        gradients = queue.kernel("radial_input_backward", "radial_gradients_w1", dtype);
        gradientsTwo = queue.kernel("radial_input_backward", "radial_gradients_w2", DType.F32);
        gradientsFour = queue.kernel("radial_input_backward", "radial_gradients_w4", DType.F32);
        species = queue.kernel("radial_input_backward", "radial_species", dtype);
        finish = queue.kernel("radial_input_backward", "radial_finish", dtype);
    }

    private static long blocks(long items, long size) {
        return (items + size - 1) / size;
    }

    /**
     * The checked arguments of both passes.
     *
     * @param embedding Ce, 0 without tables
     * @param rows species there could be, 1 without tables
     */
    private record Input(
            Shapes shapes,
            CudaGaussians gaussians,
            EdgeIndex edges,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            long embedding,
            long rows) {
        long out() {
            return w.dim(0);
        }

        long width() {
            return w.dim(1);
        }
    }

    private Input check(
            String kernel,
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w) {
        boolean both = (sourceTable == null) == (targetTable == null);
        Shapes shapes = Shapes.of(kernel, "distance", distance, ANY)
                .that(distance.dtype() == dtype, "distance", distance, "a tensor of " + dtype)
                .edges(edges)
                .tensor("distance", distance, edges.edges())
                .that(both, "targetTable", targetTable, "both tables or none")
                .optional("sourceTable", sourceTable, ANY, ANY);
        long embedding = 0;
        long rows = 1;
        if (sourceTable != null) {
            shapes.indices("species", species, edges.nodes()).same("targetTable", targetTable, sourceTable);
            embedding = sourceTable.dim(1);
            rows = sourceTable.dim(0);
        }
        shapes.tensor("w", w, ANY, basis.count() + 2 * embedding);
        return new Input(
                shapes,
                CudaGaussians.of(basis, dtype),
                edges,
                distance,
                sourceTable == null ? null : species,
                sourceTable,
                targetTable,
                w,
                embedding,
                rows);
    }

    void forward(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor distance,
            Tensor nodeSpecies,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Tensor bias,
            Tensor y) {
        Input in = check("radialInput", basis, edges, distance, nodeSpecies, sourceTable, targetTable, w);
        in.shapes.tensor("bias", bias, in.out()).tensor("y", y, edges.edges(), in.out());
        if (y.size() == 0) {
            return;
        }
        try (Scope scratch = queue.scratch()) {
            along(in, false, sourceTable == null ? bias : bySpecies(in, bias, scratch), y);
        }
    }

    /** Rows of the tables times their parts of w^T, the bias added to the first, [2, species, out]. */
    private Tensor bySpecies(Input in, Tensor bias, Scope scratch) {
        Tensor rows = scratch.empty(dtype, 2, in.rows, in.out());
        queue.launch(tables)
                .tensor(in.sourceTable)
                .tensor(in.targetTable)
                .tensor(in.w)
                .tensor(bias)
                .tensor(rows)
                .wide(in.rows)
                .wide(in.embedding)
                .wide(in.out())
                .wide(in.width())
                .wide(in.gaussians.count())
                .run(blocks(in.out(), TILE), blocks(in.rows, TILE), 2, TABLE_THREADS, 0);
        return rows;
    }

    /**
     * Sums over Gaussians, or their derivatives, times columns of w, for all edges.
     *
     * @param rows what the sums are added to, or for derivatives what they are multiplied with
     */
    private void along(Input in, boolean derivatives, Tensor rows, Tensor to) {
        long values = (long) EDGE_THREADS * dtype.bytes();
        long weights = (long) (in.gaussians.count() + STAGED_SURPLUS) * STAGED_ROW * dtype.bytes();
        boolean fits = values + weights <= MOST_SHARED;
        CudaKernel kernel = derivatives ? (fits ? derivative : derivativeFar) : (fits ? staged : far);
        long chunks = blocks(in.out(), WARP);
        long edges = in.edges.edges();
        // Weights are fetched by every block: one for each multiprocessor, and no more than gives each warp an edge.
        long wanted = Math.clamp(queue.processors() / chunks, 1, blocks(edges, EDGE_THREADS / WARP));
        long part = blocks(edges, wanted);
        in.gaussians
                .arguments(queue.launch(kernel))
                .tensor(in.distance)
                .tensor(in.edges.source())
                .tensor(in.edges.target())
                .tensor(in.species)
                .wide(edges)
                .wide(part)
                .tensor(rows)
                .wide(in.rows)
                .tensor(in.w)
                .wide(in.width())
                .wide(in.out())
                .tensor(to)
                .run(blocks(edges, part), chunks, 1, EDGE_THREADS, (int) (fits ? values + weights : values));
    }

    void backward(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor dy,
            Tensor distance,
            Tensor nodeSpecies,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Sink ddistance,
            Sink dsourceTable,
            Sink dtargetTable,
            Sink dw,
            Sink dbias) {
        Input in = check("radialInputBackward", basis, edges, distance, nodeSpecies, sourceTable, targetTable, w);
        in.shapes
                .tensor("dy", dy, edges.edges(), in.out())
                .same("ddistance", ddistance, distance)
                .that(dsourceTable == null || sourceTable != null, "dsourceTable", dsourceTable, "null without tables")
                .that(dtargetTable == null || targetTable != null, "dtargetTable", dtargetTable, "null without tables")
                .same("dsourceTable", dsourceTable, sourceTable)
                .same("dtargetTable", dtargetTable, targetTable)
                .same("dw", dw, w)
                .sink("dbias", dbias, in.out());
        if (ddistance != null && edges.edges() > 0) {
            distances(in, dy, ddistance);
        }
        if (dsourceTable != null || dtargetTable != null || dw != null || dbias != null) {
            parameters(in, dy, dsourceTable, dtargetTable, dw, dbias);
        }
    }

    private void distances(Input in, Tensor dy, Sink ddistance) {
        long edges = in.edges.edges();
        long chunks = blocks(in.out(), WARP);
        try (Scope scratch = queue.scratch()) {
            Tensor shares = scratch.empty(dtype, chunks, edges);
            if (chunks > 0) {
                along(in, true, dy, shares);
            }
            queue.launch(distances)
                    .tensor(shares)
                    .wide(chunks)
                    .sink(ddistance)
                    .wide(edges)
                    .over(edges, THREADS);
        }
    }

    private void parameters(Input in, Tensor dy, Sink dsource, Sink dtarget, Sink dw, Sink dbias) {
        long edges = in.edges.edges();
        long nodes = in.edges.nodes();
        long out = in.out();
        long count = in.gaussians.count();
        boolean tables = in.sourceTable != null;
        boolean leaving = tables && (dsource != null || dw != null);
        boolean entering = dbias != null || (tables && (dtarget != null || dw != null));
        int firstSide = leaving ? 0 : 1;
        int sides = (leaving ? 1 : 0) + (entering ? 1 : 0);
        long part = CudaPartSums.part(edges, PART_EDGES, MOST_PARTS);
        long parts = dw == null ? 0 : blocks(edges, part);
        try (Scope scratch = queue.scratch()) {
            Tensor gaussianParts = scratch.empty(dtype, parts, out, count);
            Tensor nodeSums = scratch.empty(dtype, 2, nodes, out);
            Tensor speciesSums = scratch.empty(dtype, 2, in.rows, out);
            int vector = vector(out, dy, nodeSums);
            long chunks = blocks(out, (long) WARP * vector);
            long gaussianBlocks = blocks(count, COLUMNS) * chunks * parts;
            in.gaussians
                    .arguments(queue.launch(vector == 4 ? gradientsFour : vector == 2 ? gradientsTwo : gradients))
                    .tensor(dy)
                    .tensor(in.distance)
                    .tensor(in.edges.targetStart())
                    .tensor(in.edges.sourceStart())
                    .tensor(in.edges.sourceEdge())
                    .tensor(gaussianParts)
                    .tensor(nodeSums)
                    .wide(edges)
                    .wide(nodes)
                    .wide(out)
                    .wide(part)
                    .wide(gaussianBlocks)
                    .whole(firstSide)
                    .whole(sides)
                    .blocks(gaussianBlocks + blocks(sides * nodes * chunks, THREADS / WARP), THREADS);
            queue.launch(species)
                    .tensor(nodeSums)
                    .tensor(in.species)
                    .tensor(speciesSums)
                    .wide(nodes)
                    .wide(in.rows)
                    .wide(out)
                    .whole(firstSide)
                    .run(in.rows, blocks(out, WARP), sides, THREADS, 0);
            finish(in, speciesSums, gaussianParts, dsource, dtarget, dw, dbias);
        }
    }

    /** Elements of a lane: 16 bytes where that leaves no lane idle. */
    private int vector(long out, Tensor... tensors) {
        boolean aligned = dtype == DType.F32;
        for (Tensor tensor : tensors) {
            aligned &= CudaQueue.aligned(tensor.address());
        }
        if (!aligned || out % 2 != 0) {
            return 1;
        }
        return out % 4 == 0 && out > 2 * WARP ? 4 : 2;
    }

    private void finish(
            Input in, Tensor speciesSums, Tensor gaussianParts, Sink dsource, Sink dtarget, Sink dw, Sink dbias) {
        long out = in.out();
        long count = in.gaussians.count();
        long columnTiles = blocks(in.embedding, TILE);
        long tableTiles = blocks(in.rows, TILE) * columnTiles;
        long sourceBlocks = dsource == null ? 0 : tableTiles;
        long targetBlocks = dtarget == null ? 0 : tableTiles;
        long weightBlocks = dw == null ? 0 : 2 * blocks(out, TILE) * columnTiles;
        long gaussianBlocks = dw == null ? 0 : blocks(out * count, THREADS);
        long biasBlocks = dbias == null ? 0 : blocks(out, WARP);
        queue.launch(finish)
                .wide(sourceBlocks)
                .wide(targetBlocks)
                .wide(weightBlocks)
                .wide(gaussianBlocks)
                .tensor(speciesSums)
                .tensor(gaussianParts)
                .tensor(in.sourceTable)
                .tensor(in.targetTable)
                .tensor(in.w)
                .sink(dsource)
                .sink(dtarget)
                .sink(dw)
                .sink(dbias)
                .wide(in.rows)
                .wide(in.embedding)
                .wide(out)
                .wide(count)
                .wide(gaussianParts.dim(0))
                .blocks(sourceBlocks + targetBlocks + weightBlocks + gaussianBlocks + biasBlocks, THREADS);
    }
}
