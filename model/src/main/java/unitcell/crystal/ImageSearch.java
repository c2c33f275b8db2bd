package unitcell.crystal;

import java.util.Arrays;

/**
 * Finds the periodic images of a point within a radius, in a lattice of any shape.
 *
 * <p>Fincke-Pohst enumeration: in a triangular frame of the (reduced) basis the radius bounds the shift along one axis,
 * what is left of it bounds the next, so that hardly any image is visited that does not lie inside. Skewed, flat and
 * tiny cells and coordinates outside [0, 1) cost nothing extra.
 *
 * <p>An instance is a work space for one lattice: cheap to make, not safe to share between threads. The result of a
 * search stays valid until the next one.
 */
public final class ImageSearch {
    /** Most images one search may return. */
    public static final int MAX_IMAGES = 1 << 22;

    private static final int MAX_REPEATS = 100_000;

    // Relative and absolute slack in angstrom: rounding must not lose an image on the sphere; callers test exactly.
    private static final double SLACK = 1e-10;
    private static final double SLACK_ABSOLUTE = 1e-12;

    private final boolean identity;
    private final long[] toOriginal; // shift_original = shift_reduced @ toOriginal
    private final long[] toReduced; // frac_reduced = frac_original @ toReduced
    // Triangular frame: row 0 = (l00, l01, l02), row 1 = (0, l11, l12), row 2 = (0, 0, l22), all in angstrom.
    private final double l00;
    private final double l01;
    private final double l02;
    private final double l11;
    private final double l12;
    private final double l22;
    private final double shortest;

    private double radius2;
    private double f0;
    private double f1;
    private double f2;
    private int[] shifts = new int[3 * 64]; // [count, 3] in the original basis
    private long[] packed = new long[0];
    private int count;

    /**
     * Prepares searches in a lattice.
     *
     * @throws IllegalArgumentException if the cell is skewed beyond what 64-bit integers can undo
     */
    public ImageSearch(Lattice lattice) {
        LatticeReduction reduction = LatticeReduction.of(lattice);
        identity = reduction.isIdentity();
        toOriginal = reduction.transformation();
        toReduced = inverse(reduction, lattice);
        double[] b = reduction.rows();
        double cx = b[4] * b[8] - b[5] * b[7]; // row 1 x row 2
        double cy = b[5] * b[6] - b[3] * b[8];
        double cz = b[3] * b[7] - b[4] * b[6];
        double face = Math.sqrt(cx * cx + cy * cy + cz * cz);
        l22 = Math.sqrt(dot(b, 2, 2));
        l11 = face / l22;
        l00 = Math.abs(b[0] * cx + b[1] * cy + b[2] * cz) / face;
        l12 = dot(b, 1, 2) / l22;
        l02 = dot(b, 0, 2) / l22;
        l01 = (dot(b, 0, 1) - l02 * l12) / l11;
        shortest = Math.sqrt(Math.min(Math.min(dot(b, 0, 0), dot(b, 1, 1)), dot(b, 2, 2)));
    }

    private static long[] inverse(LatticeReduction reduction, Lattice lattice) {
        try {
            return reduction.inverse();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(lattice + " is too skewed for its short vectors to be found", e);
        }
    }

    private static double dot(double[] b, int i, int j) {
        return b[3 * i] * b[3 * j] + b[3 * i + 1] * b[3 * j + 1] + b[3 * i + 2] * b[3 * j + 2];
    }

    /** Length in angstrom of the shortest vector of the basis searched in: an upper bound of the shortest of all. */
    public double shortestBasisVector() {
        return shortest;
    }

    /**
     * Finds all whole shifts {@code s} for which {@code |(frac + s) @ lattice| <= radius}, and possibly a few just
     * outside (relative 1e-10), in lexicographic order of {@code s}.
     *
     * @param x fractional difference along a, any size up to 1e9
     * @param y along b
     * @param z along c
     * @param radius in angstrom, finite, not negative
     * @return how many were found; read them with {@link #shifts}
     * @throws IllegalArgumentException if there are more than {@link #MAX_IMAGES}
     */
    public int find(double x, double y, double z, double radius) {
        if (!(radius >= 0) || !Double.isFinite(radius)) {
            throw new IllegalArgumentException("radius " + radius + " is not a finite length");
        }
        reduceCoordinates(x, y, z);
        // Round to the nearest image first: the bounds below are then small integers.
        double n0 = Math.rint(f0);
        double n1 = Math.rint(f1);
        double n2 = Math.rint(f2);
        f0 -= n0;
        f1 -= n1;
        f2 -= n2;
        double r = radius * (1 + SLACK) + SLACK_ABSOLUTE;
        double expected = 4.0 / 3.0 * Math.PI * r * r * r / (l00 * l11 * l22);
        if (expected > MAX_IMAGES || r / Math.min(l00, Math.min(l11, l22)) > MAX_REPEATS) {
            throw new IllegalArgumentException(
                    "a radius of " + radius + " angstrom holds too many periodic images: the cell is too small for it");
        }
        radius2 = r * r;
        count = 0;
        enumerate(r / l00);
        if (count > 0) {
            restore((long) n0, (long) n1, (long) n2);
        }
        return count;
    }

    /** Shifts of the last {@link #find}, [count, 3]; the scratch array itself, longer than needed. */
    public int[] shifts() {
        return shifts;
    }

    /**
     * Distance in angstrom from the origin to the nearest image of a point, or {@code bound} if none is nearer.
     *
     * @param bound upper limit in angstrom, may be infinite
     */
    public double nearest(double x, double y, double z, double bound) {
        reduceCoordinates(x, y, z);
        double t0 = f0 - Math.rint(f0);
        double t1 = f1 - Math.rint(f1);
        double t2 = f2 - Math.rint(f2);
        double best = Math.min(bound, length(t0, t1, t2));
        int n = find(x, y, z, best);
        for (int k = 0; k < n; k++) {
            reduceCoordinates(x + shifts[3 * k], y + shifts[3 * k + 1], z + shifts[3 * k + 2]);
            best = Math.min(best, length(f0, f1, f2));
        }
        return best;
    }

    private double length(double t0, double t1, double t2) {
        double u = t0 * l00;
        double v = t0 * l01 + t1 * l11;
        double w = t0 * l02 + t1 * l12 + t2 * l22;
        return Math.sqrt(u * u + v * v + w * w);
    }

    private void reduceCoordinates(double x, double y, double z) {
        if (!(Math.abs(x) < 1e9 && Math.abs(y) < 1e9 && Math.abs(z) < 1e9)) {
            throw new IllegalArgumentException("fractional difference (" + x + ", " + y + ", " + z
                    + ") is not finite or too far away to be precise");
        }
        if (identity) {
            f0 = x;
            f1 = y;
            f2 = z;
        } else {
            f0 = x * toReduced[0] + y * toReduced[3] + z * toReduced[6];
            f1 = x * toReduced[1] + y * toReduced[4] + z * toReduced[7];
            f2 = x * toReduced[2] + y * toReduced[5] + z * toReduced[8];
        }
    }

    private void enumerate(double width0) {
        int last0 = (int) Math.floor(width0 - f0);
        for (int s0 = (int) Math.ceil(-width0 - f0); s0 <= last0; s0++) {
            double t0 = f0 + s0;
            double u = t0 * l00;
            double left1 = Math.max(0, radius2 - u * u);
            double width1 = Math.sqrt(left1) / l11;
            double centre1 = f1 + t0 * l01 / l11;
            int last1 = (int) Math.floor(width1 - centre1);
            for (int s1 = (int) Math.ceil(-width1 - centre1); s1 <= last1; s1++) {
                double t1 = f1 + s1;
                double v = (centre1 + s1) * l11;
                double width2 = Math.sqrt(Math.max(0, left1 - v * v)) / l22;
                double centre2 = f2 + (t0 * l02 + t1 * l12) / l22;
                int first2 = (int) Math.ceil(-width2 - centre2);
                int last2 = (int) Math.floor(width2 - centre2);
                for (int s2 = first2; s2 <= last2; s2++) {
                    push(s0, s1, s2);
                }
            }
        }
    }

    private void push(int s0, int s1, int s2) {
        int at = 3 * count;
        if (at + 3 > shifts.length) {
            if (count >= MAX_IMAGES) {
                throw new IllegalArgumentException("more than " + MAX_IMAGES + " periodic images within the radius");
            }
            shifts = Arrays.copyOf(shifts, shifts.length * 2);
        }
        shifts[at] = s0;
        shifts[at + 1] = s1;
        shifts[at + 2] = s2;
        count++;
    }

    // Undoes the rounding and the change of basis, and sorts if the latter disturbed the order.
    private void restore(long n0, long n1, long n2) {
        for (int k = 0; k < 3 * count; k += 3) {
            long a = shifts[k] - n0;
            long b = shifts[k + 1] - n1;
            long c = shifts[k + 2] - n2;
            if (identity) {
                shifts[k] = Math.toIntExact(a);
                shifts[k + 1] = Math.toIntExact(b);
                shifts[k + 2] = Math.toIntExact(c);
            } else {
                for (int j = 0; j < 3; j++) {
                    shifts[k + j] = toShift(a * toOriginal[j] + b * toOriginal[3 + j] + c * toOriginal[6 + j]);
                }
            }
        }
        if (!identity && count > 1) {
            sort();
        }
    }

    private static int toShift(long value) {
        if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a periodic image lies " + value + " cells away: the cell is too skewed");
        }
        return (int) value;
    }

    private void sort() {
        long limit = 1L << 20;
        for (int k = 0; k < 3 * count; k++) {
            if (shifts[k] < -limit || shifts[k] >= limit) {
                throw new IllegalArgumentException(
                        "a periodic image lies " + shifts[k] + " cells away: the cell is too skewed");
            }
        }
        if (packed.length < count) {
            packed = new long[Math.max(count, 64)];
        }
        for (int k = 0; k < count; k++) {
            packed[k] = (shifts[3 * k] + limit) << 42 | (shifts[3 * k + 1] + limit) << 21 | (shifts[3 * k + 2] + limit);
        }
        Arrays.sort(packed, 0, count);
        long mask = (1L << 21) - 1;
        for (int k = 0; k < count; k++) {
            shifts[3 * k] = (int) ((packed[k] >>> 42) - limit);
            shifts[3 * k + 1] = (int) ((packed[k] >>> 21 & mask) - limit);
            shifts[3 * k + 2] = (int) ((packed[k] & mask) - limit);
        }
    }
}
