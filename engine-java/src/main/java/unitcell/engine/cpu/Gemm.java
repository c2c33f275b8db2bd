package unitcell.engine.cpu;

import java.util.List;

/**
 * Matrix products of any shape: c = alpha a b + beta c, or with a bias for each column.
 *
 * <p>The right-hand matrix is packed into panels of two vectors' width, the left-hand one is read in place while its rows
 * lie one behind the other in memory and copied block by block where it is transposed. Blocks of {@link #DEPTH} products
 * keep a panel in the first-level cache, blocks of {@value #HEIGHT} rows what is read again in the second-level one.
 *
 * <p>Every element of c is summed in the order of its products, block after block, whatever the split into tasks; only
 * products with few rows and columns but great depth (weight gradients) are summed in chunks of the depth, which are then
 * added up in order. The chunks depend on the shape alone.
 *
 * <p>Memory convention: c overlaps neither a nor b and is row-major, or transposed where there is no bias; working memory
 * is the threads' scratch memory. Nothing packed outlives a call unless the caller packs it ({@link #pack}).
 */
final class Gemm {
    /** Largest depth of a block: a panel of that depth takes 24 KB and stays in the first-level cache. */
    static final int DEPTH = 24 * 1024 / (4 * GemmBlock.COLUMNS);

    /**
     * Rows of a block, and the most rows of a task; a multiple of {@link GemmBlock#ROWS}. Every block fetches all panels
     * anew, from the third-level cache where the right-hand matrix is large: 96 rows were a third slower there.
     */
    private static final int HEIGHT = 192;

    /** The least rows of a task that has others beside it. */
    private static final int LOW = 96;

    /** Multiply-adds below which starting other threads costs more than it saves: 5 us on a fast core. */
    private static final long SERIAL = 1 << 19;

    /** Tasks wanted of a product that is worth several threads. */
    private static final int TASKS = 32;

    /** Least depth of a chunk where the depth is split, and the largest number of chunks. */
    private static final int CHUNK = 448;

    private static final int CHUNKS = 16;

    private Gemm() {}

    /** c = alpha a b + beta c; with beta 0, c is not read. */
    static void multiply(Workers workers, float alpha, View a, View b, float beta, View c) {
        multiply(workers, alpha, a, b, beta, c, 0);
    }

    /** c = a b + bias. */
    static void affine(Workers workers, View a, View b, long bias, View c) {
        multiply(workers, 1, a, b, 0, c, bias);
    }

    /**
     * c = alpha a b + beta c, or c = alpha a b + bias.
     *
     * @param bias address of a row to start every row of c from, or 0; only with beta 0
     */
    static void multiply(Workers workers, float alpha, View a, View b, float beta, View c, long bias) {
        if (a.columns() != b.rows() || a.rows() != c.rows() || b.columns() != c.columns()) {
            throw new IllegalArgumentException("product of " + a.rows() + "x" + a.columns() + " and " + b.rows() + "x"
                    + b.columns() + " into " + c.rows() + "x" + c.columns());
        }
        if (c.rows() == 0 || c.columns() == 0) {
            return;
        }
        if (!c.rowMajor()) {
            if (bias != 0) {
                throw new IllegalArgumentException("a transposed result takes no bias");
            }
            multiply(workers, alpha, b.transpose(), a.transpose(), beta, c.transpose(), 0);
            return;
        }
        Scratch scratch = workers.scratch();
        long mark = scratch.mark();
        try {
            int chunks = chunks(a.rows(), b.columns(), a.columns());
            if (chunks > 1) {
                GemmSplit.multiply(workers, alpha, a, b, beta, c, bias, chunks);
                return;
            }
            if (beta != 0 && beta != 1) {
                GemmEdge.scale(c, beta);
            }
            Start start = beta != 0 ? Start.RESULT : bias != 0 ? Start.BIAS : Start.ZERO;
            boolean few = a.rows() <= 4 * GemmBlock.ROWS && b.rowMajor() && alpha == 1;
            GemmPanels panels = few ? GemmPanels.inPlace(b, scratch) : pack(workers, b, alpha, scratch);
            multiply(workers, List.of(new Product(a, panels, start, bias, c)));
        } finally {
            scratch.release(mark);
        }
    }

    /** What the sums start from. */
    enum Start {
        /** c = a b. */
        ZERO,
        /** c = a b + bias. */
        BIAS,
        /** c = a b + c. */
        RESULT
    }

    /** Packs {@code b} into {@code scratch}, by all threads where that is worth it. */
    static GemmPanels pack(Workers workers, View b, float scale, Scratch scratch) {
        int count = GemmPanels.count(b.columns());
        GemmPanels panels =
                GemmPanels.packed(scratch.floats(GemmPanels.floats(b.rows(), b.columns())), b.rows(), b.columns());
        if (b.size() < SERIAL / 16) {
            panels.fill(b, scale, 0, count);
        } else {
            workers.run(count, (p, memory) -> panels.fill(b, scale, p, p + 1));
        }
        return panels;
    }

    /**
     * One product of several with equally many rows.
     *
     * @param bias address of a row, read where {@code start} is {@link Start#BIAS}
     */
    record Product(View a, GemmPanels b, Start start, long bias, View c) {
        Product {
            if (a.columns() != b.depth() || a.rows() != c.rows() || b.columns() != c.columns() || !c.rowMajor()) {
                throw new IllegalArgumentException("product of " + a.rows() + "x" + a.columns() + " and packed "
                        + b.depth() + "x" + b.columns() + " into " + c.rows() + "x" + c.columns());
            }
        }
    }

    /**
     * Several products, by all threads. A task takes some rows through all products, one after the other, so that a
     * product may add to what one before it wrote.
     */
    static void multiply(Workers workers, List<Product> products) {
        int rows = products.get(0).c.rows();
        long work = 0;
        int panels = Integer.MAX_VALUE;
        for (Product p : products) {
            work += p.c.size() * Math.max(1, p.a.columns());
            panels = Math.min(panels, GemmPanels.count(p.c.columns()));
        }
        if (work <= SERIAL) {
            for (Product p : products) {
                serial(p.a, p.b, p.start, p.bias, p.c, workers.scratch());
            }
            return;
        }
        int even = 2 * rows / TASKS / GemmBlock.ROWS * GemmBlock.ROWS;
        int height = Math.max(LOW, Math.min(HEIGHT, even));
        int down = (rows + height - 1) / height;
        // A task repeats the copying of its rows where a is transposed, so columns are split only where rows are few.
        int across = Math.max(1, Math.min(panels, TASKS / down));
        workers.run(down * across, (task, scratch) -> {
            int from = task / across * height;
            int to = Math.min(rows, from + height);
            for (Product p : products) {
                part(p, from, to, task % across, across, scratch);
            }
        });
    }

    /** Some rows and one of {@code across} parts of the panels of a product. */
    private static void part(Product p, int rowFrom, int rowTo, int part, int across, Scratch scratch) {
        int panels = GemmPanels.count(p.b.columns());
        int from = panels * part / across;
        int to = panels * (part + 1) / across;
        int columnFrom = from * GemmBlock.COLUMNS;
        int columnTo = Math.min(p.c.columns(), to * GemmBlock.COLUMNS);
        View c = p.c.rows(rowFrom, rowTo).columns(columnFrom, columnTo);
        serial(p.a.rows(rowFrom, rowTo), p.b.panels(from, to), p.start, p.bias + 4L * columnFrom, c, scratch);
    }

    /** The product by the calling thread alone. */
    static void serial(View a, GemmPanels b, Start start, long bias, View c, Scratch scratch) {
        int depth = a.columns();
        int blocks = Math.max(1, (depth + DEPTH - 1) / DEPTH);
        for (int block = 0; block < blocks; block++) {
            int from = (int) ((long) depth * block / blocks);
            int to = (int) ((long) depth * (block + 1) / blocks);
            View part = a.columns(from, to);
            GemmPanels panels = b.rows(from, to);
            for (int row = 0; row < a.rows(); row += HEIGHT) {
                int end = Math.min(a.rows(), row + HEIGHT);
                rows(part.rows(row, end), panels, block == 0 ? start : Start.RESULT, bias, c.rows(row, end), scratch);
            }
        }
    }

    /** One block of rows and depth, all panels. */
    private static void rows(View a, GemmPanels b, Start start, long bias, View c, Scratch scratch) {
        long mark = scratch.mark();
        boolean inPlace = a.rowMajor();
        long left = inPlace ? a.address() : GemmEdge.gather(a, scratch);
        long rowStep = inPlace ? 4 * a.rowStride() : 4;
        long depthStep = inPlace ? 4 : 4L * GemmBlock.ROWS;
        int most = rowStep <= GemmBlock.FARTHEST ? GemmBlock.ROWS : 1;
        long blockStep = inPlace ? most * rowStep : GemmEdge.groupBytes(a.columns());
        long edge = scratch.floats((long) (GemmBlock.ROWS + 1) * GemmBlock.COLUMNS);
        long zeros = edge + 4L * GemmBlock.ROWS * GemmBlock.COLUMNS;
        Lanes.store(zeros, Lanes.zero());
        Lanes.store(zeros + Lanes.BYTES, Lanes.zero());
        long outStep = 4 * c.rowStride();
        long startStep = start == Start.RESULT ? outStep : 0;
        int panels = GemmPanels.count(c.columns());
        for (int p = 0; p < panels; p++) {
            int column = p * GemmBlock.COLUMNS;
            int width = Math.min(GemmBlock.COLUMNS, c.columns() - column);
            long right = b.at(p, 0);
            long step = b.step(p);
            long in = left;
            for (int i = 0; i < c.rows(); i += most, in += blockStep) {
                int height = Math.min(most, c.rows() - i);
                long out = c.at(i, column);
                long from = switch (start) {
                    case ZERO -> zeros;
                    case BIAS -> bias + 4L * column;
                    case RESULT -> out;
                };
                if (height == GemmBlock.ROWS && width == GemmBlock.COLUMNS) {
                    GemmBlock.two(
                            height, in, rowStep, depthStep, right, step, b.depth(), from, startStep, out, outStep);
                } else {
                    GemmEdge.load(edge, from, startStep, height, width);
                    long tile = 4L * GemmBlock.COLUMNS;
                    if (width > Lanes.WIDTH) {
                        GemmBlock.two(height, in, rowStep, depthStep, right, step, b.depth(), edge, tile, edge, tile);
                    } else {
                        GemmBlock.one(height, in, rowStep, depthStep, right, step, b.depth(), edge, tile, edge, tile);
                    }
                    GemmEdge.store(edge, out, outStep, height, width);
                }
            }
        }
        scratch.release(mark);
    }

    /** Into how many chunks the depth is split: enough for many threads where rows and columns are few against it. */
    private static int chunks(int rows, int columns, int depth) {
        boolean deep = depth >= 2 * CHUNK && depth > 2L * Math.min(rows, columns);
        boolean worth = (long) rows * columns * depth > SERIAL;
        boolean fits = (long) rows * columns <= 1 << 21;
        // A power of two, so that two or four threads have equally much to do.
        return deep && worth && fits ? Integer.highestOneBit(Math.min(CHUNKS, depth / CHUNK)) : 1;
    }
}
