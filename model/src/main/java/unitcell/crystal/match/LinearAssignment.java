package unitcell.crystal.match;

import java.util.Arrays;

/**
 * The cheapest one-to-one assignment of n rows to n columns: shortest augmenting paths with dual prices (Kuhn 1955,
 * Munkres 1957; in the form of Jonker and Volgenant, Computing 38, 325, 1987). O(n^3), exact, deterministic.
 *
 * <p>An instance is a work space, grown as needed; not safe to share between threads.
 */
final class LinearAssignment {
    private static final int NONE = -1;

    private int[] rowOf = new int[0]; // column -> row
    private int[] columnBefore = new int[0]; // column -> previous column on the shortest path
    private double[] rowPrice = new double[0];
    private double[] columnPrice = new double[0];
    private double[] distance = new double[0];
    private boolean[] settled = new boolean[0];

    /**
     * Solves the problem.
     *
     * @param n number of rows and columns
     * @param cost [n, n] row-major in the first n * n entries, finite
     * @param columnOf receives the column of each row in its first n entries
     */
    void solve(int n, double[] cost, int[] columnOf) {
        prepare(n);
        for (int row = 0; row < n; row++) {
            augment(n, cost, row);
        }
        for (int column = 0; column < n; column++) {
            columnOf[rowOf[column]] = column;
        }
    }

    private void prepare(int n) {
        if (rowOf.length < n) {
            rowOf = new int[n];
            columnBefore = new int[n];
            rowPrice = new double[n];
            columnPrice = new double[n];
            distance = new double[n];
            settled = new boolean[n];
        }
        Arrays.fill(rowOf, 0, n, NONE);
        Arrays.fill(rowPrice, 0, n, 0);
        Arrays.fill(columnPrice, 0, n, 0);
    }

    // Dijkstra from a free row to the nearest free column over reduced costs, then the path is flipped.
    private void augment(int n, double[] cost, int start) {
        Arrays.fill(distance, 0, n, Double.POSITIVE_INFINITY);
        Arrays.fill(settled, 0, n, false);
        int row = start;
        int last = NONE;
        double reached = 0;
        while (true) {
            int nearest = NONE;
            for (int j = 0; j < n; j++) {
                if (settled[j]) {
                    continue;
                }
                double d = reached + cost[row * n + j] - rowPrice[row] - columnPrice[j];
                if (d < distance[j]) {
                    distance[j] = d;
                    columnBefore[j] = last;
                }
                if (nearest == NONE || distance[j] < distance[nearest]) {
                    nearest = j;
                }
            }
            settled[nearest] = true;
            reached = distance[nearest];
            last = nearest;
            if (rowOf[nearest] == NONE) {
                break;
            }
            row = rowOf[nearest];
        }
        updatePrices(n, start, last, reached);
        flip(start, last);
    }

    private void updatePrices(int n, int start, int end, double reached) {
        rowPrice[start] += reached;
        for (int j = 0; j < n; j++) {
            if (settled[j] && j != end) {
                rowPrice[rowOf[j]] += reached - distance[j];
                columnPrice[j] -= reached - distance[j];
            }
        }
    }

    private void flip(int start, int end) {
        int column = end;
        while (columnBefore[column] != NONE) {
            rowOf[column] = rowOf[columnBefore[column]];
            column = columnBefore[column];
        }
        rowOf[column] = start;
    }
}
