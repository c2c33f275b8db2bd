package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * What surrounds the innermost loop of a product: blocks that stick out over the edges of the result, copies of transposed
 * left-hand matrices, and scaling.
 *
 * <p>Memory convention: an edge block is a scratch tile of {@link GemmBlock#ROWS} rows of {@link GemmBlock#COLUMNS} floats;
 * all addresses and steps are in bytes.
 */
final class GemmEdge {
    private GemmEdge() {}

    /** Fills the part of a tile that lies inside the result with what its sums start from, the rest with zeros. */
    static void load(long tile, long from, long step, int height, int width) {
        VectorMask<Float> first = Lanes.first(Math.min(width, Lanes.WIDTH));
        VectorMask<Float> second = Lanes.first(Math.max(width - Lanes.WIDTH, 0));
        for (int i = 0; i < GemmBlock.ROWS; i++) {
            long row = from + Math.min(i, height - 1) * step;
            Lanes.store(tile, Lanes.load(row, first));
            Lanes.store(tile + Lanes.BYTES, Lanes.load(row + Lanes.BYTES, second));
            tile += 4L * GemmBlock.COLUMNS;
        }
    }

    /** Copies the part of a tile that lies inside the result to its place. */
    static void store(long tile, long to, long step, int height, int width) {
        VectorMask<Float> first = Lanes.first(Math.min(width, Lanes.WIDTH));
        VectorMask<Float> second = Lanes.first(Math.max(width - Lanes.WIDTH, 0));
        for (int i = 0; i < height; i++) {
            Lanes.store(to, Lanes.load(tile), first);
            Lanes.store(to + Lanes.BYTES, Lanes.load(tile + Lanes.BYTES), second);
            tile += 4L * GemmBlock.COLUMNS;
            to += step;
        }
    }

    /** Floats that a copied row of {@link #gather} writes, {@link GemmBlock#ROWS} of which stay. */
    private static final int SPAN = (GemmBlock.ROWS + Lanes.WIDTH - 1) / Lanes.WIDTH * Lanes.WIDTH;

    /** Bytes from one group of rows to the next in a copy of so many columns. */
    static long groupBytes(int columns) {
        return 4L * GemmBlock.ROWS * columns + 64; // room for the last span, and other cache sets than the group before
    }

    /**
     * A copy of a transposed block: groups of {@link GemmBlock#ROWS} rows, {@link #groupBytes} apart, in each column after
     * column. So the innermost loop reads one line of memory after the other, and what it reads stays in the first-level
     * cache. (In place a column's rows lie close together, but columns whole rows of the stored matrix apart.)
     */
    static long gather(View a, Scratch scratch) {
        int groups = (a.rows() + GemmBlock.ROWS - 1) / GemmBlock.ROWS;
        long group = groupBytes(a.columns());
        long out = scratch.take(groups * group);
        int whole = Math.max(0, (a.rows() - SPAN) / GemmBlock.ROWS + (a.rows() < SPAN ? 0 : 1));
        for (int k = 0; k < a.columns(); k++) {
            long from = a.at(0, k);
            long to = out + 4L * GemmBlock.ROWS * k;
            long end = to + whole * group;
            for (; to != end; to += group, from += 4L * GemmBlock.ROWS) {
                for (int j = 0; j < SPAN; j += Lanes.WIDTH) {
                    Lanes.storeAt(to, j, Lanes.loadAt(from, j));
                }
            }
            for (int i = whole * GemmBlock.ROWS; i < a.rows(); i += GemmBlock.ROWS) {
                for (int j = 0; j < SPAN; j += Lanes.WIDTH) {
                    VectorMask<Float> mask = Lanes.first(Math.clamp(a.rows() - i - j, 0, Lanes.WIDTH));
                    Lanes.storeAt(to, j, Lanes.load(from + 4L * j, mask));
                }
                to += group;
                from += 4L * GemmBlock.ROWS;
            }
        }
        return out;
    }

    /** A row-major copy of the transpose of a small row-major matrix. */
    static View transposed(View a, Scratch scratch) {
        View out = View.of(scratch.floats(a.size()), a.columns(), a.rows(), a.rows());
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < a.columns(); j++) {
                Lanes.set(out.at(j, i), Lanes.get(a.at(i, j)));
            }
        }
        return out;
    }

    /** c = factor * c for a row-major c. */
    static void scale(View c, float factor) {
        FloatVector f = Lanes.broadcast(factor);
        int whole = Lanes.whole(c.columns());
        VectorMask<Float> rest = Lanes.first(c.columns() - whole);
        for (int i = 0; i < c.rows(); i++) {
            long row = c.at(i, 0);
            for (int j = 0; j < whole; j += Lanes.WIDTH) {
                Lanes.storeAt(row, j, Lanes.loadAt(row, j).mul(f));
            }
            if (whole < c.columns()) {
                Lanes.store(row + 4L * whole, Lanes.load(row + 4L * whole, rest).mul(f), rest);
            }
        }
    }
}
