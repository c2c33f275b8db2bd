package unitcell.trainer.reconstruct.guide;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import unitcell.crystal.Element;
import unitcell.net.SpeciesRanking;

/**
 * How well elements suit hidden sites: logarithms of probabilities over the elements that each site allows. Kept as whole
 * numbers of {@value #UNIT} (2^-32), so that sums and comparisons are exact and the order of assignments is one. Immutable.
 */
final class SiteScores {
    /** One step of a score, in nats. */
    static final double UNIT = 0x1p-32;

    /** The score of an element that a site does not allow. */
    static final long FORBIDDEN = Long.MIN_VALUE;

    // Sums over all sites of a crystal stay far from overflow.
    private static final double LOWEST = -1e5;

    private final int[] elements; // [M] atomic numbers, ascending
    private final long[][] scores; // [H, M]

    private SiteScores(int[] elements, long[][] scores) {
        this.elements = elements;
        this.scores = scores;
    }

    /**
     * Probabilities of what is allowed, renormalised over it.
     *
     * @param rankings [H] what the network says of each site
     * @param allowed [H, 119] by atomic number; at least one for each site
     */
    static SiteScores of(List<SpeciesRanking> rankings, boolean[][] allowed) {
        double[][] values = new double[rankings.size()][Element.MAX_Z + 1];
        for (int s = 0; s < values.length; s++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int z = 1; z <= Element.MAX_Z; z++) {
                values[s][z] = allowed[s][z] ? rankings.get(s).logProbability(z) : Double.NEGATIVE_INFINITY;
                max = Math.max(max, values[s][z]);
            }
            double sum = 0;
            for (int z = 1; z <= Element.MAX_Z; z++) {
                sum += Math.exp(values[s][z] - max);
            }
            double logSum = max + Math.log(sum);
            for (int z = 1; z <= Element.MAX_Z; z++) {
                values[s][z] -= logSum;
            }
            values[s][0] = Double.NEGATIVE_INFINITY;
        }
        return of(values);
    }

    /** From logarithms by atomic number, [H, 119]; minus infinity: not allowed. */
    static SiteScores of(double[][] values) {
        int[] all = new int[Element.MAX_Z + 1];
        Arrays.setAll(all, z -> z);
        long[][] scores = new long[values.length][all.length];
        for (int s = 0; s < values.length; s++) {
            for (int z = 0; z < all.length; z++) {
                scores[s][z] = values[s][z] == Double.NEGATIVE_INFINITY
                        ? FORBIDDEN
                        : Math.round(Math.max(values[s][z], LOWEST) / UNIT);
            }
        }
        SiteScores whole = new SiteScores(all, scores);
        return whole.over(Arrays.stream(all)
                .filter(z -> Arrays.stream(scores).anyMatch(row -> row[z] != FORBIDDEN))
                .toArray());
    }

    /** The same sites with some of the elements only. */
    SiteScores over(int[] some) {
        int[] columns =
                Arrays.stream(some).map(z -> Arrays.binarySearch(elements, z)).toArray();
        long[][] chosen = Arrays.stream(scores)
                .map(row -> Arrays.stream(columns)
                        .mapToLong(m -> m < 0 ? FORBIDDEN : row[m])
                        .toArray())
                .toArray(long[][]::new);
        return new SiteScores(some.clone(), chosen);
    }

    /**
     * Groups of sites in place of sites: the score of an element is the sum over a group, and a group allows what all its
     * sites allow.
     *
     * @param groupOf [H] group of each site
     */
    SiteScores grouped(int[] groupOf, int groups) {
        long[][] sums = new long[groups][elements.length];
        for (int s = 0; s < scores.length; s++) {
            long[] sum = sums[groupOf[s]];
            for (int m = 0; m < sum.length; m++) {
                sum[m] = sum[m] == FORBIDDEN || scores[s][m] == FORBIDDEN ? FORBIDDEN : sum[m] + scores[s][m];
            }
        }
        return new SiteScores(elements, sums);
    }

    /** Elements that a site allows, by index, the highest score first. */
    int[] ranked(int site) {
        return IntStream.range(0, elements.length)
                .filter(m -> allows(site, m))
                .boxed()
                .sorted(Comparator.comparingLong(m -> -of(site, m)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Number of sites H. */
    int sites() {
        return scores.length;
    }

    /** Number of elements M that some site allows. */
    int elements() {
        return elements.length;
    }

    /** Atomic number of an element by its index below M. */
    int z(int element) {
        return elements[element];
    }

    /** Score of an element, by its index, on a site. */
    long of(int site, int element) {
        return scores[site][element];
    }

    boolean allows(int site, int element) {
        return scores[site][element] != FORBIDDEN;
    }

    /** Sum over all sites of an assignment [H] of element indices. */
    long sum(int[] assignment) {
        long sum = 0;
        for (int s = 0; s < assignment.length; s++) {
            sum += scores[s][assignment[s]];
        }
        return sum;
    }

    /** Atomic numbers of an assignment of element indices. */
    int[] species(int[] assignment) {
        return Arrays.stream(assignment).map(m -> elements[m]).toArray();
    }

    /** A score in nats. */
    static double nats(long score) {
        return score * UNIT;
    }
}
