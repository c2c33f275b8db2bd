package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The species that occur among some nodes. What depends on an edge's species alone is computed once for each of these and
 * not for each edge; its gradient is summed over edges first.
 *
 * <p>Memory convention: occurring species are numbered in ascending order; everything lies in the caller's scratch memory.
 */
final class VectorRadialSpecies {
    private static final int NODES_PER_TASK = 16;

    private final Workers workers;
    private final VectorSegmentIndex edges;
    private final long rows;
    private final int count;
    private final long number; // [N], of the species of each node
    private final long species; // [count]

    /**
     * Numbers the species.
     *
     * @param of address of each node's species
     * @param rows number of species there could be
     */
    VectorRadialSpecies(Workers workers, VectorSegmentIndex edges, long of, long rows) {
        this.workers = workers;
        this.edges = edges;
        this.rows = rows;
        Scratch scratch = workers.scratch();
        number = scratch.take(4L * edges.nodes);
        species = scratch.take(4 * rows);
        long mark = scratch.mark();
        long numbers = scratch.take(4 * rows);
        for (long z = 0; z < rows; z++) {
            Lanes.setInt(numbers, z, 0);
        }
        for (int n = 0; n < edges.nodes; n++) {
            Lanes.setInt(numbers, Lanes.intAt(of, n), 1);
        }
        int next = 0;
        for (int z = 0; z < rows; z++) {
            if (Lanes.intAt(numbers, z) != 0) {
                Lanes.setInt(numbers, z, next);
                Lanes.setInt(species, next, z);
                next++;
            }
        }
        for (int n = 0; n < edges.nodes; n++) {
            Lanes.setInt(number, n, Lanes.intAt(numbers, Lanes.intAt(of, n)));
        }
        count = next;
        scratch.release(mark);
    }

    /** Number of the species at an edge's source. */
    int source(int edge) {
        return Lanes.intAt(number, Lanes.intAt(edges.source, edge));
    }

    /** Number of the species at an edge's target. */
    int target(int edge) {
        return Lanes.intAt(number, Lanes.intAt(edges.target, edge));
    }

    /** The rows of a table that belong to occurring species, [count, width]. */
    View rows(long table, int width) {
        View out = View.of(workers.scratch().floats((long) count * width), count, width, width);
        for (int i = 0; i < count; i++) {
            Elementwise.scale(1, table + 4L * width * Lanes.intAt(species, i), out.at(i, 0), false, width);
        }
        return out;
    }

    /** table = rows of the occurring species, zero for others; or table += where {@code add}. */
    void scatter(View from, long table, boolean add) {
        int width = from.columns();
        for (long z = 0; !add && z < rows; z++) {
            Elementwise.fill(table + 4 * z * width, 0, width);
        }
        for (int i = 0; i < count; i++) {
            Elementwise.scale(1, from.at(i, 0), table + 4L * width * Lanes.intAt(species, i), add, width);
        }
    }

    /** Sums over edges by their target's species: out[z,:] = sum of x[e,:], [count, width]; nodes first, then species. */
    View sumsByTarget(View x) {
        return sums(x, edges.targetStart, 0);
    }

    /** Sums over edges by their source's species. */
    View sumsBySource(View x) {
        return sums(x, edges.sourceStart, edges.sourceEdge);
    }

    /**
     * Edges start[n] to start[n+1] belong to node n.
     *
     * @param list address of the edges' numbers, or 0 where they count up
     */
    private View sums(View x, long start, long list) {
        int width = x.columns();
        Scratch scratch = workers.scratch();
        View out = View.of(scratch.floats((long) count * width), count, width, width);
        for (int i = 0; i < count; i++) {
            Elementwise.fill(out.at(i, 0), 0, width);
        }
        long mark = scratch.mark();
        int row = (int) Partials.padded(width);
        long ofNode = scratch.floats((long) edges.nodes * row);
        workers.range(edges.nodes, NODES_PER_TASK, (first, last, memory) -> {
            for (long n = first; n < last; n++) {
                sum(x, list, Lanes.intAt(start, n), Lanes.intAt(start, n + 1), ofNode + 4 * n * row);
            }
        });
        for (int n = 0; n < edges.nodes; n++) {
            Elementwise.scale(1, ofNode + 4L * n * row, out.at(Lanes.intAt(number, n), 0), true, width);
        }
        scratch.release(mark);
        return out;
    }

    /** One node's sum, padded to whole vectors. */
    private static void sum(View x, long list, int from, int to, long out) {
        int j = 0;
        for (; j + 4 * Lanes.WIDTH <= x.columns(); j += 4 * Lanes.WIDTH) {
            FloatVector s0 = Lanes.zero();
            FloatVector s1 = Lanes.zero();
            FloatVector s2 = Lanes.zero();
            FloatVector s3 = Lanes.zero();
            for (int i = from; i < to; i++) {
                long row = x.at(list == 0 ? i : Lanes.intAt(list, i), j);
                s0 = s0.add(Lanes.load(row));
                s1 = s1.add(Lanes.load(row + Lanes.BYTES));
                s2 = s2.add(Lanes.load(row + 2 * Lanes.BYTES));
                s3 = s3.add(Lanes.load(row + 3 * Lanes.BYTES));
            }
            Lanes.storeAt(out, j, s0);
            Lanes.storeAt(out, j + Lanes.WIDTH, s1);
            Lanes.storeAt(out, j + 2 * Lanes.WIDTH, s2);
            Lanes.storeAt(out, j + 3 * Lanes.WIDTH, s3);
        }
        for (; j < x.columns(); j += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, x.columns() - j));
            FloatVector s = Lanes.zero();
            for (int i = from; i < to; i++) {
                s = s.add(Lanes.load(x.at(list == 0 ? i : Lanes.intAt(list, i), j), mask));
            }
            Lanes.storeAt(out, j, s);
        }
    }
}
