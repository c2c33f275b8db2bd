package unitcell.trainer.results;

import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.reconstruct.Reconstruction;

/**
 * One crystal spoilt once and what a model made of it.
 *
 * @param index of the crystal in the test set, from 0
 * @param draw which of the draws of mask and noise, from 0
 * @param weights of the crystal in resamples
 * @param spoilt truth, mask and input
 * @param result the completed crystal; whether visible sites kept their species is up to {@code choice}
 * @param verdict what the rules say about {@code result}
 * @param choice which species {@code result} has on visible sites
 */
record Trial(
        long index,
        int draw,
        byte[] weights,
        Corrupted spoilt,
        Reconstruction result,
        Verdict verdict,
        VisibleSpecies choice) {

    /** The truth. */
    Crystal original() {
        return spoilt.original();
    }

    /** What came out. */
    Crystal completed() {
        return result.completed();
    }

    /** Whether the completed crystal has the atoms of the original. */
    boolean keepsComposition() {
        return completed().composition().equals(original().composition());
    }

    /** A completed crystal with the species given in the input wherever the input has one. */
    static Crystal withVisibleKept(Crystal completed, Crystal input) {
        int[] species = completed.species();
        for (int i = 0; i < species.length; i++) {
            species[i] = input.species(i) == Element.UNKNOWN_Z ? species[i] : input.species(i);
        }
        return completed.withSpecies(species);
    }
}
