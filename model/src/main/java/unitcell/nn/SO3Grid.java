package unitcell.nn;

import unitcell.autograd.Tape;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;
import unitcell.engine.so3.S2Grid;

/**
 * The grids of a model as tensors: one for edge features (L, M), packed by m, and one for node features (L, L),
 * degree-major.
 *
 * <p>Memory convention: the tensors belong to the scope given at construction and live as long as the model.
 *
 * @param edge coefficients in the order of {@link SphericalLayout}
 * @param node coefficients in the order l*l + l + m
 */
public record SO3Grid(S2GridTensors edge, S2GridTensors node) {
    /**
     * @param resolution points along each axis, or {@link S2Grid#DEFAULT_RESOLUTION}
     */
    public static SO3Grid create(Scope scope, DType dtype, SphericalLayout layout, int resolution) {
        return create((values, shape) -> scope.of(dtype, values, shape), layout, resolution);
    }

    /** Grids that live as long as a tape, for short computations. */
    public static SO3Grid onTape(Tape tape, SphericalLayout layout, int resolution) {
        return create(tape::of, layout, resolution);
    }

    /** Where the tables go. */
    @FunctionalInterface
    private interface Upload {
        Tensor of(double[] values, long... shape);
    }

    private static SO3Grid create(Upload upload, SphericalLayout layout, int resolution) {
        S2Grid full = new S2Grid(layout.lmax(), layout.lmax(), resolution);
        S2Grid reduced = new S2Grid(layout.lmax(), layout.mmax(), resolution);
        int[] identity = new int[full.layout().size()];
        for (int i = 0; i < identity.length; i++) {
            identity[i] = i;
        }
        int[] packed = new int[layout.reduced()];
        int[] degrees = layout.degrees();
        int[] orders = layout.orders();
        for (int r = 0; r < packed.length; r++) {
            packed[r] = reduced.layout().reducedIndex(degrees[r], orders[r]);
        }
        return new SO3Grid(tensors(upload, reduced, packed), tensors(upload, full, identity));
    }

    private static S2GridTensors tensors(Upload upload, S2Grid grid, int[] order) {
        int k = order.length;
        int[] gridOrders = grid.layout().orders();
        int[] orders = new int[k];
        for (int i = 0; i < k; i++) {
            orders[i] = gridOrders[order[i]];
        }
        int mmax = grid.layout().mmax();
        Tensor to = columns(upload, grid.toGrid(), grid.points(), order);
        Tensor from = columns(upload, grid.fromGrid(), grid.points(), order);
        Tensor legendreTo = columns(upload, grid.toGridLatitude(), grid.latitudes(), order);
        Tensor legendreFrom = columns(upload, grid.fromGridLatitude(), grid.latitudes(), order);
        Tensor trig = upload.of(grid.longitude(), grid.longitudes(), 2L * mmax + 1);
        return new S2GridTensors(
                grid.latitudes(), grid.longitudes(), mmax, orders, to, from, legendreTo, legendreFrom, trig);
    }

    private static Tensor columns(Upload upload, double[] matrix, int rows, int[] order) {
        double[] out = new double[matrix.length];
        int k = order.length;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < k; j++) {
                out[i * k + j] = matrix[i * k + order[j]];
            }
        }
        return upload.of(out, rows, k);
    }
}
