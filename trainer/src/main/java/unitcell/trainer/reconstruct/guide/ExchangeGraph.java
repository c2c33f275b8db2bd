package unitcell.trainer.reconstruct.guide;

import java.util.Arrays;

/**
 * What it costs to change an optimal assignment of elements to sites: a site of one element goes over to a second, one of
 * the second to a third, and so on, until some element has one site more and the first one less. The residual graph of a
 * flow from sites to elements, with the sites contracted: an arc from p to q is the cheapest move of a site from p to q.
 *
 * <p>An optimal assignment has no cycle that would gain, so the cheapest chains are found by Bellman and Ford's method.
 * Chains pass each element at most once, hence each site.
 */
final class ExchangeGraph {
    /** The cost of what is impossible. */
    static final long NONE = Long.MAX_VALUE / 4;

    private final SiteScores scores;
    private final long[][] costs; // [p][q], null where p has no site
    private final int[][] movers; // [p][q], the site that moves
    private int[] holders = new int[0]; // elements that have sites

    ExchangeGraph(SiteScores scores) {
        this.scores = scores;
        this.costs = new long[scores.elements()][];
        this.movers = new int[scores.elements()][];
    }

    /** Of the first sites of an assignment [&gt;= count] of element indices. */
    static ExchangeGraph of(SiteScores scores, int[] assignment, int count) {
        ExchangeGraph graph = new ExchangeGraph(scores);
        for (int s = 0; s < count; s++) {
            graph.add(s, assignment[s]);
        }
        return graph;
    }

    /** Lets a site that has an element move. */
    void add(int site, int element) {
        if (costs[element] == null) {
            costs[element] = new long[scores.elements()];
            Arrays.fill(costs[element], NONE);
            movers[element] = new int[scores.elements()];
            holders = Arrays.copyOf(holders, holders.length + 1);
            holders[holders.length - 1] = element;
        }
        for (int q = 0; q < scores.elements(); q++) {
            if (q != element && scores.allows(site, q)) {
                long cost = scores.of(site, element) - scores.of(site, q);
                if (cost < costs[element][q]) {
                    costs[element][q] = cost;
                    movers[element][q] = site;
                }
            }
        }
    }

    /**
     * The cheapest chains that give one element one site more.
     *
     * @param cost [M] least cost by the element that has one site less; {@link #NONE} where there is no way
     * @param next [M] the next element of the chain, -1 where it ends
     */
    record Chains(int target, long[] cost, int[] next) {}

    /** The cheapest chains that end at an element. */
    Chains to(int target) {
        long[] cost = new long[scores.elements()];
        int[] next = new int[scores.elements()];
        Arrays.fill(cost, NONE);
        Arrays.fill(next, -1);
        cost[target] = 0;
        for (int round = 0; relax(target, cost, next); round++) {
            if (round > holders.length) {
                throw new IllegalStateException("a cycle of moves gains: the assignment is not optimal");
            }
        }
        return new Chains(target, cost, next);
    }

    private boolean relax(int target, long[] cost, int[] next) {
        boolean changed = false;
        for (int p : holders) {
            if (p == target) {
                continue;
            }
            changed |= relax(p, target, cost, next);
            for (int q : holders) {
                changed |= q != p && q != target && relax(p, q, cost, next);
            }
        }
        return changed;
    }

    private boolean relax(int p, int q, long[] cost, int[] next) {
        if (cost[q] == NONE || costs[p][q] == NONE || costs[p][q] + cost[q] >= cost[p]) {
            return false;
        }
        cost[p] = costs[p][q] + cost[q];
        next[p] = q;
        return true;
    }

    /** Makes the moves of a chain in an assignment. */
    void move(int[] assignment, int from, Chains chains) {
        for (int p = from; p != chains.target(); p = chains.next()[p]) {
            assignment[movers[p][chains.next()[p]]] = chains.next()[p];
        }
    }

    /** Makes the moves of the cheapest chain that changes the counts in a certain way. */
    void move(int[] assignment, Exchange exchange) {
        move(assignment, exchange.from(), to(exchange.to()));
    }

    /**
     * The cheapest changes of counts by one site.
     *
     * @param most how many
     * @param after only those that come after this one
     * @return in order
     */
    Exchange[] cheapest(int most, Exchange after) {
        long[][] between = betweenHolders();
        Exchange[] best = new Exchange[most];
        int found = 0;
        for (int i = 0; i < holders.length; i++) {
            for (int to = 0; to < costs.length; to++) {
                long cost = to == holders[i] ? NONE : cheapest(between[i], to);
                if (cost == NONE || found == most && cost > best[most - 1].cost()) {
                    continue;
                }
                Exchange exchange = new Exchange(holders[i], to, cost);
                if (exchange.compareTo(after) > 0) {
                    found = insert(best, found, exchange);
                }
            }
        }
        return Arrays.copyOf(best, found);
    }

    /** Least cost from the holder whose row of distances is given to any element. */
    private long cheapest(long[] between, int to) {
        long least = NONE;
        for (int j = 0; j < holders.length; j++) {
            if (between[j] != NONE && holders[j] == to) {
                least = Math.min(least, between[j]);
            } else if (between[j] != NONE && costs[holders[j]][to] != NONE) {
                least = Math.min(least, between[j] + costs[holders[j]][to]);
            }
        }
        return least;
    }

    /** Least costs of chains between elements that have sites, by Floyd and Warshall's method. */
    private long[][] betweenHolders() {
        int n = holders.length;
        long[][] between = new long[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                between[i][j] = i == j ? 0 : costs[holders[i]][holders[j]];
            }
        }
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n && between[i][k] != NONE; j++) {
                    if (between[k][j] != NONE) {
                        between[i][j] = Math.min(between[i][j], between[i][k] + between[k][j]);
                    }
                }
            }
        }
        return between;
    }

    /** Inserts into a sorted list of bounded length; returns how many it has then. */
    private static int insert(Exchange[] sorted, int count, Exchange exchange) {
        int at = Math.min(count, sorted.length - 1);
        if (count == sorted.length && exchange.compareTo(sorted[at]) > 0) {
            return count;
        }
        while (at > 0 && sorted[at - 1].compareTo(exchange) > 0) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = exchange;
        return Math.min(count + 1, sorted.length);
    }
}
