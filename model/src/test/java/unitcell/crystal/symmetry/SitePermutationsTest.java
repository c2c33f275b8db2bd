package unitcell.crystal.symmetry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.match.CrystalGroups;
import unitcell.crystal.match.StructureMatcher;

/** Permutations of sites: their number where it is known, and the colourings that they leave different. */
class SitePermutationsTest {
    private static final double TOLERANCE = 0.05;

    private static Crystal crystal(Lattice lattice, double... frac) {
        int[] species = new int[frac.length / 3];
        Arrays.setAll(species, i -> i % 100 + 1); // species do not count
        return new Crystal("c", lattice, species, frac);
    }

    private static Crystal simpleCubic(int a, int b, int c, double edge) {
        double[] frac = new double[3 * a * b * c];
        for (int i = 0; i < a * b * c; i++) {
            frac[3 * i] = (double) (i % a) / a;
            frac[3 * i + 1] = (double) (i / a % b) / b;
            frac[3 * i + 2] = (double) (i / a / b) / c;
        }
        return crystal(Lattice.ofParameters(a * edge, b * edge, c * edge, 90, 90, 90), frac);
    }

    @Test
    void countsThatAreKnown() {
        Lattice cubic = Lattice.ofParameters(4, 4, 4, 90, 90, 90);
        // Any order of the four sites of a face-centred cell comes from an operation of the cube.
        assertEquals(
                24,
                SitePermutations.of(crystal(cubic, 0, 0, 0, 0, .5, .5, .5, 0, .5, .5, .5, 0), TOLERANCE)
                        .size());
        // 8 translations, and 6 exchanges of axes; signs of axes are translations here.
        assertEquals(48, SitePermutations.of(simpleCubic(2, 2, 2, 3), TOLERANCE).size());
        // Three sites in a row: turned round and shifted.
        assertEquals(6, SitePermutations.of(simpleCubic(3, 1, 1, 3), TOLERANCE).size());
        Lattice skew = Lattice.ofParameters(5.1, 6.3, 7.2, 81, 97, 104);
        List<int[]> none = SitePermutations.of(
                crystal(skew, .11, .23, .37, .61, .29, .83, .31, .71, .17, .83, .59, .53), TOLERANCE);
        assertEquals(1, none.size());
        assertArrayEquals(new int[] {0, 1, 2, 3}, none.get(0));
    }

    @Test
    void theOrderOfSitesTheOriginAndTheBasisDoNotMatter() {
        Crystal cell = simpleCubic(2, 2, 1, 3);
        int known = SitePermutations.of(cell, TOLERANCE).size();
        assertEquals(8, known); // 4 translations, 2 exchanges of axes
        double[] frac = cell.frac();
        for (int i = 0; i < frac.length; i++) {
            frac[i] += 0.3 * (i % 3) + 0.1 + 0.002 * (i % 2);
        }
        assertEquals(known, SitePermutations.of(cell.withFrac(frac), TOLERANCE).size());
        Lattice other = Lattice.ofRows(new double[] {6, 0, 0, 6, 6, 0, 6, -6, 3});
        Crystal skewed = new Crystal("c", other, cell.species(), other.toFractional(cell.cartesian()));
        assertEquals(known, SitePermutations.of(skewed, TOLERANCE).size());
    }

    @Test
    void displacedSitesHaveNoSymmetryWithinANarrowTolerance() {
        Crystal cell = simpleCubic(2, 2, 2, 3);
        double[] frac = cell.frac();
        for (int i = 0; i < frac.length; i++) {
            frac[i] += 0.013 * Math.sin(1 + 7 * i);
        }
        assertEquals(1, SitePermutations.of(cell.withFrac(frac), 0.01).size());
        assertEquals(48, SitePermutations.of(cell.withFrac(frac), 0.5).size());
    }

    /** All ways to put two species on 8 or 9 sites, sorted by permutations and, independently, by comparing structures. */
    @Test
    void colouringsThatDifferByAPermutationAreTheSameStructure() {
        for (Crystal cell : List.of(simpleCubic(2, 2, 2, 3), simpleCubic(3, 3, 1, 3))) {
            List<int[]> permutations = SitePermutations.of(cell, TOLERANCE);
            Set<List<Integer>> orbits = new HashSet<>();
            CrystalGroups groups = new CrystalGroups(StructureMatcher.standard());
            for (int colouring = 0; colouring < 1 << cell.size(); colouring++) {
                int[] species = new int[cell.size()];
                for (int i = 0; i < species.length; i++) {
                    species[i] = (colouring >> i & 1) == 0 ? 11 : 17;
                }
                orbits.add(smallest(species, permutations));
                groups.add(cell.withSpecies(species));
            }
            assertTrue(orbits.size() > 10, "orbits: " + orbits.size());
            assertEquals(groups.groups(), orbits.size());
        }
    }

    private static List<Integer> smallest(int[] species, List<int[]> permutations) {
        int[] least = species;
        for (int[] p : permutations) {
            int[] moved = new int[species.length];
            for (int i = 0; i < p.length; i++) {
                moved[p[i]] = species[i];
            }
            least = Arrays.compare(moved, least) < 0 ? moved : least;
        }
        return Arrays.stream(least).boxed().toList();
    }

    @Test
    void largeCellsHaveTheIdentityAlone() {
        assertEquals(1, SitePermutations.of(simpleCubic(6, 6, 6, 3), TOLERANCE).size());
    }
}
