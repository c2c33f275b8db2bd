package unitcell.trainer.reconstruct.guide;

import java.util.Optional;

/**
 * The assignment of elements to sites with the highest sum of scores, when each element has a number of sites: a
 * transportation problem, solved by successive shortest paths. Sites come in one by one; each goes to the element from
 * which the cheapest chain of moves leads to one that has room left.
 */
final class BestAssignment {
    private BestAssignment() {}

    /**
     * Solves it.
     *
     * @param counts [M] sites that each element must have; the sum is the number of sites
     * @return [H] element indices; empty if the sites do not allow these counts
     */
    static Optional<int[]> of(SiteScores scores, int[] counts) {
        int[] assignment = new int[scores.sites()];
        int[] room = counts.clone();
        for (int s = 0; s < assignment.length; s++) {
            if (!place(scores, assignment, s, room)) {
                return Optional.empty();
            }
        }
        return Optional.of(assignment);
    }

    private static boolean place(SiteScores scores, int[] assignment, int site, int[] room) {
        ExchangeGraph graph = ExchangeGraph.of(scores, assignment, site);
        long least = ExchangeGraph.NONE;
        int first = -1;
        ExchangeGraph.Chains way = null;
        for (int t = 0; t < room.length; t++) {
            if (room[t] == 0) {
                continue;
            }
            ExchangeGraph.Chains chains = graph.to(t);
            for (int q = 0; q < room.length; q++) {
                if (scores.allows(site, q) && chains.cost()[q] != ExchangeGraph.NONE) {
                    long cost = chains.cost()[q] - scores.of(site, q);
                    if (cost < least) {
                        least = cost;
                        first = q;
                        way = chains;
                    }
                }
            }
        }
        if (way == null) {
            return false;
        }
        graph.move(assignment, first, way);
        assignment[site] = first;
        room[way.target()]--;
        return true;
    }
}
