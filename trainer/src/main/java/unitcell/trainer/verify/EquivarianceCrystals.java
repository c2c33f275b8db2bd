package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.trainer.data.BundledCrystals;

/**
 * Crystals on which equivariance is checked: real ones, random ragged cells, and cubic cells along the axes, whose edges
 * point exactly along +y and -y and tie in shells. Some atoms are masked.
 */
final class EquivarianceCrystals {
    /** Most atoms of a real crystal taken: scalar kernels are slow. */
    private static final int MOST_ATOMS = 6;

    /** How near, in angstrom, a distance may come to one at which the neighbour rule decides. */
    private static final double MARGIN = 1e-3;

    private EquivarianceCrystals() {}

    /**
     * @param rule which atoms will be neighbours
     * @param elements only atomic numbers below this one, as a network has rows for
     * @param real how many real crystals, spread over the bundled ones
     * @param seed of the random cells
     */
    static List<Crystal> of(NeighborRule rule, int elements, int real, long seed) {
        List<Crystal> crystals = new ArrayList<>();
        List<Crystal> bundled = BundledCrystals.read().stream()
                .filter(c -> c.size() <= MOST_ATOMS && highest(c) < elements && isClear(c, rule))
                .toList();
        for (int k = 0; k < Math.min(real, bundled.size()); k++) {
            crystals.add(masked(bundled.get((int) ((2L * k + 1) * bundled.size() / (2L * real)))));
        }
        int one = Math.min(26, elements - 1);
        int two = Math.min(8, elements - 1);
        addIfClear(crystals, rule, crystal("cubic, one atom", Lattice.cubic(2.87), new int[] {one}, 0, 0, 0));
        addIfClear(
                crystals,
                rule,
                masked(crystal("cubic", Lattice.cubic(3.21), new int[] {one, two}, 0, 0, 0, 0.5, 0.5, 0.5)));
        SplittableRandom random = new SplittableRandom(seed);
        for (int atoms : new int[] {1, 3}) {
            crystals.add(ragged(random, rule, elements, atoms));
        }
        return crystals;
    }

    private static Crystal crystal(String id, Lattice lattice, int[] species, double... frac) {
        return new Crystal(id, lattice, species, frac);
    }

    private static void addIfClear(List<Crystal> crystals, NeighborRule rule, Crystal crystal) {
        if (isClear(crystal, rule)) {
            crystals.add(crystal);
        }
    }

    private static int highest(Crystal crystal) {
        return Arrays.stream(crystal.species()).max().orElse(0);
    }

    /** The same crystal with its first atom's species hidden, where it has several. */
    private static Crystal masked(Crystal crystal) {
        int[] species = crystal.species();
        species[0] = species.length > 1 ? 0 : species[0];
        return crystal.withSpecies(species);
    }

    /** A random cell that is neither flat nor crowded. */
    private static Crystal ragged(SplittableRandom random, NeighborRule rule, int elements, int atoms) {
        while (true) {
            double[] rows = new double[9];
            double[] frac = new double[3 * atoms];
            int[] species = new int[atoms];
            Arrays.setAll(rows, i -> random.nextDouble(-4, 4));
            Arrays.setAll(frac, i -> random.nextDouble(-1, 2));
            Arrays.setAll(species, i -> random.nextInt(1, elements));
            Crystal crystal = new Crystal("random, " + atoms + " atoms", Lattice.ofRows(rows), species, frac);
            double volume = crystal.volumePerAtom();
            if (volume > 12 && volume < 40 && crystal.minimumDistance() > 1.5 && isClear(crystal, rule)) {
                return crystal;
            }
        }
    }

    /**
     * Whether no distance is so near to where the rule decides that rounding could decide for it: the neighbour graph of
     * another description would then be another one, and rightly so.
     */
    static boolean isClear(Crystal crystal, NeighborRule rule) {
        NeighborGraph all = NeighborGraph.of(crystal, NeighborRule.within(rule.cutoff() + MARGIN));
        for (int i = 0; i < all.nodes(); i++) {
            double[] sorted = Arrays.copyOfRange(all.distance(), all.targetStart()[i], all.targetStart()[i + 1]);
            Arrays.sort(sorted);
            int k = rule.maxNeighbors();
            double end = k < sorted.length ? sorted[k - 1] + NeighborRule.SHELL_WIDTH : rule.cutoff();
            for (double d : sorted) {
                if (Math.abs(d - end) <= MARGIN || Math.abs(d - rule.cutoff()) <= MARGIN) {
                    return false;
                }
            }
        }
        return true;
    }
}
