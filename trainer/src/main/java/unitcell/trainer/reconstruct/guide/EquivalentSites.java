package unitcell.trainer.reconstruct.guide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.symmetry.SitePermutations;

/**
 * Groups of hidden sites that the symmetry of the incomplete crystal makes equivalent: visible sites go over into sites of
 * their species, hidden ones into hidden ones, within {@link DistinctStructures#TOLERANCE}.
 *
 * @param groupOf [H] group of each hidden site, from 0 in the order of their first sites
 * @param sizes [G] sites of each group
 */
record EquivalentSites(int[] groupOf, int[] sizes) {
    /**
     * Finds them.
     *
     * @param hidden indices of the hidden sites, [H], ascending
     */
    static EquivalentSites of(Crystal crystal, int[] hidden) {
        int[] first = new int[crystal.size()]; // the lowest site that a site is known to be equivalent to
        Arrays.setAll(first, i -> i);
        for (int[] permutation : SitePermutations.of(crystal, DistinctStructures.TOLERANCE)) {
            if (keepsSpecies(crystal, permutation)) {
                for (int i = 0; i < first.length; i++) {
                    join(first, i, permutation[i]);
                }
            }
        }
        int[] groupOf = new int[hidden.length];
        List<Integer> firsts = new ArrayList<>();
        for (int s = 0; s < hidden.length; s++) {
            int root = root(first, hidden[s]);
            if (!firsts.contains(root)) {
                firsts.add(root);
            }
            groupOf[s] = firsts.indexOf(root);
        }
        int[] sizes = new int[firsts.size()];
        for (int group : groupOf) {
            sizes[group]++;
        }
        return new EquivalentSites(groupOf, sizes);
    }

    private static boolean keepsSpecies(Crystal crystal, int[] permutation) {
        for (int i = 0; i < permutation.length; i++) {
            if (crystal.species(i) != crystal.species(permutation[i])) {
                return false;
            }
        }
        return true;
    }

    private static void join(int[] first, int a, int b) {
        int rootA = root(first, a);
        int rootB = root(first, b);
        first[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }

    private static int root(int[] first, int site) {
        int root = site;
        while (first[root] != root) {
            root = first[root];
        }
        return root;
    }

    int groups() {
        return sizes.length;
    }
}
