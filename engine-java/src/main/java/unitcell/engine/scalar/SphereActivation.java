package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Activations of spherical features: SiLU on a grid over the sphere, and gates. The grid transforms use the dense
 * matrices; the factorised ones of {@link S2GridTensors} are equal and for faster backends.
 */
final class SphereActivation {
    private SphereActivation() {}

    static void s2Activation(S2GridTensors grid, Tensor x, Columns scalars, Tensor y) {
        Shapes shapes = checkGrid("s2Activation", grid, x).same("y", y, x);
        int channels = (int) x.dim(2);
        if (scalars != null) {
            shapes.columns("scalars", scalars, x.dim(0), channels);
        }
        double[] to = grid.toGrid().toDoubles();
        double[] from = grid.fromGrid().toDoubles();
        int size = grid.coefficients() * channels;
        for (long n = 0; n < x.dim(0); n++) {
            double[] onGrid = toGrid(grid, to, Rows.read(x, n * size, size), channels);
            for (int i = 0; i < onGrid.length; i++) {
                onGrid[i] = Activations.silu(onGrid[i]);
            }
            double[] result = new double[size];
            Products.addTransposed(from, 0, grid.points(), grid.coefficients(), onGrid, 0, channels, result, 0);
            for (int c = 0; scalars != null && c < channels; c++) {
                result[c] = Activations.silu(scalars.tensor().get(at(scalars, n, c)));
            }
            Rows.write(y, n * size, result);
        }
    }

    static void s2ActivationBackward(
            S2GridTensors grid, Tensor dy, Tensor x, Columns scalars, Sink dx, Columns dscalars, boolean addScalars) {
        Shapes shapes =
                checkGrid("s2ActivationBackward", grid, x).same("dy", dy, x).same("dx", dx, x);
        int channels = (int) x.dim(2);
        if (scalars != null) {
            shapes.columns("scalars", scalars, x.dim(0), channels);
        }
        if (dscalars != null) {
            shapes.that(scalars != null, "dscalars", dscalars, "null without scalars");
            shapes.columns("dscalars", dscalars, x.dim(0), channels);
        }
        double[] to = grid.toGrid().toDoubles();
        double[] from = grid.fromGrid().toDoubles();
        int size = grid.coefficients() * channels;
        for (long n = 0; n < x.dim(0); n++) {
            double[] g = Rows.read(dy, n * size, size);
            for (int c = 0; scalars != null && c < channels; c++) {
                if (dscalars != null) {
                    double slope = Activations.siluSlope(scalars.tensor().get(at(scalars, n, c)));
                    Rows.put(new Sink(dscalars.tensor(), addScalars), at(dscalars, n, c), g[c] * slope);
                }
                g[c] = 0; // coefficient 0 of the result did not come from the grid
            }
            if (dx != null) {
                double[] onGrid = toGrid(grid, to, Rows.read(x, n * size, size), channels);
                double[] gGrid = toGrid(grid, from, g, channels);
                for (int i = 0; i < onGrid.length; i++) {
                    gGrid[i] *= Activations.siluSlope(onGrid[i]);
                }
                double[] gx = new double[size];
                Products.addTransposed(to, 0, grid.points(), grid.coefficients(), gGrid, 0, channels, gx, 0);
                Rows.put(dx, n * size, gx);
            }
        }
    }

    private static Shapes checkGrid(String kernel, S2GridTensors grid, Tensor x) {
        return Shapes.of(kernel, "x", x, ANY, grid.coefficients(), ANY)
                .tensor("grid.toGrid", grid.toGrid(), grid.points(), grid.coefficients())
                .tensor("grid.fromGrid", grid.fromGrid(), grid.points(), grid.coefficients());
    }

    /** matrix [points, coefficients] times x [coefficients, C]. */
    private static double[] toGrid(S2GridTensors grid, double[] matrix, double[] x, int channels) {
        double[] out = new double[grid.points() * channels];
        Products.addMatrix(matrix, 0, grid.points(), grid.coefficients(), x, 0, channels, out, 0);
        return out;
    }

    private static long at(Columns columns, long row, long column) {
        return row * columns.stride() + columns.from() + column;
    }

    static void gateActivation(int[] degrees, Tensor x, Columns gates, Tensor y) {
        checkGates("gateActivation", degrees, x, gates).same("y", y, x);
        int channels = (int) x.dim(2);
        for (long n = 0; n < x.dim(0); n++) {
            for (int r = 0; r < degrees.length; r++) {
                for (int c = 0; c < channels; c++) {
                    long i = (n * degrees.length + r) * channels + c;
                    y.set(
                            i,
                            degrees[r] == 0
                                    ? Activations.silu(x.get(i))
                                    : x.get(i) * gate(gates, n, degrees[r], channels, c));
                }
            }
        }
    }

    static void gateActivationBackward(
            int[] degrees, Tensor dy, Tensor x, Columns gates, Sink dx, Columns dgates, boolean addGates) {
        Shapes shapes = checkGates("gateActivationBackward", degrees, x, gates)
                .same("dy", dy, x)
                .same("dx", dx, x);
        if (dgates != null) {
            shapes.columns("dgates", dgates, x.dim(0), gates.count());
        }
        int channels = (int) x.dim(2);
        for (long n = 0; n < x.dim(0); n++) {
            double[] gGates = new double[gates.count()];
            for (int r = 0; r < degrees.length; r++) {
                for (int c = 0; c < channels; c++) {
                    long i = (n * degrees.length + r) * channels + c;
                    double slope;
                    if (degrees[r] == 0) {
                        slope = Activations.siluSlope(x.get(i));
                    } else {
                        slope = gate(gates, n, degrees[r], channels, c);
                        gGates[(degrees[r] - 1) * channels + c] += dy.get(i) * x.get(i) * slope * (1 - slope);
                    }
                    if (dx != null) {
                        Rows.put(dx, i, dy.get(i) * slope);
                    }
                }
            }
            if (dgates != null) {
                Rows.put(new Sink(dgates.tensor(), addGates), at(dgates, n, 0), gGates);
            }
        }
    }

    private static double gate(Columns gates, long row, int degree, int channels, int c) {
        return Activations.sigmoid(gates.tensor().get(at(gates, row, (degree - 1L) * channels + c)));
    }

    private static Shapes checkGates(String kernel, int[] degrees, Tensor x, Columns gates) {
        Shapes shapes = Shapes.of(kernel, "x", x, ANY, degrees.length, ANY);
        int lmax = 0;
        for (int l : degrees) {
            lmax = Math.max(lmax, l);
        }
        shapes.that(degrees.length > 0 && degrees[0] == 0, "degrees", degrees.length, "coefficient l=0 first");
        return shapes.columns("gates", gates, x.dim(0), lmax * x.dim(2));
    }
}
