package unitcell.crystal.graph;

import java.util.Arrays;

/** Keeps the nearest neighbours of each target; see {@link NeighborRule.Ties} for ties. */
final class NearestSelection {
    private NearestSelection() {}

    static NeighborGraph select(NeighborGraph all, NeighborRule rule) {
        int n = all.nodes();
        int[] oldStart = all.targetStart();
        boolean[] keep = new boolean[all.edges()];
        int[] start = new int[n + 1];
        for (int i = 0; i < n; i++) {
            start[i + 1] = start[i] + mark(all.distance(), oldStart[i], oldStart[i + 1], rule, keep);
        }
        return start[n] == all.edges() ? all : compact(all, keep, start);
    }

    // Marks the edges of one target in [from, to) and returns how many.
    private static int mark(double[] distance, int from, int to, NeighborRule rule, boolean[] keep) {
        int k = rule.maxNeighbors();
        if (to - from <= k) {
            Arrays.fill(keep, from, to, true);
            return to - from;
        }
        double[] sorted = Arrays.copyOfRange(distance, from, to);
        Arrays.sort(sorted);
        double last = sorted[k - 1];
        boolean strict = rule.ties() == NeighborRule.Ties.STRICT;
        double sure = strict ? last - NeighborRule.ROUNDING : last + NeighborRule.SHELL_WIDTH;
        int kept = 0;
        for (int e = from; e < to; e++) {
            keep[e] = strict ? distance[e] < sure : distance[e] <= sure;
            kept += keep[e] ? 1 : 0;
        }
        // What is left to fill ties with the k-th; edges lie in the order of source and shift.
        for (int e = from; strict && kept < k; e++) {
            if (!keep[e] && distance[e] <= last + NeighborRule.ROUNDING) {
                keep[e] = true;
                kept++;
            }
        }
        return kept;
    }

    private static NeighborGraph compact(NeighborGraph all, boolean[] keep, int[] start) {
        int edges = start[start.length - 1];
        int[] source = new int[edges];
        int[] target = new int[edges];
        int[] shift = new int[3 * edges];
        double[] vector = new double[3 * edges];
        double[] distance = new double[edges];
        int at = 0;
        for (int e = 0; e < keep.length; e++) {
            if (keep[e]) {
                source[at] = all.source()[e];
                target[at] = all.target()[e];
                distance[at] = all.distance()[e];
                System.arraycopy(all.shift(), 3 * e, shift, 3 * at, 3);
                System.arraycopy(all.vector(), 3 * e, vector, 3 * at, 3);
                at++;
            }
        }
        return new NeighborGraph(source, target, start, shift, vector, distance);
    }
}
