package unitcell.crystal.symmetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;

/**
 * How the symmetry of the places of atoms, species left aside, permutes them: two ways to put species on the same sites
 * are one structure if such a permutation turns one into the other. Only operations that keep the given cell's lattice
 * count, which may be a superlattice of the crystal's own.
 */
public final class SitePermutations {
    /** Most sites that are looked at; a crystal with more has the identity alone. */
    public static final int MAX_SITES = 200;

    private final Crystal crystal; // on a reduced basis
    private final double[] rows;
    private final double tolerance;

    private SitePermutations(Crystal crystal, double tolerance) {
        this.crystal = crystal;
        this.rows = crystal.lattice().matrix();
        this.tolerance = tolerance;
    }

    /**
     * Finds them.
     *
     * @param tolerance how far an operation may leave a site from another, in angstrom, positive; less is taken where the
     *     cell is narrow
     * @return distinct permutations, the identity first: {@code p[i]} is the site that site i goes to
     */
    public static List<int[]> of(Crystal crystal, double tolerance) {
        int[] identity = new int[crystal.size()];
        Arrays.setAll(identity, i -> i);
        List<int[]> found = new ArrayList<>();
        found.add(identity);
        if (crystal.size() > MAX_SITES) {
            return found;
        }
        Crystal reduced = TranslationLattice.reduced(crystal);
        Lattice lattice = reduced.lattice();
        double narrowest = Math.min(lattice.height(0), Math.min(lattice.height(1), lattice.height(2)));
        SitePermutations sites = new SitePermutations(reduced, Math.min(tolerance, narrowest / 4));
        Set<List<Integer>> distinct = new HashSet<>();
        distinct.add(Arrays.stream(identity).boxed().toList());
        for (int[] u : LatticeSymmetries.find(lattice, sites.tolerance)) {
            for (int to = 0; to < crystal.size(); to++) {
                int[] permutation = sites.permutation(u, to);
                if (permutation != null
                        && distinct.add(Arrays.stream(permutation).boxed().toList())) {
                    found.add(permutation);
                }
            }
        }
        return found;
    }

    /** Where sites go by a rotation, f to {@code f @ u}, and the translation that then brings site 0 to another; or null. */
    private int[] permutation(int[] u, int to) {
        int n = crystal.size();
        double[] shift = rotated(0, u);
        for (int k = 0; k < 3; k++) {
            shift[k] = crystal.frac(to, k) - shift[k];
        }
        int[] permutation = new int[n];
        boolean[] taken = new boolean[n];
        for (int i = 0; i < n; i++) {
            double[] at = rotated(i, u);
            int near = 0;
            while (near < n && (taken[near] || !isNear(near, at, shift))) {
                near++;
            }
            if (near == n) {
                return null;
            }
            permutation[i] = near;
            taken[near] = true;
        }
        return permutation;
    }

    private double[] rotated(int site, int[] u) {
        double[] out = new double[3];
        for (int k = 0; k < 3; k++) {
            for (int a = 0; a < 3; a++) {
                out[k] += crystal.frac(site, a) * u[3 * a + k];
            }
        }
        return out;
    }

    private boolean isNear(int site, double[] at, double[] shift) {
        double[] d = new double[3];
        for (int k = 0; k < 3; k++) {
            double off = crystal.frac(site, k) - at[k] - shift[k];
            off -= Math.rint(off);
            for (int c = 0; c < 3; c++) {
                d[c] += off * rows[3 * k + c];
            }
        }
        return d[0] * d[0] + d[1] * d[1] + d[2] * d[2] <= tolerance * tolerance;
    }
}
