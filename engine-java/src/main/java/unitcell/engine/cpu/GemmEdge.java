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

    /**
     * A copy of a transposed block with its columns close together. In place they lie a whole row of the stored matrix
     * apart, often a multiple of 1 KB: they would share a few sets of the first-level cache.
     */
    static View gather(View a, Scratch scratch) {
        int stride = Lanes.whole(a.rows() + Lanes.WIDTH - 1);
        long out = scratch.floats((long) stride * a.columns());
        int whole = Lanes.whole(a.rows());
        VectorMask<Float> rest = Lanes.first(a.rows() - whole);
        for (int k = 0; k < a.columns(); k++) {
            long from = a.at(0, k);
            long to = out + 4L * stride * k;
            for (int i = 0; i < whole; i += Lanes.WIDTH) {
                Lanes.storeAt(to, i, Lanes.loadAt(from, i));
            }
            if (whole < a.rows()) {
                Lanes.storeAt(to, whole, Lanes.load(from + 4L * whole, rest));
            }
        }
        return new View(out, a.rows(), a.columns(), 1, stride);
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
