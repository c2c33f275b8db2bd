package unitcell.trainer.reconstruct.guide;

import java.util.Optional;

/** Gives assignments of elements to hidden sites in falling order of their joint score. */
interface AssignmentSearch {
    /**
     * An assignment.
     *
     * @param species [H] atomic numbers
     * @param score sum of log-probabilities, in units of {@link SiteScores}
     */
    record Found(int[] species, long score) {}

    /** The next assignment; empty if there is none, or none can be told within the limit of the search. */
    Optional<Found> next();

    /** Compositions tested. */
    int tested();

    /** Whether there is nothing more, rather than no more within the limit. */
    boolean isExhausted();
}
