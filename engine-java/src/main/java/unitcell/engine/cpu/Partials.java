package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Sums over many rows that come out the same for any number of threads: every task adds up a chunk of the rows, fixed by
 * the shape alone, into a partial row of its own; the partial rows are then added in order.
 *
 * <p>Memory convention: partial rows are {@code step} bytes apart in scratch memory and padded to whole vectors, whose
 * surplus lanes may hold anything.
 */
final class Partials {
    /** Rows of a chunk: a few microseconds' work, and few enough that float32 sums lose little. */
    static final int CHUNK = 256;

    private Partials() {}

    /** Floats of a padded row. */
    static long padded(long columns) {
        return Lanes.whole(columns + Lanes.WIDTH - 1);
    }

    /** Number of chunks of so many rows; at least one, so that empty sums are zeros. */
    static int chunks(long rows) {
        return Math.toIntExact(Math.max(1, (rows + CHUNK - 1) / CHUNK));
    }

    /**
     * out = alpha * (partial row 0 + partial row 1 + ...) + beta * out + bias.
     *
     * @param beta 0: out is not read
     * @param bias address of a row, or 0
     */
    static void add(long partial, long step, int count, float alpha, float beta, long bias, long out, int columns) {
        for (int j = 0; j < columns; j += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, columns - j));
            FloatVector sum = Lanes.loadAt(partial, j);
            for (int i = 1; i < count; i++) {
                sum = sum.add(Lanes.loadAt(partial + i * step, j));
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

    /** out = sum of partial rows, or out += where {@code add}. */
    static void add(long partial, long step, int count, boolean add, long out, int columns) {
        add(partial, step, count, 1, add ? 1 : 0, 0, out, columns);
    }

    /** out[j] = sum over i of x(i, j), or out[j] += where {@code add}, for a row-major x. */
    static void columnSums(Workers workers, View x, boolean add, long out) {
        Scratch scratch = workers.scratch();
        long mark = scratch.mark();
        try {
            long step = 4 * padded(x.columns());
            int chunks = chunks(x.rows());
            long partial = scratch.take(step * chunks);
            workers.run(chunks, (chunk, memory) -> {
                int from = chunk * CHUNK;
                columnSums(x.rows(from, Math.min(x.rows(), from + CHUNK)), partial + chunk * step);
            });
            add(partial, step, chunks, add, out, x.columns());
        } finally {
            scratch.release(mark);
        }
    }

    private static void columnSums(View x, long out) {
        long step = 4 * x.rowStride();
        int j = 0;
        for (; j + 4 * Lanes.WIDTH <= x.columns(); j += 4 * Lanes.WIDTH) {
            FloatVector s0 = Lanes.zero();
            FloatVector s1 = Lanes.zero();
            FloatVector s2 = Lanes.zero();
            FloatVector s3 = Lanes.zero();
            long from = x.at(0, j);
            for (int i = 0; i < x.rows(); i++) {
                s0 = s0.add(Lanes.load(from));
                s1 = s1.add(Lanes.load(from + Lanes.BYTES));
                s2 = s2.add(Lanes.load(from + 2 * Lanes.BYTES));
                s3 = s3.add(Lanes.load(from + 3 * Lanes.BYTES));
                from += step;
            }
            long to = out + 4L * j;
            Lanes.store(to, s0);
            Lanes.store(to + Lanes.BYTES, s1);
            Lanes.store(to + 2 * Lanes.BYTES, s2);
            Lanes.store(to + 3 * Lanes.BYTES, s3);
        }
        for (; j < x.columns(); j += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, x.columns() - j));
            FloatVector sum = Lanes.zero();
            long from = x.at(0, j);
            for (int i = 0; i < x.rows(); i++) {
                sum = sum.add(Lanes.load(from, mask));
                from += step;
            }
            Lanes.storeAt(out, j, sum);
        }
    }
}
