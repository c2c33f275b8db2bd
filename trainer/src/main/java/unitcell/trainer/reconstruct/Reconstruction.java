package unitcell.trainer.reconstruct;

import java.util.List;
import unitcell.crystal.Crystal;

/**
 * A completed crystal.
 *
 * @param input as it was given: hidden sites have species 0
 * @param completed every site with a species, displacements removed, wrapped into the cell; the input's id
 * @param guesses one for each hidden site, by rising index
 */
public record Reconstruction(Crystal input, Crystal completed, List<SiteGuess> guesses) {
    public Reconstruction {
        guesses = List.copyOf(guesses);
    }
}
