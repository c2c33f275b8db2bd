package unitcell.engine.cpu;

/**
 * Products of great depth with few rows and columns, such as dw = dy^T x over all edges: every task takes a chunk of the
 * depth and makes a partial result of its own, so that each input element is read and packed once; the partial results are
 * then added in order ({@link Partials}).
 *
 * <p>Memory convention: partial results lie one behind the other in the caller's scratch memory, rows padded to whole
 * vectors.
 */
final class GemmSplit {
    private GemmSplit() {}

    /** Room in {@code scratch} for {@code count} partial results of the size of {@code c}. */
    static long allocate(View c, int count, Scratch scratch) {
        return scratch.take(bytes(c) * count);
    }

    /** Bytes of a partial result of the size of {@code c}. */
    static long bytes(View c) {
        return 4L * c.rows() * Partials.padded(c.columns());
    }

    /** c = alpha a b + beta c (+ bias), the depth in {@code chunks} chunks. The caller releases the scratch memory. */
    static void multiply(Workers workers, float alpha, View a, View b, float beta, View c, long bias, int chunks) {
        int depth = a.columns();
        long partial = allocate(c, chunks, workers.scratch());
        workers.run(chunks, (chunk, scratch) -> {
            int from = (int) ((long) depth * chunk / chunks);
            int to = (int) ((long) depth * (chunk + 1) / chunks);
            part(a.columns(from, to), b.rows(from, to), c, partial, chunk, scratch);
        });
        add(workers, partial, chunks, alpha, beta, c, bias);
    }

    /** Partial result number {@code index} := a b, by the calling thread. */
    static void part(View a, View b, View c, long partial, int index, Scratch scratch) {
        View out = View.of(partial + bytes(c) * index, c.rows(), c.columns(), Partials.padded(c.columns()));
        int depth = a.columns();
        int blocks = Math.max(1, (depth + Gemm.DEPTH - 1) / Gemm.DEPTH);
        for (int block = 0; block < blocks; block++) {
            int from = (int) ((long) depth * block / blocks);
            int to = (int) ((long) depth * (block + 1) / blocks);
            long mark = scratch.mark();
            View rows = b.rows(from, to);
            GemmPanels panels = GemmPanels.packed(
                    scratch.floats(GemmPanels.floats(rows.rows(), rows.columns())), rows.rows(), rows.columns());
            panels.fill(rows, 1, 0, GemmPanels.count(rows.columns()));
            Gemm.Start start = block == 0 ? Gemm.Start.ZERO : Gemm.Start.RESULT;
            Gemm.serial(a.columns(from, to), panels, start, 0, out, scratch);
            scratch.release(mark);
        }
    }

    /** c = alpha * (partial result 0 + partial result 1 + ...) + beta c (+ bias). */
    static void add(Workers workers, long partial, int count, float alpha, float beta, View c, long bias) {
        long row = 4 * Partials.padded(c.columns());
        long step = bytes(c);
        long grain = Math.max(1, (1 << 16) / Math.max(1, row));
        workers.range(c.rows(), grain, (from, to, scratch) -> {
            for (long i = from; i < to; i++) {
                Partials.add(partial + row * i, step, count, alpha, beta, bias, c.at(i, 0), c.columns());
            }
        });
    }
}
