package unitcell.crystal.symmetry;

import java.util.ArrayList;
import java.util.List;
import unitcell.crystal.ImageSearch;
import unitcell.crystal.Lattice;

/**
 * The changes of basis that leave a lattice as it is within a tolerance: those to three of its vectors with the lengths
 * and angles of the present ones.
 */
final class LatticeSymmetries {
    // Beyond this there is no lattice whose operations could form a group.
    private static final int MAX_FOUND = 200;
    // Lattice points in the box that is searched.
    private static final int MAX_VECTORS = 200_000;

    private final double tolerance;
    private final double[] rows;
    private final List<List<int[]>> candidates = new ArrayList<>(); // vectors as long as a, b, c

    private LatticeSymmetries(Lattice lattice, double tolerance) {
        this.tolerance = tolerance;
        this.rows = lattice.matrix();
        double longest = 0;
        for (int axis = 0; axis < 3; axis++) {
            longest = Math.max(longest, lattice.length(axis));
        }
        double boxes = 1;
        for (int axis = 0; axis < 3; axis++) {
            boxes *= 2 * (longest + tolerance) / lattice.height(axis) + 3;
        }
        if (boxes > MAX_VECTORS) {
            throw new IllegalArgumentException(lattice + " is too elongated for its symmetry to be searched");
        }
        ImageSearch search = new ImageSearch(lattice);
        int n = search.find(0, 0, 0, longest + tolerance);
        int[] all = search.shifts();
        for (int axis = 0; axis < 3; axis++) {
            List<int[]> same = new ArrayList<>();
            for (int k = 0; k < n; k++) {
                int[] v = {all[3 * k], all[3 * k + 1], all[3 * k + 2]};
                if (Math.abs(Math.sqrt(dot(v, v)) - lattice.length(axis)) < tolerance) {
                    same.add(v);
                }
            }
            candidates.add(same);
        }
    }

    /**
     * Finds them; the identity is first.
     *
     * @param lattice in a reduced basis
     * @param tolerance in angstrom: of lengths, and of angles times the length of the vectors
     * @throws IllegalArgumentException if the cell is so elongated that there are too many vectors of such lengths
     * @return matrices u, row-major, determinant +1 or -1; the new basis is {@code u @ lattice}
     */
    static List<int[]> find(Lattice lattice, double tolerance) {
        return new LatticeSymmetries(lattice, tolerance).combine();
    }

    private List<int[]> combine() {
        List<int[]> found = new ArrayList<>();
        found.add(new int[] {1, 0, 0, 0, 1, 0, 0, 0, 1});
        for (int[] a : candidates.get(0)) {
            for (int[] b : candidates.get(1)) {
                if (!sameAngle(a, b, 0, 1)) {
                    continue;
                }
                for (int[] c : candidates.get(2)) {
                    int[] u = {a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], c[2]};
                    if (sameAngle(b, c, 1, 2)
                            && sameAngle(a, c, 0, 2)
                            && Math.abs(PointGroup.determinant(u)) == 1
                            && !isIdentity(u)
                            && found.size() < MAX_FOUND) {
                        found.add(u);
                    }
                }
            }
        }
        return found;
    }

    private static boolean isIdentity(int[] u) {
        return u[0] == 1 && u[4] == 1 && u[8] == 1 && u[1] == 0 && u[2] == 0 && u[5] == 0;
    }

    // The angle between v and w against that between lattice vectors i and j: the difference moves the vectors' ends by
    // less than the tolerance.
    private boolean sameAngle(int[] v, int[] w, int i, int j) {
        int[] ei = unit(i);
        int[] ej = unit(j);
        double lv = Math.sqrt(dot(v, v));
        double lw = Math.sqrt(dot(w, w));
        double li = Math.sqrt(dot(ei, ei));
        double lj = Math.sqrt(dot(ej, ej));
        double cos1 = dot(v, w) / (lv * lw);
        double cos2 = dot(ei, ej) / (li * lj);
        // sin of the difference of two angles in [0, 180]
        double sin = cos1 * Math.sqrt(Math.max(0, 1 - cos2 * cos2)) - cos2 * Math.sqrt(Math.max(0, 1 - cos1 * cos1));
        double length2 = (lv + li) * (lw + lj) / 4;
        return sin * sin * length2 < tolerance * tolerance;
    }

    private static int[] unit(int i) {
        int[] e = new int[3];
        e[i] = 1;
        return e;
    }

    private double dot(int[] v, int[] w) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            sum += (v[0] * rows[c] + v[1] * rows[3 + c] + v[2] * rows[6 + c])
                    * (w[0] * rows[c] + w[1] * rows[3 + c] + w[2] * rows[6 + c]);
        }
        return sum;
    }
}
