package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import unitcell.crystal.Element;

/**
 * Which species took the place of which: counts over crystals that are valid in both senses and whose composition has
 * changed. Sites count one by one; besides, each crystal counts each pair of species once, because sites of one species
 * tend to change together.
 *
 * <p>Memory: two matrices of 119 by 119.
 */
final class Exchanges {
    private static final int N = Element.MAX_Z + 1;

    private final long[][] sites = new long[N][N];
    private final long[][] crystals = new long[N][N];
    private long changed;

    /** Adds a trial if it is one to count. */
    void add(Trial trial) {
        if (trial.verdict().valid() && !trial.keepsComposition()) {
            add(trial.original().species(), trial.completed().species());
        }
    }

    /** Adds a crystal by its species before and after, [N] each. */
    void add(int[] before, int[] after) {
        boolean[][] seen = new boolean[N][];
        boolean any = false;
        for (int i = 0; i < before.length; i++) {
            int a = before[i];
            int b = after[i];
            if (a != b) {
                any = true;
                sites[a][b]++;
                seen[a] = seen[a] == null ? new boolean[N] : seen[a];
                crystals[a][b] += seen[a][b] ? 0 : 1;
                seen[a][b] = true;
            }
        }
        changed += any ? 1 : 0;
    }

    /** Crystals that were counted. */
    long changed() {
        return changed;
    }

    /** Sites whose species changed. */
    long total() {
        return sum(sites);
    }

    /** Pairs of species counted once for each crystal. */
    long pairs() {
        return sum(crystals);
    }

    /** Counts of sites, [119, 119], original by replacement; a copy. */
    long[][] sites() {
        return copy(sites);
    }

    /** Counts of crystals, [119, 119]; a copy. */
    long[][] crystals() {
        return copy(crystals);
    }

    private static long sum(long[][] matrix) {
        long sum = 0;
        for (long[] row : matrix) {
            for (long count : row) {
                sum += count;
            }
        }
        return sum;
    }

    private static long[][] copy(long[][] matrix) {
        long[][] copy = new long[N][];
        for (int i = 0; i < N; i++) {
            copy[i] = matrix[i].clone();
        }
        return copy;
    }

    /** Elements that occur on either side, groups of the periodic table together. */
    List<Element> elements() {
        List<Element> found = new ArrayList<>();
        for (Element element : Element.all()) {
            long count = 0;
            for (int other = 0; other < N; other++) {
                count += sites[element.z()][other] + sites[other][element.z()];
            }
            if (count > 0) {
                found.add(element);
            }
        }
        found.sort(PeriodicOrder.BY_GROUP);
        return found;
    }

    /**
     * One original and what took its place.
     *
     * @param sites how often
     * @param crystals in how many crystals
     */
    record Pair(Element from, Element to, long sites, long crystals) {}

    /** All pairs that occur, the most frequent first, then by atomic numbers. */
    List<Pair> pairsByCount() {
        List<Pair> pairs = new ArrayList<>();
        for (int a = 0; a < N; a++) {
            for (int b = 0; b < N; b++) {
                if (sites[a][b] > 0) {
                    pairs.add(new Pair(Element.of(a), Element.of(b), sites[a][b], crystals[a][b]));
                }
            }
        }
        pairs.sort(Comparator.comparingLong(Pair::sites)
                .reversed()
                .thenComparingInt(p -> p.from().z())
                .thenComparingInt(p -> p.to().z()));
        return pairs;
    }

    /** Share that a replacement has of an original's exchanges, [n, n] for {@code elements}; NaN in rows without any. */
    double[][] rowShares(List<Element> elements) {
        double[][] shares = new double[elements.size()][elements.size()];
        for (int i = 0; i < shares.length; i++) {
            long row = 0;
            for (long count : sites[elements.get(i).z()]) {
                row += count;
            }
            for (int j = 0; j < shares.length; j++) {
                long count = sites[elements.get(i).z()][elements.get(j).z()];
                shares[i][j] = row == 0 ? Double.NaN : (double) count / row;
            }
        }
        return shares;
    }
}
