package unitcell.crystal.match;

/** What a comparison of two structures came to. */
public sealed interface Comparison {
    /** They match. */
    record Matched(Match match) implements Comparison {}

    /** They do not match. */
    record Different(Reason reason) implements Comparison {}

    /** Why two structures do not match; the first that applies. */
    enum Reason {
        /** Not the same elements in the same proportions. */
        COMPOSITION,
        /** The primitive cells hold different numbers of atoms. */
        SITES,
        /** No basis of one lattice resembles the cell of the other. */
        LATTICE,
        /** The atoms lie elsewhere. */
        POSITIONS,
        /** The search would exceed a bound of {@link StructureMatcher}: undecided, counted as different. */
        BEYOND_LIMITS
    }
}
