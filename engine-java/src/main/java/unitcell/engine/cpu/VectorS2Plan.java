package unitcell.engine.cpu;

import java.util.Arrays;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.S2GridTensors;

/**
 * A grid's factorised transforms as the kernels want them: coefficients to (latitude, order) by Legendre functions, then
 * to longitudes by sines and cosines, and back.
 *
 * <p>Longitudes a and A - a share their cosines and differ in the sign of their sines, so that both come from one even and
 * one odd sum: half the products. Longitude 0, and A/2 if A is even, are their own partners.
 *
 * <p>Memory convention: tables are heap arrays, whose values are broadcast without a bounds check in counted loops. Made
 * for each call, from some hundred numbers.
 */
final class VectorS2Plan {
    /** K, B, A and M: coefficients, latitudes, longitudes, highest order. */
    final int coefficients;

    final int latitudes;
    final int longitudes;
    final int mmax;
    /** Pairs of longitudes (a, A - a), a = 1..pairs. */
    final int pairs;
    /** Coefficients of each order m + M. */
    final int[][] byOrder;
    /** [K, B] */
    final float[] legendreTo;
    /** [K, B] */
    final float[] legendreFrom;
    /** For M = 2, cos a, cos 2a, sin a, sin 2a of each longitude, all times sqrt2; otherwise empty. */
    final float[] waves;
    /** sqrt2 cos(m a) at [m * A + a], 1 for m = 0. */
    final float[] cosine;
    /** sqrt2 sin(m a) at [m * A + a]. */
    final float[] sine;

    /**
     * Reads a grid.
     *
     * @throws IllegalArgumentException if its longitudes are not 2 pi a / A, or its tensors have other shapes
     */
    VectorS2Plan(S2GridTensors grid) {
        coefficients = grid.coefficients();
        latitudes = grid.latitudes();
        longitudes = grid.longitudes();
        mmax = grid.mmax();
        pairs = (longitudes - 1) / 2;
        int orders = 2 * mmax + 1;
        byOrder = new int[orders][];
        for (int m = -mmax; m <= mmax; m++) {
            byOrder[m + mmax] = places(grid.orders(), m);
        }
        legendreTo = columns("legendreTo", grid.legendreTo());
        legendreFrom = columns("legendreFrom", grid.legendreFrom());
        long trig = Args.floats("trig", grid.trig(), (long) longitudes * orders);
        cosine = new float[(mmax + 1) * longitudes];
        sine = new float[(mmax + 1) * longitudes];
        for (int a = 0; a < longitudes; a++) {
            for (int m = 0; m <= mmax; m++) {
                cosine[m * longitudes + a] = Lanes.getAt(trig, a * orders + mmax + m);
                sine[m * longitudes + a] = m == 0 ? 0 : Lanes.getAt(trig, a * orders + mmax - m);
            }
        }
        checkPartners();
        waves = new float[mmax == 2 ? 4 * longitudes : 0];
        for (int i = 0; i < waves.length; i++) {
            float[] table = i % 4 < 2 ? cosine : sine;
            waves[i] = table[(1 + i % 2) * longitudes + i / 4];
        }
    }

    private static int[] places(int[] orders, int m) {
        int[] out = new int[orders.length];
        int count = 0;
        for (int k = 0; k < orders.length; k++) {
            if (orders[k] == m) {
                out[count++] = k;
            }
        }
        return Arrays.copyOf(out, count);
    }

    private float[] columns(String name, Tensor table) {
        long address = Args.floats(name, table, (long) latitudes * coefficients);
        float[] out = new float[latitudes * coefficients];
        for (int b = 0; b < latitudes; b++) {
            for (int k = 0; k < coefficients; k++) {
                out[k * latitudes + b] = Lanes.getAt(address, b * coefficients + k);
            }
        }
        return out;
    }

    private void checkPartners() {
        for (int m = 0; m <= mmax; m++) {
            for (int a = 0; a < longitudes; a++) {
                int here = m * longitudes + a;
                int there = m * longitudes + (longitudes - a) % longitudes;
                boolean partners =
                        Math.abs(cosine[here] - cosine[there]) < 1e-5f && Math.abs(sine[here] + sine[there]) < 1e-5f;
                if (!partners) {
                    throw new IllegalArgumentException("longitude " + a + " of " + longitudes
                            + " of a grid has no mirror image for order " + m + "; expected longitudes 2 pi a / A");
                }
            }
        }
    }

    /** Floats of (latitude, order) values of one vector of channels. */
    long orderFloats() {
        return (long) latitudes * (2 * mmax + 1) * Lanes.WIDTH;
    }

    /** Floats of the coefficients of one vector of channels. */
    long coefficientFloats() {
        return (long) coefficients * Lanes.WIDTH;
    }

    /** Floats of the grid values of one vector of channels. */
    long gridFloats() {
        return (long) latitudes * longitudes * Lanes.WIDTH;
    }
}
