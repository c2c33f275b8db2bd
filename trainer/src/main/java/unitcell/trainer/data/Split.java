package unitcell.trainer.data;

import java.util.Arrays;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.engine.random.RandomStream;

/**
 * Which crystals train and which validate. All crystals of one reduced composition fall on the same side, so that no
 * polymorph or supercell of a validation crystal is trained on. The side is decided by a hash of (seed, composition)
 * alone: adding crystals never moves others across.
 *
 * @param train indices of training crystals, ascending
 * @param validation indices of validation crystals, ascending
 */
public record Split(int[] train, int[] validation) {
    private static final int STREAM = RandomStream.streamId("split");

    /**
     * Splits a store.
     *
     * @param fraction expected share of compositions that validate, in [0, 1)
     */
    public static Split byComposition(CrystalStore store, double fraction, long seed) {
        if (!(fraction >= 0 && fraction < 1)) {
            throw new IllegalArgumentException("validation fraction is " + fraction + ", expected a number in [0, 1)");
        }
        int[] train = new int[store.size()];
        int[] validation = new int[store.size()];
        int t = 0;
        int v = 0;
        for (int i = 0; i < store.size(); i++) {
            if (validates(store.get(i), fraction, seed)) {
                validation[v++] = i;
            } else {
                train[t++] = i;
            }
        }
        return new Split(Arrays.copyOf(train, t), Arrays.copyOf(validation, v));
    }

    /** Whether a crystal's composition belongs to the validation side. */
    public static boolean validates(Crystal crystal, double fraction, long seed) {
        return new RandomStream(Seeds.of(seed, key(crystal)), 0, STREAM).uniform(0) < fraction;
    }

    /** What crystals that may be polymorphs or supercells of each other have in common. */
    public static String key(Crystal crystal) {
        Composition composition = crystal.composition();
        return composition.reducedFormula();
    }
}
