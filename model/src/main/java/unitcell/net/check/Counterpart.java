package unitcell.net.check;

import unitcell.crystal.Crystal;

/**
 * A crystal beside another description of it: what an equivariant model says of an atom here is what it says of the
 * original atom, its vectors turned.
 *
 * @param crystal the other description
 * @param original [M] for each atom here, the atom of the original that it is (or is a periodic image of)
 * @param rotation [3, 3] row-major; vectors v (columns) of the original are {@code rotation v} here
 */
public record Counterpart(Crystal crystal, int[] original, double[] rotation) {
    private static final double[] IDENTITY = {1, 0, 0, 0, 1, 0, 0, 0, 1};

    public Counterpart {
        if (original.length != crystal.size() || rotation.length != 9) {
            throw new IllegalArgumentException("a counterpart with " + crystal.size() + " atoms has " + original.length
                    + " originals and " + rotation.length + " numbers of a rotation");
        }
    }

    /** A crystal whose atoms are in the original's order, or copies of it one behind the other; not turned. */
    static Counterpart unturned(Crystal crystal, int originalSize) {
        int[] original = new int[crystal.size()];
        for (int i = 0; i < original.length; i++) {
            original[i] = i % originalSize;
        }
        return new Counterpart(crystal, original, IDENTITY.clone());
    }

    /** A crystal as its own counterpart. */
    public static Counterpart itself(Crystal crystal) {
        return unturned(crystal, crystal.size());
    }
}
