package unitcell.trainer.reconstruct.guide;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * All assignments with the same number of sites for each element, the highest sum of scores first, by Murty's method
 * (Operations Research 16, 682, 1968): whatever differs from the best one differs at a first site; for each such site the
 * best of those is found by one chain of moves, and its kin are divided in the same way.
 *
 * <p>Memory: the assignments given so far times the sites.
 */
final class AssignmentStream {
    private final SiteScores scores;
    private final PriorityQueue<Node> queue =
            new PriorityQueue<>(Comparator.comparingLong((Node n) -> -n.score()).thenComparingLong(Node::number));
    private long made;

    /**
     * The best assignment of a set.
     *
     * @param assignment [H] element indices
     * @param fixed all of the set are the same on so many sites from the first
     * @param banned [M] elements that none of the set has on the site after these
     * @param number order of making, which decides between equal scores
     */
    private record Node(int[] assignment, int fixed, boolean[] banned, long score, long number) {}

    /**
     * @param scores of elements that all have a site
     * @param best an assignment of highest sum for its counts, [H] element indices
     */
    AssignmentStream(SiteScores scores, int[] best) {
        this.scores = scores;
        queue.add(new Node(best, 0, new boolean[scores.elements()], scores.sum(best), made++));
    }

    /** The next sum of scores; {@link Long#MIN_VALUE} after the last. */
    long score() {
        Node head = queue.peek();
        return head == null ? Long.MIN_VALUE : head.score();
    }

    /** The next assignment, as atomic numbers. */
    int[] next() {
        Node node = queue.remove();
        divide(node);
        return scores.species(node.assignment());
    }

    private void divide(Node node) {
        ExchangeGraph later = new ExchangeGraph(scores);
        for (int i = node.assignment().length - 1; i >= node.fixed(); i--) {
            int own = node.assignment()[i];
            boolean[] banned = i == node.fixed() ? node.banned().clone() : new boolean[scores.elements()];
            banned[own] = true;
            // Another element for site i, and for later sites what makes the counts right again.
            ExchangeGraph.Chains chains = later.to(own);
            long least = ExchangeGraph.NONE;
            int other = -1;
            for (int q = 0; q < banned.length; q++) {
                if (!banned[q] && scores.allows(i, q) && chains.cost()[q] != ExchangeGraph.NONE) {
                    long cost = scores.of(i, own) - scores.of(i, q) + chains.cost()[q];
                    if (cost < least) {
                        least = cost;
                        other = q;
                    }
                }
            }
            if (other >= 0) {
                int[] assignment = node.assignment().clone();
                later.move(assignment, other, chains);
                assignment[i] = other;
                queue.add(new Node(assignment, i, banned, node.score() - least, made++));
            }
            later.add(i, own);
        }
    }
}
