package unitcell.trainer.reconstruct.guide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import unitcell.crystal.Crystal;
import unitcell.crystal.symmetry.SitePermutations;

/** Tells assignments of species to the sites of a crystal apart, those that a symmetry of the sites connects being one. */
final class DistinctStructures {
    /** How far a symmetry may leave a site from another, in angstrom. */
    static final double TOLERANCE = 0.1;

    private final List<int[]> permutations;
    private final int[] species; // [N], 0 on hidden sites
    private final List<int[]> taken = new ArrayList<>();
    private final Set<Integer> hashes = new HashSet<>(); // of what is taken: comparing with all of it would take long

    /**
     * @param crystal hidden sites have species 0
     */
    DistinctStructures(Crystal crystal) {
        this.permutations = SitePermutations.of(crystal, TOLERANCE);
        this.species = crystal.species();
    }

    /** Takes species for the hidden sites, [H], unless what was taken before has the same structure. */
    boolean take(int[] chosen) {
        int[] whole = species.clone();
        int s = 0;
        for (int i = 0; i < whole.length; i++) {
            whole[i] = species[i] == 0 ? chosen[s++] : species[i];
        }
        int[] moved = new int[whole.length];
        for (int[] permutation : permutations) {
            for (int i = 0; i < whole.length; i++) {
                moved[permutation[i]] = whole[i];
            }
            if (hashes.contains(Arrays.hashCode(moved)) && isTaken(moved)) {
                return false;
            }
        }
        taken.add(whole);
        hashes.add(Arrays.hashCode(whole));
        return true;
    }

    private boolean isTaken(int[] whole) {
        return taken.stream().anyMatch(other -> Arrays.equals(other, whole));
    }
}
