package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Sink;
import unitcell.engine.so3.S2Grid;

/** The factorised activation on the sphere against the dense float64 one, over grids, orders and ragged channels. */
class VectorS2ActivationTest {
    private static final int[] CHANNELS = {1, 3, 16, 17, 64, 100};

    private static Parity parity;

    @BeforeAll
    static void open() {
        parity = new Parity();
    }

    @AfterAll
    static void close() {
        if (parity != null) { // null where the backend was skipped
            parity.close();
        }
    }

    /**
     * The tensors of a grid, its coefficients packed by m or degree-major. Its factors are rounded to 11 binary places, so
     * that their products, the dense matrices, are exact in float32 too: what is compared are transforms that are equal.
     */
    private static final class Grid {
        private final int latitudes;
        private final int longitudes;
        private final int mmax;
        private final int[] orders;
        private final int[] tensors = new int[5];

        Grid(Parity.Case c, int lmax, int mmax, int resolution, boolean packed) {
            this(c, lmax, mmax, resolution, packed, false);
        }

        /**
         * @param equator a latitude more, on the equator, whose functions of odd l + m are zero
         */
        Grid(Parity.Case c, int lmax, int mmax, int resolution, boolean packed, boolean equator) {
            S2Grid grid = new S2Grid(lmax, mmax, resolution);
            int size = grid.layout().size();
            int[] place = grid.layout().toM();
            for (int i = 0; !packed && i < size; i++) {
                place[i] = i;
            }
            this.mmax = mmax;
            latitudes = grid.latitudes() + (equator ? 1 : 0);
            longitudes = grid.longitudes();
            orders = new int[size];
            double[] middle = new double[equator ? size : 0];
            for (int i = 0; i < size; i++) {
                orders[i] = grid.layout().orders()[place[i]];
                if (equator && (grid.layout().degrees()[place[i]] + orders[i]) % 2 == 0) {
                    middle[i] = 0.25 + i / 64.0;
                }
            }
            double[] to = coarse(withMiddle(permuted(grid.toGridLatitude(), place), middle));
            double[] from = coarse(withMiddle(permuted(grid.fromGridLatitude(), place), middle));
            double[] longitude = coarse(grid.longitude());
            tensors[0] = c.input(dense(to, longitude), grid(), size);
            tensors[1] = c.input(dense(from, longitude), grid(), size);
            tensors[2] = c.input(to, latitudes, size);
            tensors[3] = c.input(from, latitudes, size);
            tensors[4] = c.input(longitude, longitudes, 2 * mmax + 1);
        }

        private int grid() {
            return latitudes * longitudes;
        }

        private static double[] permuted(double[] rows, int[] place) {
            int size = place.length;
            double[] out = new double[rows.length];
            for (int i = 0; i < rows.length; i++) {
                out[i] = rows[i / size * size + place[i % size]];
            }
            return out;
        }

        private static double[] withMiddle(double[] rows, double[] middle) {
            double[] out = Arrays.copyOf(rows, rows.length + middle.length);
            int half = rows.length / 2;
            System.arraycopy(middle, 0, out, half, middle.length);
            System.arraycopy(rows, half, out, half + middle.length, rows.length - half);
            return out;
        }

        private static double[] coarse(double[] values) {
            return Arrays.stream(values).map(v -> Math.rint(v * 2048) / 2048).toArray();
        }

        private double[] dense(double[] latitude, double[] longitude) {
            int size = orders.length;
            double[] out = new double[grid() * size];
            for (int i = 0; i < out.length; i++) {
                int k = i % size;
                int a = i / size % longitudes;
                int b = i / size / longitudes;
                out[i] = latitude[b * size + k] * longitude[a * (2 * mmax + 1) + mmax + orders[k]];
            }
            return out;
        }

        S2GridTensors of(Parity.Arguments a) {
            return new S2GridTensors(
                    latitudes,
                    longitudes,
                    mmax,
                    orders,
                    a.get(tensors[0]),
                    a.get(tensors[1]),
                    a.get(tensors[2]),
                    a.get(tensors[3]),
                    a.get(tensors[4]));
        }
    }

    @Test
    void everyDegreeAndOrder() {
        int turn = 0;
        for (int l = 0; l <= 6; l++) {
            for (int m = 0; m <= l; m++, turn++) {
                int channels = CHANNELS[turn % CHANNELS.length];
                compare(l, m, S2Grid.DEFAULT_RESOLUTION, turn % 2 == 0, 1 + turn % 3, channels, turn);
            }
        }
    }

    @Test
    void finerGrids() {
        compare(2, 2, 18, true, 20, 33, 0);
        compare(4, 2, 18, true, 3, 64, 1);
        compare(4, 4, 18, false, 2, 17, 2);
        compare(3, 1, 8, true, 2, 48, 3);
        compare(6, 3, 14, true, 2, 70, 6);
        compare(7, 6, 16, true, 2, 20, 5);
        compare(2, 2, 6, true, 0, 16, 0);
    }

    @Test
    void aLatitudeOnTheEquator() {
        compare(3, 2, 8, true, 2, 16, 1, true);
        compare(4, 4, 10, false, 3, 5, 0, true);
    }

    private static void compare(
            int lmax, int mmax, int resolution, boolean packed, int rows, int channels, int choice) {
        compare(lmax, mmax, resolution, packed, rows, channels, choice, false);
    }

    private static void compare(
            int lmax, int mmax, int resolution, boolean packed, int rows, int channels, int choice, boolean equator) {
        String name = "L" + lmax + " M" + mmax + " on " + resolution + " rows " + rows + " C" + channels + equator;
        boolean separable = choice % 3 != 2;
        int width = channels + 5;
        Parity.Case c = parity.call("s2Activation " + name);
        Grid grid = new Grid(c, lmax, mmax, resolution, packed, equator);
        int size = grid.orders.length;
        int x = c.input(rows, size, channels);
        int scalars = c.input(rows, width);
        int y = c.output(rows, size, channels);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.spherical()
                        .s2Activation(
                                grid.of(a), a.get(x), separable ? columns(a, scalars, channels) : null, a.get(y)));

        Parity.Case b = parity.call("s2ActivationBackward " + name);
        Grid same = new Grid(b, lmax, mmax, resolution, packed, equator);
        boolean add = choice % 2 == 0;
        int dy = b.input(rows, size, channels);
        int xb = b.input(rows, size, channels);
        int sb = b.input(rows, width);
        int dx = choice % 5 == 4 ? -1 : b.sink(add, rows, size, channels);
        // The columns beside the scalars must survive: the tensor starts with numbers even where it is overwritten.
        int ds = separable && choice % 4 != 3 ? b.inOut(b.normal(rows, width), rows, width) : -1;
        b.run(
                Parity.BACKWARD,
                (k, a) -> k.spherical()
                        .s2ActivationBackward(
                                same.of(a),
                                a.get(dy),
                                a.get(xb),
                                separable ? columns(a, sb, channels) : null,
                                a.sink(dx),
                                ds < 0 ? null : columns(a, ds, channels),
                                !add));
    }

    private static Columns columns(Parity.Arguments a, int tensor, int channels) {
        return new Columns(a.get(tensor), 3, channels);
    }

    @Test
    @Tag("cpu")
    void refusesLongitudesWithoutMirrorImages() {
        Parity.Case c = parity.call("s2Activation on a crooked grid");
        Grid grid = new Grid(c, 2, 2, 6, true);
        int x = c.input(1, 9, 4);
        int y = c.output(1, 9, 4);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> c.run(Parity.FORWARD, (k, a) -> {
                    S2GridTensors good = grid.of(a);
                    if (k instanceof VectorKernels) {
                        good.trig().set(8, 0.7);
                    }
                    k.spherical().s2Activation(good, a.get(x), null, a.get(y));
                }));
        assertTrue(e.getMessage().startsWith("longitude 1 of 6"), e.getMessage());
    }

    @Test
    void gateActivation() {
        int turn = 0;
        for (int channels : CHANNELS) {
            for (int lmax : new int[] {0, 1, 3}) {
                gate(lmax, turn % 2 == 0 ? 2 : 7, channels, turn % 4 < 2 ? 4 : 3, turn++);
            }
        }
        gate(6, 5, 20, 4, 0);
        gate(2, 0, 16, 3, 1);
    }

    /**
     * @param before columns before the gates; 4 keeps rows of whole vectors aligned
     */
    private static void gate(int lmax, int rows, int channels, int before, int choice) {
        int[] degrees = new int[(lmax + 1) * (lmax + 1)];
        for (int i = 0; i < degrees.length; i++) {
            degrees[i] = (int) Math.sqrt(i);
        }
        int width = before + lmax * channels + (before == 4 ? 4 : 2);
        Parity.Case c = parity.call("gateActivation L" + lmax + " rows " + rows + " C" + channels);
        int x = c.input(rows, degrees.length, channels);
        int gates = c.input(rows, width);
        int y = c.output(rows, degrees.length, channels);
        c.run(Parity.FORWARD, (k, a) -> {
            Columns from = new Columns(a.get(gates), before, lmax * channels);
            k.spherical().gateActivation(degrees, a.get(x), from, a.get(y));
        });

        Parity.Case b = parity.call("gateActivationBackward L" + lmax + " rows " + rows + " C" + channels);
        boolean add = choice % 2 == 0;
        int dy = b.input(rows, degrees.length, channels);
        int xb = b.input(rows, degrees.length, channels);
        int gb = b.input(rows, width);
        int dx = choice % 5 == 4 ? -1 : b.sink(add, rows, degrees.length, channels);
        int dg = choice % 4 == 3 ? -1 : b.inOut(b.normal(rows, width), rows, width);
        b.run(Parity.BACKWARD, (k, a) -> {
            Columns from = new Columns(a.get(gb), before, lmax * channels);
            Sink sink = a.sink(dx);
            Columns to = dg < 0 ? null : new Columns(a.get(dg), before, lmax * channels);
            k.spherical().gateActivationBackward(degrees, a.get(dy), a.get(xb), from, sink, to, add);
        });
    }

    /** Against float64 over the whole range, including where e^-x leaves the range of float32. */
    @Test
    @Tag("cpu")
    void siluAndItsSlope() {
        for (double x :
                new double[] {0, -0.0, 1e-30, 0.3, -0.3, 1, -1.278, 5, -5, 17, -17, 86, -86, 90, -90, 1e6, -1e6}) {
            float v = (float) x;
            double s = 1 / (1 + Math.exp(-(double) v));
            float silu = VectorS2Silu.silu(Lanes.broadcast(v)).lane(0);
            assertEquals(v * s, silu, 3e-7 * Math.max(Math.abs(v * s), Math.min(1, Math.abs(v)) / 10));
            double slope = s * (1 + v * (1 - s));
            assertEquals(slope, VectorS2Silu.slope(Lanes.broadcast(v)).lane(0), 5e-7);
        }
        assertTrue(Float.isNaN(VectorS2Silu.silu(Lanes.broadcast(Float.NaN)).lane(0)));
        assertTrue(Float.isNaN(VectorS2Silu.slope(Lanes.broadcast(Float.NaN)).lane(0)));
    }
}
