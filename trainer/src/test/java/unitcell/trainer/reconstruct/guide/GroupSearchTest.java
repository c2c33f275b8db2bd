package unitcell.trainer.reconstruct.guide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;

/** Assignments with one element for each group of sites, against all of them written out. */
class GroupSearchTest {
    private static final int[] ELEMENTS = {3, 8, 17, 26};
    private static final EquivalentSites SITES = new EquivalentSites(new int[] {0, 1, 0, 2, 1, 1}, new int[] {2, 3, 1});

    private static SiteScores random(Random random, boolean ties) {
        double[][] values = new double[SITES.groupOf().length][119];
        for (double[] row : values) {
            Arrays.fill(row, Double.NEGATIVE_INFINITY);
            for (int z : ELEMENTS) {
                if (random.nextInt(8) > 0) {
                    row[z] = ties ? -random.nextInt(3) : -5 * random.nextDouble();
                }
            }
        }
        return SiteScores.of(values);
    }

    /** Scores of all assignments that pass, the highest first. */
    private static List<Long> all(SiteScores scores, Predicate<int[]> test) {
        List<Long> all = new ArrayList<>();
        int m = scores.elements();
        for (int code = 0; code < m * m * m; code++) {
            int[] ofGroup = {code % m, code / m % m, code / m / m};
            int[] assignment =
                    Arrays.stream(SITES.groupOf()).map(g -> ofGroup[g]).toArray();
            boolean allowed = true;
            for (int s = 0; s < assignment.length; s++) {
                allowed &= scores.allows(s, assignment[s]);
            }
            if (allowed && test.test(scores.species(assignment))) {
                all.add(scores.sum(assignment));
            }
        }
        all.sort((a, b) -> Long.compare(b, a));
        return all;
    }

    private static List<Long> drawn(GroupSearch search, Predicate<int[]> test) {
        List<Long> found = new ArrayList<>();
        for (Optional<AssignmentSearch.Found> next = search.next(); next.isPresent(); next = search.next()) {
            int[] species = next.get().species();
            assertTrue(test.test(species));
            assertEquals(species[0], species[2]);
            assertEquals(species[1], species[4]);
            assertEquals(species[1], species[5]);
            found.add(next.get().score());
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyAssignmentComesOnceInFallingOrder(boolean ties) {
        Random random = new Random(1);
        for (int trial = 0; trial < 60; trial++) {
            SiteScores scores = random(random, ties);
            int sum = 20 + trial;
            Predicate<int[]> test = species -> trial(species, sum);
            GroupSearch search = new GroupSearch(scores, SITES, Optional.empty(), test, Integer.MAX_VALUE);
            assertEquals(all(scores, test), drawn(search, test));
            assertTrue(search.isExhausted());
        }
    }

    private static boolean trial(int[] species, int sum) {
        return Arrays.stream(species).sum() % 3 != sum % 3;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givenCountsAreReachedOrTheSearchIsExhausted(boolean ties) {
        Random random = new Random(2);
        int impossible = 0;
        for (int trial = 0; trial < 200; trial++) {
            SiteScores scores = random(random, ties);
            int[] counts = new int[scores.elements()];
            for (int size : trial % 4 == 0 ? new int[] {1, 1, 1, 1, 2} : SITES.sizes()) {
                counts[random.nextInt(counts.length)] += size;
            }
            Predicate<int[]> test = species -> {
                int[] own = new int[counts.length];
                for (int z : species) {
                    for (int element = 0; element < own.length; element++) {
                        own[element] += scores.z(element) == z ? 1 : 0;
                    }
                }
                return Arrays.equals(own, counts);
            };
            GroupSearch search = new GroupSearch(scores, SITES, Optional.of(counts), test, Integer.MAX_VALUE);
            List<Long> expected = all(scores, test);
            assertEquals(expected, drawn(search, test));
            assertTrue(search.isExhausted());
            // Nothing is tried that does not lead to the counts.
            assertEquals(expected.size(), search.tested());
            impossible += expected.isEmpty() ? 1 : 0;
        }
        assertTrue(impossible > 20 && impossible < 180, "impossible: " + impossible);
    }

    @Test
    void theLimitEndsTheSearch() {
        GroupSearch search = new GroupSearch(random(new Random(3), false), SITES, Optional.empty(), _ -> false, 4);
        assertTrue(search.next().isEmpty());
        assertEquals(4, search.tested());
        assertFalse(search.isExhausted());
    }

    @Test
    void equivalentSitesAreThoseOfTheIncompleteCrystal() {
        Lattice cubic = Lattice.ofParameters(4, 4, 4, 90, 90, 90);
        double[] perovskite = {0, 0, 0, .5, .5, .5, .5, .5, 0, .5, 0, .5, 0, .5, .5};
        EquivalentSites anions = EquivalentSites.of(
                new Crystal("p", cubic, new int[] {56, 22, 0, 0, 0}, perovskite), new int[] {2, 3, 4});
        assertArrayEquals(new int[] {0, 0, 0}, anions.groupOf());
        // A visible anion takes the other two apart from it, not from one another.
        EquivalentSites rest = EquivalentSites.of(
                new Crystal("p", cubic, new int[] {0, 22, 8, 0, 0}, perovskite), new int[] {0, 3, 4});
        assertArrayEquals(new int[] {0, 1, 1}, rest.groupOf());
        assertArrayEquals(new int[] {1, 2}, rest.sizes());
        double[] displaced = perovskite.clone();
        displaced[6] += 0.05; // 0.2 A
        EquivalentSites none = EquivalentSites.of(
                new Crystal("p", cubic, new int[] {56, 22, 0, 0, 0}, displaced), new int[] {2, 3, 4});
        assertEquals(3, none.groups());
    }
}
