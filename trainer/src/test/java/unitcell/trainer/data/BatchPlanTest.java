package unitcell.trainer.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    private static int[] edges() {
        Random random = new Random(4);
        return random.ints(500, 10, 600).toArray();
    }

    private static long sum(int[] batch, int[] edges) {
        return Arrays.stream(batch).mapToLong(i -> edges[i]).sum();
    }

    @Test
    void everyCrystalOnceWithinTheBudgetAndBalanced() {
        int[] edges = edges();
        BatchPlan plan = BatchPlan.of(edges, 2000, 3, 5);
        int[] all = Arrays.stream(plan.batches())
                .flatMapToInt(Arrays::stream)
                .sorted()
                .toArray();
        for (int i = 0; i < edges.length; i++) {
            assertEquals(i, all[i]);
        }
        assertEquals(edges.length, all.length);
        long least = Long.MAX_VALUE;
        for (int[] batch : plan.batches()) {
            assertTrue(sum(batch, edges) <= 2000);
            least = Math.min(least, sum(batch, edges));
        }
        // No batch is left with a few crystals: each is within one crystal or so of the mean.
        double mean = Arrays.stream(edges).sum() / (double) plan.size();
        assertTrue(least > mean - 1300, "least " + least + ", mean " + mean);
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        int[] edges = edges();
        int[][] one = BatchPlan.of(edges, 2000, 3, 5).batches();
        int[][] again = BatchPlan.of(edges.clone(), 2000, 3, 5).batches();
        assertTrue(Arrays.deepEquals(one, again));
        assertFalse(Arrays.deepEquals(one, BatchPlan.of(edges, 2000, 3, 6).batches()));
        assertFalse(Arrays.deepEquals(one, BatchPlan.of(edges, 2000, 4, 5).batches()));
    }

    @Test
    void aCrystalBeyondTheBudgetStandsAlone() {
        int[][] batches = BatchPlan.inOrder(new int[] {5, 100, 5, 5}, 20).batches();
        assertEquals(3, batches.length);
        assertArrayEquals(new int[] {1}, batches[1]);
        assertArrayEquals(new int[] {2, 3}, batches[2]);
        assertEquals(0, BatchPlan.of(new int[0], 20, 1, 1).size());
        assertArrayEquals(new int[] {0, 0}, new int[] {
            0, BatchPlan.of(new int[] {0, 0}, 20, 1, 1).size() - 1
        });
    }

    @Test
    void largestBatchIsTheWorstCase() {
        int[] edges = edges();
        long worst = sum(BatchPlan.largest(edges, 2000), edges);
        for (int[] batch : BatchPlan.of(edges, 2000, 1, 1).batches()) {
            assertTrue(batch.length >= BatchPlan.largest(edges, 2000).length);
        }
        assertTrue(worst <= 2000 && worst > 1400);
    }
}
