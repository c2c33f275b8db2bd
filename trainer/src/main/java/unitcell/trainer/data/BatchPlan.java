package unitcell.trainer.data;

import java.util.Arrays;
import unitcell.engine.random.RandomStream;

/**
 * The batches of one epoch: a shuffle of the training crystals cut into runs of about equal numbers of edges, because
 * time and memory of a step go with its edges. A pure function of (edge counts, budget, seed, epoch).
 *
 * <p>The shuffled crystals keep their order. The number of batches is the least that the budget allows; among the cuts
 * with that number the one whose largest batch is smallest is taken, so that no short batch is left at the end.
 *
 * @param batches indices into the training crystals, in the order of the steps
 */
public record BatchPlan(int[][] batches) {
    private static final int STREAM = RandomStream.streamId("batch order");

    /**
     * Plans an epoch.
     *
     * @param edges number of edges of each training crystal
     * @param budget edges that a batch may have; a crystal with more makes a batch of its own
     */
    public static BatchPlan of(int[] edges, long budget, long seed, long epoch) {
        if (budget < 1) {
            throw new IllegalArgumentException("edges in a batch: " + budget + ", expected at least 1");
        }
        int[] order = new RandomStream(seed, epoch, STREAM).permutation(edges.length);
        return new BatchPlan(cut(order, edges, balancedBudget(order, edges, budget)));
    }

    /** The same crystals in their own order, for validation. */
    public static BatchPlan inOrder(int[] edges, long budget) {
        int[] order = new int[edges.length];
        Arrays.setAll(order, i -> i);
        return new BatchPlan(cut(order, edges, budget));
    }

    /** The crystals with the most edges that fill a batch: the worst case for memory. */
    public static int[] largest(int[] edges, long budget) {
        Integer[] order = new Integer[edges.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> edges[a] != edges[b] ? Integer.compare(edges[b], edges[a]) : a.compareTo(b));
        long used = 0;
        int count = 0;
        while (count < order.length && (count == 0 || used + edges[order[count]] <= budget)) {
            used += edges[order[count++]];
        }
        return Arrays.stream(order).limit(count).mapToInt(i -> i).toArray();
    }

    private static long balancedBudget(int[] order, int[] edges, long budget) {
        int least = count(order, edges, budget);
        long low = 0; // always too small, or zero
        long high = budget;
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (count(order, edges, middle) <= least) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private static int count(int[] order, int[] edges, long budget) {
        int batches = 0;
        long used = 0;
        boolean open = false;
        for (int i : order) {
            if (!open || used + edges[i] > budget) {
                batches++;
                used = 0;
                open = true;
            }
            used += edges[i];
        }
        return batches;
    }

    private static int[][] cut(int[] order, int[] edges, long budget) {
        int[][] batches = new int[count(order, edges, budget)][];
        int from = 0;
        for (int b = 0; b < batches.length; b++) {
            int to = from + 1;
            long used = edges[order[from]];
            while (to < order.length && used + edges[order[to]] <= budget) {
                used += edges[order[to++]];
            }
            batches[b] = Arrays.copyOfRange(order, from, to);
            from = to;
        }
        return batches;
    }

    /** Number of batches. */
    public int size() {
        return batches.length;
    }
}
