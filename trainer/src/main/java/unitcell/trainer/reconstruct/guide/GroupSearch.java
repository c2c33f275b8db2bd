package unitcell.trainer.reconstruct.guide;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * Assignments in which the sites of a group have one element in common, in falling order of their joint score, of those
 * compositions only that pass a test: best first over the choices for one group after the other, with the best elements
 * of the groups to come as a bound.
 *
 * <p>Work is bounded by the number of complete assignments that are tested.
 */
final class GroupSearch implements AssignmentSearch {
    private static final int MAX_REMEMBERED = 200_000;

    private final SiteScores scores; // of groups
    private final EquivalentSites sites;
    private final int[] counts; // [M] sites that each element must have; null: any
    private final Predicate<int[]> test;
    private final int limit;
    private final int[][] order; // [G] elements that a group allows, the best first
    private final long[] best; // [G + 1] what the groups from one on can reach
    private final Map<String, Boolean> possible = new HashMap<>();
    private final PriorityQueue<Node> queue =
            new PriorityQueue<>(Comparator.comparingLong((Node n) -> -n.bound()).thenComparingLong(Node::number));
    private long made;
    private int tested;

    /**
     * Choices for the first groups.
     *
     * @param before for all but the last of them; null for the first group
     * @param group the last
     * @param place of its element in the group's order
     * @param score of all of them
     * @param bound of the score of any assignment that begins so
     */
    private record Node(Node before, int group, int place, long score, long bound, long number) {}

    /**
     * @param scores of single sites
     * @param counts sites that each element of the scores must have; empty: any
     * @param test receives atomic numbers of the hidden sites, [H], of which only the counts may matter
     * @param limit most assignments to test, at least 1
     */
    GroupSearch(SiteScores scores, EquivalentSites sites, Optional<int[]> counts, Predicate<int[]> test, int limit) {
        this.scores = scores.grouped(sites.groupOf(), sites.groups());
        this.sites = sites;
        this.counts = counts.orElse(null);
        this.test = test;
        this.limit = limit;
        this.order = new int[sites.groups()][];
        this.best = new long[sites.groups() + 1];
        boolean allHave = true;
        for (int g = sites.groups() - 1; g >= 0; g--) {
            order[g] = this.scores.ranked(g);
            allHave &= order[g].length > 0;
            best[g] = best[g + 1] + (order[g].length > 0 ? this.scores.of(g, order[g][0]) : 0);
        }
        if (allHave) {
            push(null, 0, 0);
        }
    }

    @Override
    public Optional<Found> next() {
        while (!queue.isEmpty() && tested < limit) {
            Node node = queue.remove();
            push(node.before(), node.group(), node.place() + 1);
            if (node.group() + 1 < order.length) {
                push(node, node.group() + 1, 0);
                continue;
            }
            tested++;
            int[] species = species(node);
            if (test.test(species)) {
                return Optional.of(new Found(species, node.score()));
            }
        }
        return Optional.empty();
    }

    @Override
    public int tested() {
        return tested;
    }

    @Override
    public boolean isExhausted() {
        return queue.isEmpty();
    }

    /** Queues the first choice for a group, from a place in its order on, that can lead to the counts. */
    private void push(Node before, int group, int place) {
        int[] left = counts == null ? null : left(before);
        for (int k = place; k < order[group].length; k++) {
            int element = order[group][k];
            if (left != null) {
                left[element] -= sites.sizes()[group];
                boolean leads = left[element] >= 0 && isPossible(group + 1, left);
                left[element] += sites.sizes()[group];
                if (!leads) {
                    continue;
                }
            }
            long score = (before == null ? 0 : before.score()) + scores.of(group, element);
            queue.add(new Node(before, group, k, score, score + best[group + 1], made++));
            return;
        }
    }

    private int[] left(Node before) {
        int[] left = counts.clone();
        for (Node node = before; node != null; node = node.before()) {
            left[order[node.group()][node.place()]] -= sites.sizes()[node.group()];
        }
        return left;
    }

    /** Whether the groups from one on can use up some counts; when that takes too long to tell, perhaps. */
    private boolean isPossible(int group, int[] left) {
        if (group == order.length) {
            return true; // the counts add up to all sites
        }
        String key = group + Arrays.toString(left);
        Boolean known = possible.get(key);
        if (known != null) {
            return known;
        }
        if (possible.size() >= MAX_REMEMBERED) {
            return true;
        }
        boolean found = false;
        for (int k = 0; k < order[group].length && !found; k++) {
            int element = order[group][k];
            if (left[element] >= sites.sizes()[group]) {
                left[element] -= sites.sizes()[group];
                found = isPossible(group + 1, left);
                left[element] += sites.sizes()[group];
            }
        }
        possible.put(key, found);
        return found;
    }

    private int[] species(Node last) {
        int[] ofGroup = new int[order.length];
        for (Node node = last; node != null; node = node.before()) {
            ofGroup[node.group()] = scores.z(order[node.group()][node.place()]);
        }
        return Arrays.stream(sites.groupOf()).map(g -> ofGroup[g]).toArray();
    }
}
