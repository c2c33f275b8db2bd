package unitcell.cuda;

import java.util.Arrays;
import java.util.Set;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.S2GridTensors;

/**
 * A grid's factorised transforms as {@code s2_grid.cuh} wants them: latitudes in pairs that mirror each other in the
 * equator, longitudes in pairs a, A - a, coefficients by order and, within an order, by the parity of l + m; which
 * parity is read off the Legendre functions. Values that go to the grid carry the factor of the kernel's exponential,
 * those from it the inverse.
 *
 * <p>Memory convention: made once for a grid, from its tensors' contents at that time; the two tables lie in device
 * memory among the queue's constants.
 */
final class CudaS2Plan {
    /** Bytes of one element for each thread of a block. */
    private static final int BLOCK_BYTES = 256;
    /** Dynamic shared memory that a block may have on every GPU since compute capability 8.0. */
    private static final int MAX_SHARED = 99 << 10;

    private static final int MAX_ORDER = 6;
    /** The kernels read offsets of coefficients by so many. */
    private static final int OFFSETS = 8;
    /** (L, M) for which there is a kernel that knows L when it is compiled, as {@code l4_m2}. */
    private static final Set<String> COMPILED = Set.of("l2_m2", "l4_m2", "l4_m4", "l6_m2", "l6_m3", "l6_m6");

    private final DType dtype;
    private final int coefficients;
    private final int longitudes;
    private final int latitudePairs;
    private final String kernel;
    private final int elements;
    private final Tensor lists;
    private final Tensor table;

    /**
     * Reads a grid, whose tensors must have the right shapes.
     *
     * @throws IllegalArgumentException if its latitudes or longitudes do not mirror each other, or an order is too high
     */
    CudaS2Plan(CudaQueue queue, DType dtype, S2GridTensors grid) {
        this.dtype = dtype;
        coefficients = grid.coefficients();
        longitudes = grid.longitudes();
        latitudePairs = (grid.latitudes() + 1) / 2;
        int mmax = grid.mmax();
        if (mmax > MAX_ORDER) {
            throw new IllegalArgumentException("a grid with mmax " + mmax + "; the CUDA kernels go to " + MAX_ORDER);
        }
        double[] to = grid.legendreTo().toDoubles();
        double[] from = grid.legendreFrom().toDoubles();
        double[] trig = grid.trig().toDoubles();
        // Numbers that should be opposite may differ by their rounding.
        double tolerance = dtype == DType.F64 ? 1e-13 : 1e-6;
        checkLongitudes(trig, mmax, tolerance);
        int[] parity = new int[coefficients];
        for (int k = 0; k < coefficients; k++) {
            parity[k] = parity(to, from, k, tolerance);
        }
        int[] starts = new int[2 * (2 * mmax + 1) + 1];
        int[] place = places(grid.orders(), mmax, parity, starts);

        int pairs = pairsAtOnce(mmax);
        int l = degree(mmax, starts);
        String known = "l" + l + "_m" + mmax;
        String orders = "m" + mmax + "_p" + pairs;
        kernel = dtype == DType.F32 && COMPILED.contains(known) ? "l" + l + "_" + orders : orders;

        double[] values = table(to, from, trig, place, mmax, pairs);
        elements = values.length;
        int[] all = Arrays.copyOf(place, coefficients + starts.length);
        System.arraycopy(starts, 0, all, coefficients, starts.length);
        lists = queue.constant(all);
        table = queue.constant(bits(values));
        if (sharedBytes(3) > MAX_SHARED) {
            throw new IllegalArgumentException("a grid of " + grid.latitudes() + " x " + longitudes + " points with "
                    + coefficients + " coefficients needs " + sharedBytes(3)
                    + " bytes of shared memory for its tables and a block's coefficients; expected at most "
                    + MAX_SHARED);
        }
    }

    private static void fault(int a, int longitudes, int m) {
        throw new IllegalArgumentException("longitude " + a + " of " + longitudes
                + " of a grid has no mirror image for order " + m + "; expected longitudes 2 pi a / A");
    }

    /** Longitudes a and A - a have equal cosines and opposite sines; cosines of A/2 are +-those of 0. */
    private void checkLongitudes(double[] trig, int mmax, double tolerance) {
        int orders = 2 * mmax + 1;
        for (int a = 0; a < longitudes; a++) {
            int here = a * orders + mmax;
            int there = (longitudes - a) % longitudes * orders + mmax;
            for (int m = 1; m <= mmax; m++) {
                double opposite = m % 2 == 0 ? trig[mmax + m] : -trig[mmax + m];
                if (!(Math.abs(trig[here + m] - trig[there + m]) <= tolerance)
                        || !(Math.abs(trig[here - m] + trig[there - m]) <= tolerance)
                        || (2 * a == longitudes && !(Math.abs(trig[here + m] - opposite) <= tolerance))) {
                    fault(a, longitudes, m);
                }
            }
        }
    }

    /** 0 for a coefficient whose functions are even in the equator, 1 for odd. */
    private int parity(double[] to, double[] from, int k, double tolerance) {
        for (int odd = 0; odd < 2; odd++) {
            if (mirrored(to, k, odd, tolerance) && mirrored(from, k, odd, tolerance)) {
                return odd;
            }
        }
        throw new IllegalArgumentException("coefficient " + k
                + " of a grid is neither even nor odd in the equator; expected latitudes that mirror each other");
    }

    private boolean mirrored(double[] legendre, int k, int odd, double tolerance) {
        int latitudes = legendre.length / coefficients;
        double largest = 0;
        double difference = 0;
        for (int b = 0; b < latitudes; b++) {
            double north = legendre[b * coefficients + k];
            double south = legendre[(latitudes - 1 - b) * coefficients + k];
            largest = Math.max(largest, Math.abs(north));
            difference = Math.max(difference, Math.abs(odd == 0 ? north - south : north + south));
        }
        return difference <= tolerance * largest;
    }

    /** Coefficients by order, then parity; starts[2 (m + M) + parity] is where each list begins. */
    private int[] places(int[] orders, int mmax, int[] parity, int[] starts) {
        int[] place = new int[coefficients];
        int count = 0;
        for (int list = 0; list < starts.length - 1; list++) {
            starts[list] = count;
            for (int k = 0; k < coefficients; k++) {
                if (orders[k] + mmax == list / 2 && parity[k] == list % 2) {
                    place[count++] = k;
                }
            }
        }
        starts[starts.length - 1] = count;
        if (count != coefficients || place[starts[2 * mmax]] != 0) {
            throw new IllegalArgumentException("orders of a grid's coefficients are " + Arrays.toString(orders)
                    + "; expected l=0 first, and orders from -" + mmax + " to " + mmax);
        }
        return place;
    }

    /** L if the coefficients are all those of degrees to L with |m| <= M, otherwise -1. */
    private static int degree(int mmax, int[] starts) {
        int l = starts[2 * mmax + 2] - starts[2 * mmax] - 1;
        int at = 0;
        for (int list = 0; list < starts.length - 1; list++) {
            int count = l + 1 - Math.abs(list / 2 - mmax);
            if (starts[list] != at) {
                return -1;
            }
            at += list % 2 == 0 ? (count + 1) / 2 : count / 2;
        }
        return starts[starts.length - 1] == at ? l : -1;
    }

    /** Pairs of latitudes that the tables interleave; a thread holds the orders of as many in registers at once. */
    private int pairsAtOnce(int mmax) {
        if (dtype == DType.F64) {
            return 1;
        }
        return mmax == 0 || mmax > 2 ? 2 : 3;
    }

    private double[] table(double[] to, double[] from, double[] trig, int[] place, int mmax, int pairs) {
        int slots = pairs == 3 ? 4 : pairs;
        int groups = (latitudePairs + pairs - 1) / pairs;
        int latitudes = to.length / coefficients;
        int legendre = groups * coefficients * slots;
        int waves = (2 * legendre + 3) / 4 * 4;
        int rows = (longitudes + 1) / 2;
        double[] out = new double[(waves + rows * 2 * mmax + 3) / 4 * 4];
        double scale = dtype == DType.F64 ? -1 : -1 / Math.log(2);
        for (int b = 0; b < latitudePairs; b++) {
            // A latitude on the equator is its own partner: the kernel comes to it twice.
            double share = 2 * b + 1 == latitudes ? 0.5 : 1;
            for (int p = 0; p < coefficients; p++) {
                int at = (b / pairs * coefficients + p) * slots + b % pairs;
                out[at] = scale * to[b * coefficients + place[p]];
                out[legendre + at] = share / scale * from[b * coefficients + place[p]];
            }
        }
        for (int a = 0; a < rows; a++) {
            for (int m = 1; m <= mmax; m++) {
                int at = waves + a * 2 * mmax + m - 1;
                out[at] = trig[a * (2 * mmax + 1) + mmax + m];
                out[at + mmax] = trig[a * (2 * mmax + 1) + mmax - m];
            }
        }
        return out;
    }

    private int[] bits(double[] values) {
        if (dtype == DType.F32) {
            return Arrays.stream(values)
                    .mapToInt(v -> Float.floatToRawIntBits((float) v))
                    .toArray();
        }
        int[] out = new int[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            long wide = Double.doubleToRawLongBits(values[i]);
            out[2 * i] = (int) wide;
            out[2 * i + 1] = (int) (wide >>> 32);
        }
        return out;
    }

    /** Which kernel serves this grid, as {@code l4_m2_p3}. */
    String kernel() {
        return kernel;
    }

    /** Dynamic shared memory of a kernel that holds {@code fields} columns of coefficients for each thread. */
    int sharedBytes(int fields) {
        long offsets = (coefficients + OFFSETS - 1L) / OFFSETS * OFFSETS;
        long starts = lists.size() - coefficients;
        return Math.toIntExact(
                (long) elements * dtype.bytes() + (long) fields * coefficients * BLOCK_BYTES + 4 * (offsets + starts));
    }

    /** Threads of a block, {@code s2::THREADS}. */
    int threads() {
        return BLOCK_BYTES / dtype.bytes();
    }

    /** Blocks for x [rows, K, C]. */
    long blocks(Tensor x) {
        return (x.dim(0) * x.dim(2) + threads() - 1) / threads();
    }

    /** The kernels' first five parameters. */
    Launch arguments(Launch launch) {
        return launch.tensor(table)
                .tensor(lists)
                .whole(coefficients)
                .whole(latitudePairs)
                .whole(longitudes);
    }
}
