package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The right-hand matrix of a product, as the innermost loop reads it.
 *
 * <p>Memory convention: panel p holds columns p*w to (p+1)*w for w = {@link GemmBlock#COLUMNS}, its rows {@code step} bytes
 * apart, panels {@code panelStep} bytes apart. Packed panels have their rows one behind the other and zeros where columns
 * are missing. A row-major matrix can also be read in place, except for a last panel that is not whole: that one is packed.
 *
 * @param depth rows of the matrix
 * @param columns columns of the matrix
 * @param tail address of the last panel, wherever it lies
 * @param tailStep from row to row of the last panel
 */
record GemmPanels(int depth, int columns, long address, long step, long panelStep, long tail, long tailStep) {
    private static final int WIDTH = GemmBlock.COLUMNS;
    private static final int RUN = 128;
    private static final long LOW = 0xFFFF_FFFFL;

    /** Number of panels of a matrix with so many columns. */
    static int count(int columns) {
        return (columns + WIDTH - 1) / WIDTH;
    }

    /** Floats that the packed panels of a matrix take. */
    static long floats(int depth, int columns) {
        return (long) depth * WIDTH * count(columns);
    }

    /** Address of row {@code k} of panel {@code p}. */
    long at(int p, int k) {
        return p == count(columns) - 1 ? tail + k * tailStep : address + p * panelStep + k * step;
    }

    long step(int p) {
        return p == count(columns) - 1 ? tailStep : step;
    }

    /** Panels {@code from} (inclusive) to {@code to} (exclusive). */
    GemmPanels panels(int from, int to) {
        int columnsTo = Math.min(columns, to * WIDTH);
        return new GemmPanels(
                depth,
                columnsTo - from * WIDTH,
                address + from * panelStep,
                step,
                panelStep,
                at(to - 1, 0),
                step(to - 1));
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive). */
    GemmPanels rows(int from, int to) {
        return new GemmPanels(
                to - from, columns, address + from * step, step, panelStep, tail + from * tailStep, tailStep);
    }

    /** Room for packed panels at {@code address}; {@link #fill} makes the contents. */
    static GemmPanels packed(long address, int depth, int columns) {
        long row = 4L * WIDTH;
        long panel = depth * row;
        return new GemmPanels(depth, columns, address, row, panel, address + (count(columns) - 1) * panel, row);
    }

    /** Reads {@code b} in place; only a last panel that is not whole is packed, into {@code scratch}. */
    static GemmPanels inPlace(View b, Scratch scratch) {
        int whole = b.columns() / WIDTH;
        long step = 4 * b.rowStride();
        if (whole * WIDTH == b.columns()) {
            return new GemmPanels(
                    b.rows(), b.columns(), b.address(), step, 4L * WIDTH, b.at(0, (long) (whole - 1) * WIDTH), step);
        }
        long tail = scratch.floats((long) b.rows() * WIDTH);
        View rest = b.columns(whole * WIDTH, b.columns());
        packed(tail, b.rows(), rest.columns()).fill(rest, 1, 0, 1);
        return new GemmPanels(b.rows(), b.columns(), b.address(), step, 4L * WIDTH, tail, 4L * WIDTH);
    }

    /** Packs panels {@code from} (inclusive) to {@code to} (exclusive) of {@code b}, times {@code scale}. */
    void fill(View b, float scale, int from, int to) {
        if (b.rowMajor()) {
            copy(b, scale, from, to);
            return;
        }
        for (int p = from; p < to; p++) {
            transpose(b.columns(p * WIDTH, Math.min(columns, (p + 1) * WIDTH)), scale, at(p, 0));
        }
    }

    /** Row by row through all panels: the source is then read in the order in which it lies in memory. */
    private void copy(View b, float scale, int from, int to) {
        int whole = Math.min(to, columns / WIDTH);
        int rest = columns - whole * WIDTH;
        VectorMask<Float> first = Lanes.first(Math.min(rest, Lanes.WIDTH));
        VectorMask<Float> second = Lanes.first(Math.min(Math.max(rest - Lanes.WIDTH, 0), Lanes.WIDTH));
        FloatVector factor = Lanes.broadcast(scale);
        for (int k = 0; k < b.rows(); k++) {
            long in = b.at(k, (long) from * WIDTH);
            long end = b.at(k, (long) whole * WIDTH);
            long out = at(from, k);
            for (; in < end; in += 2 * Lanes.BYTES) {
                Lanes.store(out, Lanes.load(in).mul(factor));
                Lanes.store(out + Lanes.BYTES, Lanes.load(in + Lanes.BYTES).mul(factor));
                out += panelStep;
            }
            if (whole < to) {
                Lanes.store(at(whole, k), Lanes.load(end, first).mul(factor));
                Lanes.store(
                        at(whole, k) + Lanes.BYTES,
                        Lanes.load(end + Lanes.BYTES, second).mul(factor));
            }
        }
    }

    /**
     * Two columns and two rows at a time, as 64-bit words: that is three times as fast as
     * single floats. Runs of {@value #RUN} rows keep the part of the panel in the first-level cache.
     */
    private static void transpose(View b, float scale, long out) {
        if (b.columns() < WIDTH) {
            for (long i = 0; i < (long) b.rows() * WIDTH; i += Lanes.WIDTH) {
                Lanes.storeAt(out, i, Lanes.zero());
            }
        }
        for (int from = 0; from < b.rows(); from += RUN) {
            int to = Math.min(b.rows(), from + RUN);
            int j = 0;
            for (; j + 1 < b.columns(); j += 2) {
                pair(b.at(from, j), b.at(from, j + 1), out + 4L * ((long) from * WIDTH + j), to - from);
            }
            if (j < b.columns()) {
                for (int k = from; k < to; k++) {
                    Lanes.setAt(out, (long) k * WIDTH + j, Lanes.get(b.at(k, j)));
                }
            }
        }
        if (scale != 1) {
            for (long i = 0; i < (long) b.rows() * WIDTH; i += Lanes.WIDTH) {
                Lanes.storeAt(out, i, Lanes.loadAt(out, i).mul(scale));
            }
        }
    }

    private static void pair(long left, long right, long out, int count) {
        if (Lanes.CHECKED) {
            Ranges.check(left, 4L * count);
            Ranges.check(right, 4L * count);
            Ranges.check(out, 4L * WIDTH * (count - 1) + 8);
        }
        int k = 0;
        for (; k + 1 < count; k += 2) {
            long l = Lanes.ALL.get(Lanes.LONG, left);
            long r = Lanes.ALL.get(Lanes.LONG, right);
            Lanes.ALL.set(Lanes.LONG, out, l & LOW | r << 32);
            Lanes.ALL.set(Lanes.LONG, out + 4L * WIDTH, l >>> 32 | r & ~LOW);
            left += 8;
            right += 8;
            out += 8L * WIDTH;
        }
        if (k < count) {
            Lanes.set(out, Lanes.get(left));
            Lanes.set(out + 4, Lanes.get(right));
        }
    }
}
