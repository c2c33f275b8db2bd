package unitcell.crystal;

/**
 * A reduced basis of a lattice: three short, nearly orthogonal vectors that span the same points.
 *
 * <p>Greedy reduction in three dimensions (Semaev 2001; Nguyen and Stehle, ACM Trans. Algorithms 5, 46, 2009): the
 * longest vector is shortened by the nearest point of the plane lattice of the other two until nothing shortens any
 * more. A basis that is already well shaped is kept as it is, so that ordinary crystals see no change of basis at all.
 * The transformation is an exact unimodular integer matrix.
 */
final class LatticeReduction {
    /** Product of edge lengths over volume above which a basis is worth reducing; 1 is orthogonal, 1.41 fcc. */
    private static final double SKEW_LIMIT = 2.5;

    private static final int MAX_ROUNDS = 2000;

    private final double[] original; // [3, 3]
    private double[] rows; // [3, 3] = u @ original
    private final long[] u = {1, 0, 0, 0, 1, 0, 0, 0, 1}; // [3, 3]
    private final boolean identity;

    private LatticeReduction(Lattice lattice) {
        original = lattice.matrix();
        rows = original.clone();
        double skew = norm(0) * norm(1) * norm(2) / lattice.volume();
        identity = skew <= SKEW_LIMIT;
        if (!identity) {
            reduce();
        }
    }

    /**
     * Reduces a lattice basis.
     *
     * @throws IllegalArgumentException if the basis is so skewed that the integers overflow
     */
    static LatticeReduction of(Lattice lattice) {
        try {
            return new LatticeReduction(lattice);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(lattice + " is too skewed for its short vectors to be found", e);
        }
    }

    /** True if the basis was kept. */
    boolean isIdentity() {
        return identity;
    }

    /** Rows of the reduced basis in angstrom, row-major; not copied. */
    double[] rows() {
        return rows;
    }

    /** Unimodular matrix u with {@code rows = u @ original rows}; not copied. */
    long[] transformation() {
        return u;
    }

    /** Inverse of {@link #transformation}: the adjugate, times a determinant of +1 or -1. */
    long[] inverse() {
        long[] inverse = new long[9];
        long det = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                int r1 = (j + 1) % 3;
                int r2 = (j + 2) % 3;
                int c1 = (i + 1) % 3;
                int c2 = (i + 2) % 3;
                inverse[3 * i + j] = Math.subtractExact(
                        Math.multiplyExact(u[3 * r1 + c1], u[3 * r2 + c2]),
                        Math.multiplyExact(u[3 * r1 + c2], u[3 * r2 + c1]));
            }
        }
        for (int k = 0; k < 3; k++) {
            det = Math.addExact(det, Math.multiplyExact(u[k], inverse[3 * k]));
        }
        if (det != 1 && det != -1) {
            throw new ArithmeticException("change of basis has determinant " + det);
        }
        for (int k = 0; k < 9; k++) {
            inverse[k] *= det;
        }
        return inverse;
    }

    private void reduce() {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            sortByLength();
            if (!shortenSecond() && !shortenThird()) {
                return;
            }
        }
        throw new ArithmeticException("no reduced basis after " + MAX_ROUNDS + " rounds");
    }

    private boolean shortenSecond() {
        return subtract(1, Math.rint(dot(1, 0) / dot(0, 0)), 0);
    }

    // Subtracts from row 2 the nearest point of the lattice of rows 0 and 1; they are pair-reduced here, so the
    // nearest point is among the nine around the rounded real solution.
    private boolean shortenThird() {
        double g00 = dot(0, 0);
        double g01 = dot(0, 1);
        double g11 = dot(1, 1);
        double h0 = dot(2, 0);
        double h1 = dot(2, 1);
        double det = g00 * g11 - g01 * g01;
        double x = Math.rint((h0 * g11 - h1 * g01) / det);
        double y = Math.rint((h1 * g00 - h0 * g01) / det);
        double bestX = 0;
        double bestY = 0;
        double best = dot(2, 2) * (1 - 1e-12);
        boolean found = false;
        for (int dx = -1; dx <= 1; dx++) {
            for (int dy = -1; dy <= 1; dy++) {
                double length = shortenedSquare(x + dx, y + dy);
                if (length < best) {
                    best = length;
                    bestX = x + dx;
                    bestY = y + dy;
                    found = true;
                }
            }
        }
        if (found) {
            addMultiple(2, -toLong(bestX), 0);
            addMultiple(2, -toLong(bestY), 1);
            refresh();
        }
        return found;
    }

    private double shortenedSquare(double x, double y) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
            double v = rows[6 + k] - x * rows[k] - y * rows[3 + k];
            sum += v * v;
        }
        return sum;
    }

    private boolean subtract(int row, double times, int other) {
        if (times == 0) {
            return false;
        }
        double before = dot(row, row);
        long[] kept = u.clone();
        addMultiple(row, -toLong(times), other);
        refresh();
        if (dot(row, row) < before * (1 - 1e-12)) {
            return true;
        }
        System.arraycopy(kept, 0, u, 0, 9);
        refresh();
        return false;
    }

    private static long toLong(double x) {
        if (!(Math.abs(x) < 0x1p53)) {
            throw new ArithmeticException("multiple " + x + " is not an exact integer");
        }
        return (long) x;
    }

    private void addMultiple(int row, long times, int other) {
        for (int k = 0; k < 3; k++) {
            u[3 * row + k] = Math.addExact(u[3 * row + k], Math.multiplyExact(times, u[3 * other + k]));
        }
    }

    // Recomputes the rows from the integers, so that rounding does not pile up.
    private void refresh() {
        rows = new double[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                rows[3 * i + j] =
                        u[3 * i] * original[j] + u[3 * i + 1] * original[3 + j] + u[3 * i + 2] * original[6 + j];
            }
        }
    }

    private void sortByLength() {
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < 2; i++) {
                if (dot(i + 1, i + 1) < dot(i, i)) {
                    for (int k = 0; k < 3; k++) {
                        long t = u[3 * i + k];
                        u[3 * i + k] = u[3 * i + 3 + k];
                        u[3 * i + 3 + k] = t;
                    }
                    refresh();
                }
            }
        }
    }

    private double dot(int i, int j) {
        return rows[3 * i] * rows[3 * j] + rows[3 * i + 1] * rows[3 * j + 1] + rows[3 * i + 2] * rows[3 * j + 2];
    }

    private double norm(int i) {
        return Math.sqrt(dot(i, i));
    }
}
