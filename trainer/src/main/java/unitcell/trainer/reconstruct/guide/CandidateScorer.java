package unitcell.trainer.reconstruct.guide;

import java.io.IOException;
import java.util.List;
import unitcell.crystal.Crystal;

/** Says one number of completed crystals, such as a fine-tuned network does. */
public interface CandidateScorer {
    /** What the number is, for heads of tables: {@code bulk-modulus}. */
    String name();

    /** Its unit; empty if it has none. */
    String unit();

    /**
     * The numbers of some crystals.
     *
     * @return [number of crystals]
     */
    double[] score(List<Crystal> crystals) throws IOException;
}
