package unitcell.crystal.match;

import java.util.Arrays;
import unitcell.crystal.ImageSearch;
import unitcell.crystal.Lattice;

/**
 * All bases of one lattice that resemble the cell of another: three of its vectors whose lengths and angles agree within
 * the tolerances and that span all of it.
 */
final class LatticeMappings {
    private final double[] rows; // [3, 3] the lattice whose bases are wanted
    private final double[] target; // lengths and angles of the cell to resemble
    private final MatchTolerance tolerance;
    private final WorkBudget budget;
    private final int[][] shells = new int[3][]; // [n, 3] integer vectors by the target vector they resemble
    private final double[][] vectors = new double[3][]; // [n, 3] the same in angstrom
    private final double[][] lengths = new double[3][]; // [n]
    private final double[] cosineLow = new double[3]; // bounds for the angles alpha, beta, gamma
    private final double[] cosineHigh = new double[3];
    private int[] found = new int[9 * 64]; // [count, 3, 3]
    private int count;

    private LatticeMappings(Lattice lattice, Lattice like, MatchTolerance tolerance, WorkBudget budget) {
        this.rows = lattice.matrix();
        this.target = like.parameters();
        this.tolerance = tolerance;
        this.budget = budget;
        for (int i = 0; i < 3; i++) {
            double widest = target[3 + i] + tolerance.angle();
            double narrowest = target[3 + i] - tolerance.angle();
            // Beyond 0 and 180 degrees nothing is excluded; 2 is more than rounding can add to a cosine.
            cosineLow[i] = widest > 180 ? -2 : Math.cos(Math.toRadians(widest));
            cosineHigh[i] = narrowest < 0 ? 2 : Math.cos(Math.toRadians(narrowest));
        }
        collect(lattice);
        combine();
    }

    /**
     * Finds the bases.
     *
     * @return [n, 3, 3] unimodular matrices u; the bases are {@code u @ lattice}; in lexicographic order
     */
    static int[] find(Lattice lattice, Lattice like, MatchTolerance tolerance, WorkBudget budget) {
        LatticeMappings mappings = new LatticeMappings(lattice, like, tolerance, budget);
        return Arrays.copyOf(mappings.found, 9 * mappings.count);
    }

    private void collect(Lattice lattice) {
        double radius = Math.max(target[0], Math.max(target[1], target[2])) * (1 + tolerance.length());
        // Boxes of images that hold the sphere, an upper bound of what is enumerated and kept.
        double boxes = 1;
        for (int axis = 0; axis < 3; axis++) {
            boxes *= 2 * radius / lattice.height(axis) + 3;
        }
        if (boxes > StructureMatcher.MAX_LATTICE_VECTORS) {
            throw new WorkBudget.Exceeded();
        }
        ImageSearch search = new ImageSearch(lattice);
        int n = search.find(0, 0, 0, radius);
        int[] all = search.shifts();
        for (int axis = 0; axis < 3; axis++) {
            keepShell(axis, all, n);
        }
    }

    private void keepShell(int axis, int[] all, int n) {
        shells[axis] = new int[3 * n];
        vectors[axis] = new double[3 * n];
        lengths[axis] = new double[n];
        int kept = 0;
        for (int i = 0; i < 3 * n; i += 3) {
            double x = all[i] * rows[0] + all[i + 1] * rows[3] + all[i + 2] * rows[6];
            double y = all[i] * rows[1] + all[i + 1] * rows[4] + all[i + 2] * rows[7];
            double z = all[i] * rows[2] + all[i + 1] * rows[5] + all[i + 2] * rows[8];
            double length = Math.sqrt(x * x + y * y + z * z);
            double ratio = length / target[axis];
            if (ratio < 1 + tolerance.length() && ratio > 1 / (1 + tolerance.length())) {
                System.arraycopy(all, i, shells[axis], 3 * kept, 3);
                vectors[axis][3 * kept] = x;
                vectors[axis][3 * kept + 1] = y;
                vectors[axis][3 * kept + 2] = z;
                lengths[axis][kept++] = length;
            }
        }
        lengths[axis] = Arrays.copyOf(lengths[axis], kept);
    }

    private void combine() {
        int nb = lengths[1].length;
        int nc = lengths[2].length;
        for (int i = 0; i < lengths[0].length; i++) {
            budget.spend(nb);
            for (int j = 0; j < nb; j++) {
                if (!isRight(0, i, 1, j)) {
                    continue;
                }
                budget.spend(nc);
                for (int k = 0; k < nc; k++) {
                    if (isRight(1, j, 2, k) && isRight(0, i, 2, k)) {
                        add(i, j, k);
                    }
                }
            }
        }
    }

    // Whether vector i of one shell and vector j of another enclose the right angle: alpha between shells 1 and 2 and
    // so
    // on.
    private boolean isRight(int first, int i, int second, int j) {
        double[] v = vectors[first];
        double[] w = vectors[second];
        double dot = v[3 * i] * w[3 * j] + v[3 * i + 1] * w[3 * j + 1] + v[3 * i + 2] * w[3 * j + 2];
        double cosine = dot / (lengths[first][i] * lengths[second][j]);
        int angle = 3 - first - second;
        return cosine > cosineLow[angle] && cosine < cosineHigh[angle];
    }

    private void add(int i, int j, int k) {
        int at = 9 * count;
        if (at == found.length) {
            found = Arrays.copyOf(found, 2 * at);
        }
        System.arraycopy(shells[0], 3 * i, found, at, 3);
        System.arraycopy(shells[1], 3 * j, found, at + 3, 3);
        System.arraycopy(shells[2], 3 * k, found, at + 6, 3);
        if (Math.abs(determinant(found, at)) == 1) {
            count++;
        }
    }

    private static long determinant(int[] u, int at) {
        long[] m = new long[9];
        for (int k = 0; k < 9; k++) {
            m[k] = u[at + k];
        }
        return m[0] * (m[4] * m[8] - m[5] * m[7])
                - m[1] * (m[3] * m[8] - m[5] * m[6])
                + m[2] * (m[3] * m[7] - m[4] * m[6]);
    }
}
