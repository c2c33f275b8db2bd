package unitcell.net.check;

import java.util.random.RandomGenerator;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;

/** Random changes of a crystal's description that leave the physical structure as it is. */
public enum Change {
    /** Positions and cell turned together by a proper rotation, uniformly distributed. */
    ROTATION("rotation") {
        @Override
        Counterpart of(Crystal crystal, RandomGenerator random) {
            double[] rotation = rotation(random);
            Counterpart same = Counterpart.itself(crystal);
            return new Counterpart(CrystalTransforms.rotate(crystal, rotation), same.original(), rotation);
        }
    },

    /** All atoms moved by up to 10 angstrom along each axis, then wrapped into the cell. */
    TRANSLATION("translation") {
        @Override
        Counterpart of(Crystal crystal, RandomGenerator random) {
            Crystal moved = CrystalTransforms.translate(
                    crystal, random.nextDouble(-10, 10), random.nextDouble(-10, 10), random.nextDouble(-10, 10));
            return Counterpart.itself(moved.wrapped());
        }
    },

    /** Atoms in another order, none in its old place, and with them the edges of the neighbour graph. */
    PERMUTATION("atom order") {
        @Override
        Counterpart of(Crystal crystal, RandomGenerator random) {
            int[] order = new int[crystal.size()];
            // Sattolo's algorithm: a random permutation of a single cycle.
            for (int i = 1; i < order.length; i++) {
                int j = random.nextInt(i);
                order[i] = order[j];
                order[j] = i;
            }
            return new Counterpart(
                    CrystalTransforms.permute(crystal, order),
                    order,
                    Counterpart.itself(crystal).rotation());
        }
    },

    /** Other vectors of the same lattice: a random unimodular matrix, up to three row operations from the identity. */
    BASIS("lattice basis") {
        @Override
        Counterpart of(Crystal crystal, RandomGenerator random) {
            int[] basis = {1, 0, 0, 0, 1, 0, 0, 0, 1};
            for (int step = 0; step < 3; step++) {
                int row = random.nextInt(3);
                int other = (row + 1 + random.nextInt(2)) % 3;
                int times = random.nextBoolean() ? 1 : -1;
                for (int k = 0; k < 3; k++) {
                    basis[3 * row + k] += times * basis[3 * other + k];
                }
            }
            return Counterpart.itself(CrystalTransforms.changeBasis(crystal, basis));
        }
    },

    /** Two cells along a random lattice vector as one cell: atoms repeat, means over atoms stay. */
    SUPERCELL("supercell") {
        @Override
        Counterpart of(Crystal crystal, RandomGenerator random) {
            int axis = random.nextInt(3);
            Crystal two = CrystalTransforms.supercell(crystal, axis == 0 ? 2 : 1, axis == 1 ? 2 : 1, axis == 2 ? 2 : 1);
            return Counterpart.unturned(two, crystal.size());
        }
    };

    private final String words;

    Change(String words) {
        this.words = words;
    }

    /** A counterpart of a crystal, as {@code random} decides. */
    abstract Counterpart of(Crystal crystal, RandomGenerator random);

    /** What changes, in words. */
    @Override
    public String toString() {
        return words;
    }

    /** A proper rotation from a random unit quaternion. */
    private static double[] rotation(RandomGenerator random) {
        double w = random.nextGaussian();
        double x = random.nextGaussian();
        double y = random.nextGaussian();
        double z = random.nextGaussian();
        double s = 2 / (w * w + x * x + y * y + z * z);
        return new double[] {
            1 - s * (y * y + z * z),
            s * (x * y - w * z),
            s * (x * z + w * y),
            s * (x * y + w * z),
            1 - s * (x * x + z * z),
            s * (y * z - w * x),
            s * (x * z - w * y),
            s * (y * z + w * x),
            1 - s * (x * x + y * y)
        };
    }
}
