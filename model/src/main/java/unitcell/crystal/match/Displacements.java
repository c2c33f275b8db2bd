package unitcell.crystal.match;

import unitcell.crystal.Lattice;
import unitcell.crystal.LllReduction;
import unitcell.crystal.match.SitePairing.Block;

/**
 * The displacements between the sites of two crystals in a common cell: sites are paired so that the sum of squared
 * distances is smallest, then the mean displacement is taken off, since the origin of a crystal is arbitrary.
 *
 * <p>Pairs further apart than a bound along some vector of the reduced cell are not allowed.
 */
final class Displacements {
    /** Elementary steps for each pair of sites, roughly. */
    static final int STEPS = 10;

    // A cost in square angstrom above any displacement of a plausible cell, small enough to be added without loss.
    private static final double FORBIDDEN = 1e9;

    // In symmetric structures several images, and several pairings, are equally far apart, and rounding errors must not
    // decide among them. The relative difference of squared lengths that are equal, and the grid of costs in square
    // angstrom:
    private static final double TIE = 1e-9;
    private static final double COST_STEP = 1e-8;

    private final SitePairing pairing;
    private final double[] rows; // [3, 3] reduced cell
    private final double[] first; // [N, 3] fractional in the reduced cell
    private final double[] second; // [N, 3]
    private final double[] reach = new double[3];
    private final double[] images = new double[3 * 27]; // neighbouring lattice points in angstrom, the 14th is zero
    private final double safe2; // a vector not longer than this (squared) is the one shortest of its images

    private final LinearAssignment assignment = new LinearAssignment();
    private final double[] cost;
    private final double[] vectors;
    private final int[] columnOf;
    private final double[] paired; // [N, 3] displacements of paired sites in angstrom
    private int filled;
    private boolean complete;
    private double rms;
    private double max;

    /**
     * @param cell common cell of the fractional coordinates
     * @param bound largest distance in angstrom of paired sites across any pair of faces of the reduced cell
     */
    Displacements(Lattice cell, double[] first, double[] second, SitePairing pairing, double bound) {
        this.pairing = pairing;
        LllReduction lll = LllReduction.of(cell.matrix());
        rows = lll.rows();
        Lattice reduced = Lattice.ofRows(rows);
        Lattice change = Lattice.ofRows(toDoubles(lll.transformation()));
        this.first = change.toFractional(first);
        this.second = change.toFractional(second);
        for (int k = 0; k < 3; k++) {
            reach[k] = bound / reduced.height(k);
        }
        safe2 = fillImages() / 4 * (1 - 1e-6);
        int largest =
                pairing.blocks().stream().mapToInt(b -> b.first().length).max().orElseThrow();
        cost = new double[largest * largest];
        vectors = new double[3 * largest * largest];
        columnOf = new int[largest];
        paired = new double[first.length];
    }

    private static double[] toDoubles(long[] integers) {
        double[] out = new double[integers.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = integers[k];
        }
        return out;
    }

    // Returns the squared length of the shortest.
    private double fillImages() {
        double shortest = Double.POSITIVE_INFINITY;
        int at = 0;
        for (int code = 0; code < 27; code++) {
            double length2 = 0;
            for (int c = 0; c < 3; c++) {
                double x = (code / 9 - 1) * rows[c] + (code / 3 % 3 - 1) * rows[3 + c] + (code % 3 - 1) * rows[6 + c];
                images[at++] = x;
                length2 += x * x;
            }
            shortest = code == 13 ? shortest : Math.min(shortest, length2);
        }
        return shortest;
    }

    /** Puts the second crystal's anchor onto a site of the first and measures. */
    void place(int partner) {
        double[] shift = new double[3];
        for (int k = 0; k < 3; k++) {
            shift[k] = first[3 * partner + k] - second[3 * pairing.anchor() + k];
        }
        filled = 0;
        complete = true;
        for (Block block : pairing.blocks()) {
            pair(block, shift);
            if (!complete) {
                return;
            }
        }
        measure();
    }

    private void pair(Block block, double[] shift) {
        int n = block.first().length;
        for (int r = 0; r < n; r++) {
            boolean any = false;
            for (int c = 0; c < n; c++) {
                cost[r * n + c] = distance2(block.second()[r], block.first()[c], shift, 3 * (r * n + c));
                any |= cost[r * n + c] < FORBIDDEN;
            }
            if (!any) {
                complete = false;
                return;
            }
        }
        if (n == 1) {
            columnOf[0] = 0;
        } else {
            assignment.solve(n, cost, columnOf);
        }
        for (int r = 0; r < n; r++) {
            int pair = r * n + columnOf[r];
            complete &= cost[pair] < FORBIDDEN;
            System.arraycopy(vectors, 3 * pair, paired, filled, 3);
            filled += 3;
        }
    }

    // Squared distance of the nearest images in square angstrom; the vector from j to i goes to vectors[at...].
    private double distance2(int j, int i, double[] shift, int at) {
        double x = 0;
        double y = 0;
        double z = 0;
        for (int k = 0; k < 3; k++) {
            double d = first[3 * i + k] - second[3 * j + k] - shift[k];
            d -= Math.floor(d + 0.5 + TIE); // in [-0.5, 0.5), 0.5 but for rounding counts as -0.5
            if (Math.abs(d) > reach[k]) {
                return FORBIDDEN;
            }
            x += d * rows[3 * k];
            y += d * rows[3 * k + 1];
            z += d * rows[3 * k + 2];
        }
        double best = x * x + y * y + z * z;
        int image = 3 * 13;
        if (best > safe2) {
            best = Double.POSITIVE_INFINITY;
            for (int m = 0; m < images.length; m += 3) {
                double u = x + images[m];
                double v = y + images[m + 1];
                double w = z + images[m + 2];
                double length2 = u * u + v * v + w * w;
                if (length2 < best * (1 - TIE)) {
                    best = length2;
                    image = m;
                }
            }
        }
        vectors[at] = x + images[image];
        vectors[at + 1] = y + images[image + 1];
        vectors[at + 2] = z + images[image + 2];
        return Math.rint(best / COST_STEP) * COST_STEP;
    }

    private void measure() {
        int n = paired.length / 3;
        double[] mean = new double[3];
        for (int i = 0; i < paired.length; i++) {
            mean[i % 3] += paired[i] / n;
        }
        double sum = 0;
        double largest = 0;
        for (int i = 0; i < paired.length; i += 3) {
            double x = paired[i] - mean[0];
            double y = paired[i + 1] - mean[1];
            double z = paired[i + 2] - mean[2];
            double length2 = x * x + y * y + z * z;
            sum += length2;
            largest = Math.max(largest, length2);
        }
        rms = Math.sqrt(sum / n);
        max = Math.sqrt(largest);
    }

    /** Whether all sites could be paired; otherwise the numbers below mean nothing. */
    boolean isComplete() {
        return complete;
    }

    /** Root mean square displacement in angstrom. */
    double rms() {
        return rms;
    }

    /** Largest displacement in angstrom. */
    double max() {
        return max;
    }
}
