package unitcell.crystal.graph;

import java.util.Arrays;
import unitcell.crystal.Crystal;
import unitcell.crystal.ImageSearch;

/**
 * Finds all edges within a cutoff.
 *
 * <p>Every unordered pair of atoms is searched once with {@link ImageSearch}; the edge the other way is its mirror image
 * (opposite shift and vector, bit-equal length), so the graph is symmetric exactly. Pairs are visited in the order of
 * (i, j >= i), in which each target meets its sources in ascending order; two passes, counting and filling, give the
 * sorted rows without a sort. Cost: N(N+1)/2 image searches of some tens of nanoseconds plus the edges.
 */
final class NeighborSearch {
    /** Most edges of one graph. */
    static final int MAX_EDGES = 1 << 22;

    private final Crystal crystal;
    private final int n;
    private final double cutoff;
    private final ImageSearch search;
    private final double[] lattice;
    private final double[] positions; // [N, 3]

    // Edges of pairs (i, j), j >= i, target i, in the order they were found.
    private int[] pairShift = new int[3 * 256];
    private double[] pairVector = new double[3 * 256];
    private double[] pairDistance = new double[256];
    private int found;

    NeighborSearch(Crystal crystal, double cutoff) {
        this.crystal = crystal;
        this.n = crystal.size();
        this.cutoff = cutoff;
        this.search = new ImageSearch(crystal.lattice());
        this.lattice = crystal.lattice().matrix();
        this.positions = crystal.cartesian();
        double expected = 4.0
                / 3.0
                * Math.PI
                * cutoff
                * cutoff
                * cutoff
                * n
                / crystal.lattice().volume()
                * n;
        if (expected > MAX_EDGES) {
            throw new IllegalArgumentException(String.format(
                    java.util.Locale.ROOT,
                    "crystal '%s' with %d atoms in %.3g cubic angstrom has about %.2g neighbours within %s angstrom,"
                            + " the limit is %d; use a smaller cutoff",
                    crystal.id(),
                    n,
                    crystal.lattice().volume(),
                    expected,
                    cutoff,
                    MAX_EDGES));
        }
    }

    NeighborGraph graph() {
        int[] pairCount = new int[n * (n + 1) / 2];
        int[] start = new int[n + 1];
        int pair = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                int before = found;
                searchPair(i, j);
                int count = found - before;
                pairCount[pair++] = count;
                start[i + 1] += count;
                if (j != i) {
                    start[j + 1] += count;
                }
            }
        }
        for (int i = 0; i < n; i++) {
            start[i + 1] = Math.addExact(start[i + 1], start[i]);
        }
        return fill(pairCount, start);
    }

    private void searchPair(int i, int j) {
        int images = search.find(
                crystal.frac(j, 0) - crystal.frac(i, 0),
                crystal.frac(j, 1) - crystal.frac(i, 1),
                crystal.frac(j, 2) - crystal.frac(i, 2),
                cutoff);
        reserve(images);
        int[] shifts = search.shifts();
        double dx = positions[3 * j] - positions[3 * i];
        double dy = positions[3 * j + 1] - positions[3 * i + 1];
        double dz = positions[3 * j + 2] - positions[3 * i + 2];
        for (int k = 0; k < 3 * images; k += 3) {
            int a = shifts[k];
            int b = shifts[k + 1];
            int c = shifts[k + 2];
            double x = dx + (a * lattice[0] + b * lattice[3] + c * lattice[6]);
            double y = dy + (a * lattice[1] + b * lattice[4] + c * lattice[7]);
            double z = dz + (a * lattice[2] + b * lattice[5] + c * lattice[8]);
            double d = Math.sqrt(x * x + y * y + z * z);
            if (d <= cutoff && d > NeighborRule.MIN_DISTANCE) {
                int at = 3 * found;
                pairShift[at] = a;
                pairShift[at + 1] = b;
                pairShift[at + 2] = c;
                pairVector[at] = x;
                pairVector[at + 1] = y;
                pairVector[at + 2] = z;
                pairDistance[found] = d;
                found++;
            }
        }
    }

    private void reserve(int more) {
        if (found + more > pairDistance.length) {
            if (found + more > MAX_EDGES) {
                throw new IllegalArgumentException("crystal '" + crystal.id() + "' has more than " + MAX_EDGES
                        + " neighbours within " + cutoff + " angstrom; use a smaller cutoff");
            }
            int size = Math.max(found + more, 2 * pairDistance.length);
            pairShift = Arrays.copyOf(pairShift, 3 * size);
            pairVector = Arrays.copyOf(pairVector, 3 * size);
            pairDistance = Arrays.copyOf(pairDistance, size);
        }
    }

    private NeighborGraph fill(int[] pairCount, int[] start) {
        int edges = start[n];
        int[] source = new int[edges];
        int[] target = new int[edges];
        int[] shift = new int[3 * edges];
        double[] vector = new double[3 * edges];
        double[] distance = new double[edges];
        int[] next = Arrays.copyOf(start, n);
        int pair = 0;
        int from = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                int count = pairCount[pair++];
                int at = next[i];
                Arrays.fill(source, at, at + count, j);
                Arrays.fill(target, at, at + count, i);
                System.arraycopy(pairShift, 3 * from, shift, 3 * at, 3 * count);
                System.arraycopy(pairVector, 3 * from, vector, 3 * at, 3 * count);
                System.arraycopy(pairDistance, from, distance, at, count);
                next[i] += count;
                if (j != i) {
                    at = next[j];
                    Arrays.fill(source, at, at + count, i);
                    Arrays.fill(target, at, at + count, j);
                    // Opposite shifts run backwards.
                    for (int k = 0; k < count; k++) {
                        int mirrored = from + count - 1 - k;
                        for (int axis = 0; axis < 3; axis++) {
                            shift[3 * (at + k) + axis] = -pairShift[3 * mirrored + axis];
                            vector[3 * (at + k) + axis] = -pairVector[3 * mirrored + axis];
                        }
                        distance[at + k] = pairDistance[mirrored];
                    }
                    next[j] += count;
                }
                from += count;
            }
        }
        return new NeighborGraph(source, target, start, shift, vector, distance);
    }
}
