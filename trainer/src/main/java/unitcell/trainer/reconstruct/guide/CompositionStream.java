package unitcell.trainer.reconstruct.guide;

import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * All numbers of sites that elements can have, in falling order of the best assignment with these numbers.
 *
 * <p>Why going from neighbour to neighbour finds them in order: let a and b be the best assignments for two compositions.
 * The sites on which they differ form cycles and chains of moves from a to b, each chain from an element with too many
 * sites to one with too few. Cycles gain nothing, a being optimal. If b is not worse than a, then some chain does not
 * lose; it alone, applied to a, gives a composition that is not worse than a's, differs from it by one site, and is closer
 * to b's. With the best of all for b: every composition is reached from the best one by steps of one site over
 * compositions none of which is worse than itself. So a queue of the neighbours of everything given so far always holds
 * the next one. (The best sums over compositions are an M-concave function; see Murota, Discrete Convex Analysis, 2003.)
 *
 * <p>Memory: some hundred bytes and 4 bytes a site for each composition given so far.
 */
final class CompositionStream {
    // Most compositions have several hundred neighbours, of which few are ever needed.
    private static final int SLICE = 16;

    private final SiteScores scores;
    private final Set<String> given = new HashSet<>();
    private final PriorityQueue<Cursor> queue = new PriorityQueue<>(
            Comparator.comparingLong((Cursor c) -> -c.score()).thenComparingLong(c -> c.number));
    private long made;
    private int[] first; // until it is given

    /** A place in the neighbours of a composition. */
    private static final class Cursor {
        final int[] assignment; // the best of the composition, [H]
        final long sum;
        final long number;
        Exchange[] slice;
        int at; // in the slice

        Cursor(int[] assignment, long sum, long number, Exchange[] slice) {
            this.assignment = assignment;
            this.sum = sum;
            this.number = number;
            this.slice = slice;
        }

        Exchange exchange() {
            return slice[at];
        }

        long score() {
            return sum - slice[at].cost();
        }
    }

    CompositionStream(SiteScores scores) {
        this.scores = scores;
        this.first = new int[scores.sites()];
        for (int s = 0; s < first.length; s++) {
            for (int q = 1; q < scores.elements(); q++) {
                first[s] = scores.of(s, q) > scores.of(s, first[s]) ? q : first[s];
            }
        }
    }

    /** The highest sum of scores of the next composition; {@link Long#MIN_VALUE} where none is left. */
    long score() {
        if (first != null) {
            return scores.sum(first);
        }
        // Most compositions are neighbours of several others.
        while (!queue.isEmpty() && given.contains(key(queue.peek()))) {
            advance(queue.remove());
        }
        return queue.isEmpty() ? Long.MIN_VALUE : queue.peek().score();
    }

    /** The best assignment of the next composition, [H] element indices, where one is left. */
    int[] next() {
        if (first != null) {
            int[] best = first;
            first = null;
            give(best);
            return best;
        }
        score();
        Cursor cursor = queue.remove();
        int[] neighbour = cursor.assignment.clone();
        ExchangeGraph.of(scores, neighbour, neighbour.length).move(neighbour, cursor.exchange());
        advance(cursor);
        give(neighbour);
        return neighbour;
    }

    private void give(int[] assignment) {
        given.add(key(assignment, 0, 0));
        // What would gain has been given.
        Exchange[] slice =
                ExchangeGraph.of(scores, assignment, assignment.length).cheapest(SLICE, Exchange.BEFORE_LOSSES);
        if (slice.length > 0) {
            queue.add(new Cursor(assignment, scores.sum(assignment), made++, slice));
        }
    }

    private void advance(Cursor cursor) {
        Exchange done = cursor.exchange();
        if (++cursor.at == cursor.slice.length) {
            cursor.slice =
                    ExchangeGraph.of(scores, cursor.assignment, scores.sites()).cheapest(SLICE, done);
            cursor.at = 0;
        }
        if (cursor.slice.length > 0) {
            queue.add(cursor);
        }
    }

    private String key(Cursor cursor) {
        return key(
                cursor.assignment, cursor.exchange().from(), cursor.exchange().to());
    }

    /** The counts of an assignment with a site less of one element and one more of another, in a few characters. */
    private String key(int[] assignment, int less, int more) {
        int[] counts = new int[scores.elements()];
        for (int element : assignment) {
            counts[element]++;
        }
        counts[less]--;
        counts[more]++;
        StringBuilder key = new StringBuilder();
        for (int element = 0; element < counts.length; element++) {
            if (counts[element] > 0) {
                key.append((char) element).append((char) counts[element]);
            }
        }
        return key.toString();
    }
}
