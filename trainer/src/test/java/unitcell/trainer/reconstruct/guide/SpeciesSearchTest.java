package unitcell.trainer.reconstruct.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.crystal.Composition;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;

/** The searches against all assignments written out, with scores that tie and without. */
class SpeciesSearchTest {
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private static boolean any(int[] counts) {
        return true;
    }

    /** Scores of some elements on some sites; about a quarter is not allowed. */
    private static SiteScores random(Random random, int sites, int[] elements, boolean ties) {
        double[][] values = new double[sites][119];
        for (double[] row : values) {
            Arrays.fill(row, Double.NEGATIVE_INFINITY);
            for (int z : elements) {
                if (random.nextInt(4) > 0) {
                    row[z] = ties ? -random.nextInt(3) : -5 * random.nextDouble();
                }
            }
            row[elements[random.nextInt(elements.length)]] = -1;
        }
        return SiteScores.of(values);
    }

    /** All assignments that sites allow, as element indices. */
    private static List<int[]> all(SiteScores scores) {
        List<int[]> all = new ArrayList<>();
        extend(scores, new int[scores.sites()], 0, all);
        return all;
    }

    private static void extend(SiteScores scores, int[] part, int site, List<int[]> all) {
        if (site == part.length) {
            all.add(part.clone());
            return;
        }
        for (int element = 0; element < scores.elements(); element++) {
            if (scores.allows(site, element)) {
                part[site] = element;
                extend(scores, part, site + 1, all);
            }
        }
    }

    private static int[] counts(int[] assignment, int elements) {
        int[] counts = new int[elements];
        for (int element : assignment) {
            counts[element]++;
        }
        return counts;
    }

    /** Draws everything and compares with all assignments that pass, sorted. */
    private static void compare(SiteScores scores, Predicate<int[]> test, SpeciesSearch search) {
        List<Long> expected = all(scores).stream()
                .filter(a -> test.test(scores.species(a)))
                .map(scores::sum)
                .sorted((a, b) -> Long.compare(b, a))
                .toList();
        List<Long> found = new ArrayList<>();
        Set<List<Integer>> distinct = new HashSet<>();
        for (Optional<AssignmentSearch.Found> next = search.next(); next.isPresent(); next = search.next()) {
            int[] species = next.get().species();
            assertTrue(test.test(species), Arrays.toString(species));
            assertTrue(distinct.add(Arrays.stream(species).boxed().toList()), "twice: " + Arrays.toString(species));
            assertEquals(score(scores, species), next.get().score());
            found.add(next.get().score());
        }
        assertEquals(expected, found);
        assertTrue(search.isExhausted());
    }

    private static long score(SiteScores scores, int[] species) {
        long sum = 0;
        for (int s = 0; s < species.length; s++) {
            for (int element = 0; element < scores.elements(); element++) {
                sum += scores.z(element) == species[s] ? scores.of(s, element) : 0;
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyAssignmentComesOnceInFallingOrder(boolean ties) {
        Random random = new Random(1);
        for (int trial = 0; trial < 60; trial++) {
            SiteScores scores = random(random, 1 + trial % 5, new int[] {3, 8, 17, 26}, ties);
            compare(scores, SpeciesSearchTest::any, new SpeciesSearch(scores, SpeciesSearchTest::any, NO_LIMIT));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofNeutralCompositionsEveryAssignmentComesOnceInFallingOrder(boolean ties) {
        Random random = new Random(2);
        ValidityRules rules = ValidityRules.of(OxidationStates.SMACT14);
        int some = 0;
        for (int trial = 0; trial < 60; trial++) {
            int[] visible = {8, 8, 20 + random.nextInt(10)};
            Predicate<int[]> neutral = species -> {
                int[] whole = Arrays.copyOf(species, species.length + visible.length);
                System.arraycopy(visible, 0, whole, species.length, visible.length);
                return rules.composition(Composition.ofSpecies(whole));
            };
            SiteScores scores = random(random, 1 + trial % 5, new int[] {2, 3, 9, 56}, ties);
            long passing = all(scores).stream()
                    .filter(a -> neutral.test(scores.species(a)))
                    .count();
            some += passing > 0 && passing < all(scores).size() ? 1 : 0;
            compare(scores, neutral, new SpeciesSearch(scores, neutral, NO_LIMIT));
        }
        assertTrue(some > 20, "trials in which the test divides the assignments: " + some);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGivenCompositionIsAssignedBestFirst(boolean ties) {
        Random random = new Random(3);
        for (int trial = 0; trial < 60; trial++) {
            SiteScores scores = random(random, 2 + trial % 5, new int[] {3, 8, 17}, ties);
            List<int[]> all = all(scores);
            int[] counts = counts(all.get(random.nextInt(all.size())), scores.elements());
            Predicate<int[]> same = species -> {
                int[] own = new int[scores.elements()];
                for (int z : species) {
                    for (int element = 0; element < own.length; element++) {
                        own[element] += scores.z(element) == z ? 1 : 0;
                    }
                }
                return Arrays.equals(own, counts);
            };
            compare(scores, same, SpeciesSearch.of(scores, counts, SpeciesSearchTest::any));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theBestAssignmentOfCountsIsTheBestOfAllThatHaveThem(boolean ties) {
        Random random = new Random(4);
        int impossible = 0;
        for (int trial = 0; trial < 300; trial++) {
            SiteScores scores = random(random, 1 + trial % 6, new int[] {3, 8, 17}, ties);
            int[] counts = new int[scores.elements()];
            for (int s = 0; s < scores.sites(); s++) {
                counts[random.nextInt(counts.length)]++;
            }
            Optional<Long> expected = all(scores).stream()
                    .filter(a -> Arrays.equals(counts, counts(a, scores.elements())))
                    .map(scores::sum)
                    .max(Long::compare);
            Optional<int[]> best = BestAssignment.of(scores, counts);
            assertEquals(expected, best.map(scores::sum));
            best.ifPresent(a -> assertEquals(Arrays.toString(counts), Arrays.toString(counts(a, counts.length))));
            impossible += best.isEmpty() ? 1 : 0;
        }
        assertTrue(impossible > 10 && impossible < 250, "impossible: " + impossible);
    }

    /** On many equal sites compositions are few, although assignments are beyond counting. */
    @Test
    void manySitesAreNoHindrance() {
        double[][] values = new double[40][119];
        for (double[] row : values) {
            for (int z = 0; z < row.length; z++) {
                row[z] = z == 0 || z > 5 ? Double.NEGATIVE_INFINITY : -z;
            }
        }
        SiteScores scores = SiteScores.of(values);
        // Of lithium, the third best, at least 27 sites.
        Predicate<int[]> test =
                species -> Arrays.stream(species).filter(z -> z == 3).count() >= 27;
        SpeciesSearch search = new SpeciesSearch(scores, test, 100_000);
        AssignmentSearch.Found best = search.next().orElseThrow();
        assertEquals(-(27 * 3 + 13), SiteScores.nats(best.score()), 1e-6);
        assertTrue(search.tested() > 500, "tested " + search.tested());
    }

    @Test
    void theLimitEndsTheSearchAndIsTold() {
        SiteScores scores = random(new Random(5), 4, new int[] {3, 8, 17, 26}, false);
        SpeciesSearch none = new SpeciesSearch(scores, _ -> false, 3);
        assertTrue(none.next().isEmpty());
        assertEquals(3, none.tested());
        assertFalse(none.isExhausted());
        SpeciesSearch exhausted = new SpeciesSearch(scores, _ -> false, NO_LIMIT);
        assertTrue(exhausted.next().isEmpty());
        assertTrue(exhausted.isExhausted());
        long compositions = all(scores).stream()
                .map(a -> Arrays.toString(counts(a, scores.elements())))
                .distinct()
                .count();
        assertEquals(compositions, exhausted.tested());
        // A limit of exactly all compositions is not in the way.
        SpeciesSearch enough = new SpeciesSearch(scores, SpeciesSearchTest::any, (int) compositions);
        compare(scores, SpeciesSearchTest::any, enough);
    }
}
