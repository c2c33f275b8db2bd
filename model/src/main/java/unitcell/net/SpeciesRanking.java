package unitcell.net;

import java.util.Arrays;

/**
 * What a row of species logits says about one site: probabilities of the elements and their order. Equal logits are
 * ordered by atomic number.
 *
 * <p>Memory convention: copies its row.
 */
public final class SpeciesRanking {
    private final double[] logits; // [classes]
    private final double logSum;

    /**
     * @param rows logits of many sites, [N, classes], row-major
     * @param site which row
     * @param classes number of classes; class k is atomic number k + 1
     */
    public SpeciesRanking(float[] rows, int site, int classes) {
        logits = new double[classes];
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            logits[k] = rows[site * classes + k];
            max = Math.max(max, logits[k]);
        }
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - max);
        }
        logSum = max + Math.log(sum);
    }

    /** Logarithm of the probability of an element. */
    public double logProbability(int z) {
        return logits[z - 1] - logSum;
    }

    /** Probability of an element. */
    public double probability(int z) {
        return Math.exp(logProbability(z));
    }

    /** Place of an element among all, 1 for the most probable. */
    public int rank(int z) {
        int rank = 1;
        for (int k = 0; k < logits.length; k++) {
            if (logits[k] > logits[z - 1] || logits[k] == logits[z - 1] && k < z - 1) {
                rank++;
            }
        }
        return rank;
    }

    /** The most probable element. */
    public int best() {
        return best(1)[0];
    }

    /** The {@code count} most probable elements by atomic number, the best first. */
    public int[] best(int count) {
        Integer[] order = new Integer[logits.length];
        Arrays.setAll(order, k -> k);
        Arrays.sort(order, (a, b) -> logits[a] != logits[b] ? Double.compare(logits[b], logits[a]) : a.compareTo(b));
        return Arrays.stream(order).limit(count).mapToInt(k -> k + 1).toArray();
    }
}
