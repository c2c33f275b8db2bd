package unitcell.crystal.graph;

/**
 * Which pairs of atoms are neighbours: those within a cutoff, optionally only the nearest few of each target.
 *
 * @param cutoff largest distance in angstrom, inclusive, positive and finite
 * @param maxNeighbors at most about so many edges into a target; {@link #UNLIMITED} for all within the cutoff
 * @param ties what happens to edges as long as the last one kept; irrelevant without a limit
 */
public record NeighborRule(double cutoff, int maxNeighbors, Ties ties) {
    /** No limit to the number of neighbours. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Shortest distance of an edge in angstrom, exclusive: (almost) coincident atoms are not connected. */
    public static final double MIN_DISTANCE = 1e-2;

    /** Distances that differ by less than this many angstrom belong to the same shell for {@link Ties#KEEP}. */
    public static final double SHELL_WIDTH = 1e-2;

    /** Distances that differ by less than this many angstrom count as equal for {@link Ties#STRICT}. */
    public static final double ROUNDING = 1e-6;

    /** What to do with edges of (almost) the same length when only some of them fit into the limit. */
    public enum Ties {
        /**
         * Keep all edges up to {@link #SHELL_WIDTH} longer than the k-th: a target may have more than k edges, but the
         * choice depends on geometry alone, so it is the same for every order of atoms, rotation and choice of cell.
         */
        KEEP,
        /**
         * Keep exactly k edges (or all, if there are fewer): of those equal to the k-th within {@link #ROUNDING} the
         * first by source, then by shift along a, b, c. Independent of rounding and threads, but not of the order in
         * which atoms and lattice vectors are written; the limit on edges is hard, as in the reference implementation.
         */
        STRICT
    }

    public NeighborRule {
        if (!(cutoff > 0) || !Double.isFinite(cutoff)) {
            throw new IllegalArgumentException("cutoff is " + cutoff + ", expected a positive length in angstrom");
        }
        if (maxNeighbors < 1) {
            throw new IllegalArgumentException("maxNeighbors is " + maxNeighbors + ", expected at least 1");
        }
    }

    /** All neighbours within a cutoff in angstrom. */
    public static NeighborRule within(double cutoff) {
        return new NeighborRule(cutoff, UNLIMITED, Ties.KEEP);
    }

    /** The same cutoff with the {@code k} nearest neighbours of each target and all that tie with the last. */
    public NeighborRule nearest(int k) {
        return new NeighborRule(cutoff, k, Ties.KEEP);
    }

    /** The same cutoff with exactly the {@code k} nearest neighbours of each target, ties cut by index. */
    public NeighborRule nearestStrict(int k) {
        return new NeighborRule(cutoff, k, Ties.STRICT);
    }
}
