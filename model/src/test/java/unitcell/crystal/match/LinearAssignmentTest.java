package unitcell.crystal.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import unitcell.crystal.RandomCells;

/** Against all permutations. */
class LinearAssignmentTest {
    private final LinearAssignment assignment = new LinearAssignment();

    @Test
    void cheapestOfAllPermutations() {
        RandomGenerator random = RandomCells.generator(5);
        for (int round = 0; round < 3000; round++) {
            int n = 1 + random.nextInt(6);
            double[] cost = new double[n * n];
            for (int k = 0; k < cost.length; k++) {
                // Small integers give ties, 1e9 is a forbidden pair, negative costs are allowed.
                double kind = random.nextDouble();
                cost[k] = kind < 0.4 ? random.nextInt(4) : kind < 0.6 ? 1e9 : random.nextDouble() * 5 - 1;
            }
            int[] columnOf = new int[n];
            assignment.solve(n, cost, columnOf);
            boolean[] used = new boolean[n];
            double sum = 0;
            for (int r = 0; r < n; r++) {
                assertTrue(!used[columnOf[r]], "column twice");
                used[columnOf[r]] = true;
                sum += cost[r * n + columnOf[r]];
            }
            assertEquals(cheapest(n, cost, 0, new boolean[n]), sum, 1e-5);
        }
    }

    private static double cheapest(int n, double[] cost, int row, boolean[] used) {
        if (row == n) {
            return 0;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int c = 0; c < n; c++) {
            if (!used[c]) {
                used[c] = true;
                best = Math.min(best, cost[row * n + c] + cheapest(n, cost, row + 1, used));
                used[c] = false;
            }
        }
        return best;
    }
}
