package unitcell.trainer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;

/** Seeded random crystals whose atoms keep a distance, for tests of the trainer. */
public final class CrystalsForTests {
    private CrystalsForTests() {}

    /** Crystals of 1 to {@code maxAtoms} atoms of a few species in boxy cells. */
    public static List<Crystal> random(long seed, int count, int maxAtoms) {
        Random random = new Random(seed);
        List<Crystal> crystals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            crystals.add(crystal(random, "c-" + i, 1 + random.nextInt(maxAtoms)));
        }
        return crystals;
    }

    /** One crystal: atoms near the points of a grid, so that none come close. */
    public static Crystal crystal(Random random, String id, int atoms) {
        int side = (int) Math.ceil(Math.cbrt(atoms));
        double edge = side * (2.4 + 0.6 * random.nextDouble());
        Lattice lattice = Lattice.ofParameters(
                edge, edge * 1.05, edge * 0.95, 85 + 10 * random.nextDouble(), 90, 85 + 10 * random.nextDouble());
        int[] palette = {8, 17, 11, 22, 26, 56};
        int[] species = new int[atoms];
        double[] frac = new double[3 * atoms];
        for (int i = 0; i < atoms; i++) {
            species[i] = palette[random.nextInt(palette.length)];
            int[] cell = {i % side, i / side % side, i / side / side};
            for (int axis = 0; axis < 3; axis++) {
                frac[3 * i + axis] = (cell[axis] + 0.1 * random.nextDouble()) / side;
            }
        }
        return new Crystal(id, lattice, species, frac);
    }
}
