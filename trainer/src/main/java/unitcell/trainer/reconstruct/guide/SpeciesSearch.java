package unitcell.trainer.reconstruct.guide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Assignments of elements to hidden sites in falling order of their joint score, of those compositions only that pass a
 * test: compositions come in order of their best assignment, and the assignments of each that passes in order after it,
 * so whatever has the highest score among what is at hand is the next of all.
 *
 * <p>Work is bounded by the number of compositions that are tested.
 */
final class SpeciesSearch implements AssignmentSearch {
    private final SiteScores scores;
    private final Predicate<int[]> test;
    private final int limit;
    private final CompositionStream compositions;
    private final List<AssignmentStream> open = new ArrayList<>();
    private int tested;

    /**
     * @param test receives atomic numbers of the hidden sites, [H], of which only the counts may matter
     * @param limit most compositions to test, at least 1
     */
    SpeciesSearch(SiteScores scores, Predicate<int[]> test, int limit) {
        this.scores = scores;
        this.test = test;
        this.limit = limit;
        this.compositions = new CompositionStream(scores);
    }

    private SpeciesSearch(SiteScores scores, int[] best, boolean passes) {
        this.scores = scores;
        this.test = _ -> true;
        this.limit = 1;
        this.compositions = null;
        this.tested = 1;
        if (passes) {
            open(best);
        }
    }

    /**
     * Of one composition.
     *
     * @param counts [M] sites of each element of the scores; possible on these sites
     */
    static SpeciesSearch of(SiteScores scores, int[] counts, Predicate<int[]> test) {
        int[] best = BestAssignment.of(scores, counts)
                .orElseThrow(
                        () -> new IllegalArgumentException("no assignment has the counts " + Arrays.toString(counts)));
        return new SpeciesSearch(scores, best, test.test(scores.species(best)));
    }

    @Override
    public Optional<Found> next() {
        while (true) {
            AssignmentStream head = null;
            for (AssignmentStream stream : open) {
                head = head == null || stream.score() > head.score() ? stream : head;
            }
            long reached = head == null ? Long.MIN_VALUE : head.score();
            if (compositions == null || reached >= compositions.score()) {
                if (reached == Long.MIN_VALUE) {
                    return Optional.empty();
                }
                long score = head.score();
                return Optional.of(new Found(head.next(), score));
            }
            if (tested == limit) {
                return Optional.empty();
            }
            int[] best = compositions.next();
            tested++;
            if (test.test(scores.species(best))) {
                open(best);
            }
        }
    }

    @Override
    public int tested() {
        return tested;
    }

    @Override
    public boolean isExhausted() {
        return (compositions == null || compositions.score() == Long.MIN_VALUE)
                && open.stream().allMatch(stream -> stream.score() == Long.MIN_VALUE);
    }

    private void open(int[] best) {
        int[] used = Arrays.stream(best).distinct().sorted().toArray();
        SiteScores own = scores.over(Arrays.stream(used).map(scores::z).toArray());
        int[] same = Arrays.stream(best)
                .map(element -> Arrays.binarySearch(used, element))
                .toArray();
        open.add(new AssignmentStream(own, same));
    }
}
