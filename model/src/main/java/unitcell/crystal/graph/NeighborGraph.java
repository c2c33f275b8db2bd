package unitcell.crystal.graph;

import unitcell.crystal.Crystal;

/**
 * The directed edges of a crystal's periodic neighbour graph.
 *
 * <p>Edge e runs from atom {@code source[e]}, displaced by {@code shift[e]} whole cells, to atom {@code target[e]} of the
 * home cell. Its vector points the other way, from the target to the displaced source:
 * {@code vector = r_source + shift @ lattice - r_target}, where r are the Cartesian positions as given, not wrapped. An
 * atom can be a neighbour of itself through its images.
 *
 * <p>Edges are sorted by target, then source, then shift along a, b and c; {@code targetStart} holds the row pointers.
 * The order does not depend on distances, so that a small displacement does not reorder edges, nor on threads.
 *
 * <p>Memory: flat arrays owned by the graph. Accessors return the arrays themselves, for speed; they must not be
 * changed. About 60 bytes an edge.
 */
public final class NeighborGraph {
    private final int[] source; // [E]
    private final int[] target; // [E]
    private final int[] targetStart; // [N + 1]
    private final int[] shift; // [E, 3]
    private final double[] vector; // [E, 3] angstrom
    private final double[] distance; // [E] angstrom

    NeighborGraph(int[] source, int[] target, int[] targetStart, int[] shift, double[] vector, double[] distance) {
        this.source = source;
        this.target = target;
        this.targetStart = targetStart;
        this.shift = shift;
        this.vector = vector;
        this.distance = distance;
    }

    /**
     * The neighbour graph of a crystal. Runs on the calling thread; different crystals may be built on different
     * threads.
     *
     * @throws IllegalArgumentException if the cell is so small or skewed that the cutoff would give more than
     *     {@link NeighborSearch#MAX_EDGES} edges
     */
    public static NeighborGraph of(Crystal crystal, NeighborRule rule) {
        NeighborGraph all = new NeighborSearch(crystal, rule.cutoff()).graph();
        return rule.maxNeighbors() == NeighborRule.UNLIMITED ? all : NearestSelection.select(all, rule);
    }

    /** Number of atoms N. */
    public int nodes() {
        return targetStart.length - 1;
    }

    /** Number of directed edges E. */
    public int edges() {
        return source.length;
    }

    /** Source atom of each edge, [E]. */
    public int[] source() {
        return source;
    }

    /** Target atom of each edge, [E], ascending. */
    public int[] target() {
        return target;
    }

    /** Edges into atom i are {@code targetStart[i] .. targetStart[i + 1] - 1}; [N + 1]. */
    public int[] targetStart() {
        return targetStart;
    }

    /** Whole cells by which the source is displaced, [E, 3] along a, b, c. */
    public int[] shift() {
        return shift;
    }

    /** From the target to the displaced source, [E, 3], Cartesian in angstrom. */
    public double[] vector() {
        return vector;
    }

    /** Length of each edge in angstrom, [E]. */
    public double[] distance() {
        return distance;
    }

    /** Number of edges into atom i. */
    public int degree(int i) {
        return targetStart[i + 1] - targetStart[i];
    }

    @Override
    public String toString() {
        return "NeighborGraph(" + nodes() + " atoms, " + edges() + " edges)";
    }
}
