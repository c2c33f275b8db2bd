package unitcell.trainer.stats;

import java.util.Arrays;
import unitcell.engine.random.RandomStream;

/**
 * Whether pairs (a, b) of unlike things agree in some respect more often than chance would have it. Chance means: the
 * b are dealt out anew among the a, whatever they were; pairs of like things, which that makes, do not count.
 *
 * <p>The expected share follows exactly from the marginals, sum over unlike pairs that agree of r_a c_b divided by the
 * sum over all unlike pairs, r and c being how often a and b occur; the p-value and the range of chance come from
 * shuffles.
 *
 * @param observed share of pairs that agree
 * @param expected share by chance; NaN where chance has no unlike pair
 * @param low 2.5 % of the shuffles are below this
 * @param high 2.5 % of the shuffles are above this
 * @param p share of shuffles, the observed order among them, that agree at least as often
 * @param shuffles how many
 */
public record ShuffleTest(double observed, double expected, double low, double high, double p, int shuffles) {
    private static final int STREAM = RandomStream.streamId("report shuffle");
    private static final long WORK = 20_000_000;

    /** Whether two different things agree. */
    @FunctionalInterface
    public interface Agreement {
        boolean of(int a, int b);
    }

    /** Nothing to test. */
    public static final ShuffleTest NONE =
            new ShuffleTest(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);

    /**
     * Tests counts of pairs.
     *
     * @param counts [n, n], nothing on the diagonal; small enough to be dealt out one by one
     * @param seed of the shuffles
     */
    public static ShuffleTest of(long[][] counts, Agreement agreement, long seed) {
        int n = counts.length;
        int[] a = new int[Math.toIntExact(total(counts))];
        int[] b = new int[a.length];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (long k = 0; k < counts[i][j]; k++) {
                    a[at] = i;
                    b[at++] = j;
                }
            }
        }
        if (a.length == 0) {
            return NONE;
        }
        boolean[][] agree = new boolean[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                agree[i][j] = i != j && agreement.of(i, j);
            }
        }
        double observed = share(a, b, agree);
        int shuffles = Math.clamp(WORK / a.length, 199, 1999);
        double[] shares = new double[shuffles];
        int atLeast = 1;
        for (int s = 0; s < shuffles; s++) {
            shuffle(b, new RandomStream(seed, s, STREAM));
            shares[s] = share(a, b, agree);
            atLeast += shares[s] >= observed - 1e-12 ? 1 : 0;
        }
        double[] finite =
                Arrays.stream(shares).filter(Double::isFinite).sorted().toArray();
        boolean any = finite.length > 0;
        return new ShuffleTest(
                observed,
                expected(counts, agree),
                any ? Quantiles.ofSorted(finite, 0.025) : Double.NaN,
                any ? Quantiles.ofSorted(finite, 0.975) : Double.NaN,
                (double) atLeast / (shuffles + 1),
                shuffles);
    }

    private static long total(long[][] counts) {
        long total = 0;
        for (long[] row : counts) {
            for (long count : row) {
                total += count;
            }
        }
        return total;
    }

    private static double expected(long[][] counts, boolean[][] agree) {
        int n = counts.length;
        double[] rows = new double[n];
        double[] columns = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rows[i] += counts[i][j];
                columns[j] += counts[i][j];
            }
        }
        double agreeing = 0;
        double unlike = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double weight = i == j ? 0 : rows[i] * columns[j];
                unlike += weight;
                agreeing += agree[i][j] ? weight : 0;
            }
        }
        return agreeing / unlike;
    }

    private static double share(int[] a, int[] b, boolean[][] agree) {
        int agreeing = 0;
        int unlike = 0;
        for (int k = 0; k < a.length; k++) {
            unlike += a[k] != b[k] ? 1 : 0;
            agreeing += agree[a[k]][b[k]] ? 1 : 0;
        }
        return (double) agreeing / unlike;
    }

    /** Fisher and Yates. */
    private static void shuffle(int[] values, RandomStream random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = (int) random.below(i, i + 1L);
            int swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }
}
