package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Products of great depth with few rows and columns, such as dw = dy^T x over all edges: every task takes a chunk of the
 * depth and makes a partial result of its own, so that each input element is read and packed once; the partial results are
 * then added in order.
 *
 * <p>Memory convention: partial results lie one behind the other in the caller's scratch memory.
 */
final class GemmSplit {
    /** Depth that is packed at a time; at 384 columns that takes 384 KB of the second-level cache. */
    private static final int DEPTH = 256;

    private GemmSplit() {}

    /** c = alpha a b + beta c (+ bias), the depth in {@code chunks} chunks. The caller releases the scratch memory. */
    static void multiply(Workers workers, float alpha, View a, View b, float beta, View c, long bias, int chunks) {
        int depth = a.columns();
        long stride = Lanes.whole(c.columns() + Lanes.WIDTH - 1L);
        long size = c.rows() * stride;
        long partial = workers.scratch().floats(size * chunks);
        workers.run(chunks, (chunk, scratch) -> {
            int from = (int) ((long) depth * chunk / chunks);
            int to = (int) ((long) depth * (chunk + 1) / chunks);
            View out = View.of(partial + 4 * size * chunk, c.rows(), c.columns(), stride);
            chunk(a.columns(from, to), b.rows(from, to), out, scratch);
        });
        long grain = Math.max(1, (1 << 14) / stride);
        workers.range(c.rows(), grain, (from, to, scratch) -> {
            for (long i = from; i < to; i++) {
                add(partial + 4 * stride * i, 4 * size, chunks, alpha, beta, bias, c.at(i, 0), c.columns());
            }
        });
    }

    private static void chunk(View a, View b, View out, Scratch scratch) {
        int depth = a.columns();
        for (int from = 0; from < depth; from += DEPTH) {
            int to = Math.min(depth, from + DEPTH);
            long mark = scratch.mark();
            View part = b.rows(from, to);
            GemmPanels panels = GemmPanels.packed(
                    scratch.floats(GemmPanels.floats(part.rows(), part.columns())), part.rows(), part.columns());
            panels.fill(part, 1, 0, GemmPanels.count(part.columns()));
            Gemm.Start start = from == 0 ? Gemm.Start.ZERO : Gemm.Start.RESULT;
            Gemm.serial(a.columns(from, to), panels, start, 0, out, scratch);
            scratch.release(mark);
        }
    }

    /** One row: out = alpha * (sum of the partial rows) + beta * out + bias. */
    private static void add(
            long partial, long step, int chunks, float alpha, float beta, long bias, long out, int columns) {
        for (int j = 0; j < columns; j += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, columns - j));
            FloatVector sum = Lanes.loadAt(partial, j);
            for (int chunk = 1; chunk < chunks; chunk++) {
                sum = sum.add(Lanes.loadAt(partial + chunk * step, j));
            }
            sum = sum.mul(alpha);
            if (beta != 0) {
                sum = Lanes.fma(Lanes.broadcast(beta), Lanes.load(out + 4L * j, mask), sum);
            }
            if (bias != 0) {
                sum = sum.add(Lanes.load(bias + 4L * j, mask));
            }
            Lanes.store(out + 4L * j, sum, mask);
        }
    }
}
