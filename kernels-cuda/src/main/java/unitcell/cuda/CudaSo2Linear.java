package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.cuda.Gemm.Operand;
import unitcell.cuda.Gemm.Product;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;

/**
 * The linear maps of an SO(2) convolution as plain matrix products. With coefficients packed by m, the +m and -m parts of
 * an edge are neighbours, so that order m &gt; 0 is one real product with the matrix [Wr, -Wi; Wi, Wr], which has no more
 * operations than the complex one; no edge tensor is copied or padded.
 *
 * <p>Memory convention: the real matrices lie in scratch memory of the call, the edge tensors are read and written in place.
 */
final class CudaSo2Linear {
    private static final int THREADS = 256;

    private final CudaQueue queue;
    private final DType dtype;
    private final ColumnSums columnSums;
    private final CudaKernel addRow;
    private final CudaKernel pack;
    private final CudaKernel unpack;

    CudaSo2Linear(CudaQueue queue, DType dtype, ColumnSums columnSums) {
        this.queue = queue;
        this.dtype = dtype;
        this.columnSums = columnSums;
        addRow = queue.kernel("dense", "add_row", dtype);
        pack = queue.kernel("dense", "so2_pack", dtype);
        unpack = queue.kernel("dense", "so2_unpack", dtype);
    }

    /**
     * One order m &gt; 0 of an edge tensor.
     *
     * @param columns (L-m+1) C, numbers of +m or of -m
     * @param at elements from the start of an edge to its +m part
     * @param stride elements of an edge
     */
    private record Order(long columns, long at, long stride) {
        static Order of(SphericalLayout layout, int m, long channels) {
            long columns = (layout.lmax() - m + 1) * channels;
            return new Order(columns, layout.orderStart(m, false) * channels, layout.reduced() * channels);
        }
    }

    void forward(SphericalLayout layout, Tensor x, Tensor w0, Tensor bias0, Tensor[] wm, Tensor y, Tensor extra) {
        Shapes shapes =
                Shapes.of("so2Linear", "x", x, ANY, layout.reduced(), ANY).that(x.dtype() == dtype, "x", x, dtype + "");
        long edges = x.dim(0);
        long in = x.dim(2);
        shapes.tensor("y", y, edges, layout.reduced(), ANY).optional("extra", extra, edges, ANY);
        long out = y.dim(2);
        long scalars = extra == null ? 0 : extra.dim(1);
        long rows0 = (layout.lmax() + 1) * out;
        long columns0 = (layout.lmax() + 1) * in;
        shapes.tensor("w0", w0, scalars + rows0, columns0).optional("bias0", bias0, scalars + rows0);
        checkOrders(shapes, layout, wm, out, in);

        Operand features = new Operand(x.address(), layout.reduced() * in);
        if (extra != null) {
            product(edges, scalars, columns0, features, weights(w0, 0), 0, extra.address(), scalars);
            addBias(bias0, 0, extra.address(), edges, scalars, scalars);
        }
        long strideY = layout.reduced() * out;
        product(edges, rows0, columns0, features, weights(w0, scalars), 0, y.address(), strideY);
        addBias(bias0, scalars, y.address(), edges, rows0, strideY);

        try (Scope scratch = queue.scratch()) {
            for (int m = 1; m <= layout.mmax(); m++) {
                Order from = Order.of(layout, m, in);
                Order to = Order.of(layout, m, out);
                Tensor real = pack(scratch, wm[m - 1], to.columns, from.columns);
                product(
                        edges,
                        2 * to.columns,
                        2 * from.columns,
                        new Operand(at(x, from.at), from.stride),
                        new Operand(real.address(), 2 * from.columns).transpose(),
                        0,
                        at(y, to.at),
                        to.stride);
            }
        }
    }

    private void product(long m, long n, long k, Operand a, Operand b, double beta, long result, long stride) {
        queue.gemm().multiply(new Product(dtype, m, n, k, 1, a, b, beta, new Operand(result, stride), 1));
    }

    private long at(Tensor tensor, long element) {
        return tensor.address() + element * dtype.bytes();
    }

    /** Rows of w0 from {@code row} on, transposed. */
    private Operand weights(Tensor w0, long row) {
        return new Operand(at(w0, row * w0.dim(1)), w0.dim(1)).transpose();
    }

    private void addBias(Tensor bias, long from, long y, long rows, long width, long stride) {
        if (bias != null) {
            queue.launch(addRow)
                    .wide(at(bias, from))
                    .wide(y)
                    .wide(rows)
                    .wide(width)
                    .wide(stride)
                    .over(rows * width, THREADS);
        }
    }

    /** [2 rows, columns] of Wr and Wi as the real matrix [2 rows, 2 columns]. */
    private Tensor pack(Scope scratch, Tensor w, long rows, long columns) {
        Tensor real = scratch.empty(dtype, 2 * rows, 2 * columns);
        queue.launch(pack).tensor(w).tensor(real).wide(rows).wide(columns).over(real.size(), THREADS);
        return real;
    }

    private static void checkOrders(Shapes shapes, SphericalLayout layout, Tensor[] wm, long out, long in) {
        shapes.that(wm.length == layout.mmax(), "wm", wm.length + " tensors", layout.mmax() + " tensors");
        for (int m = 1; m <= layout.mmax(); m++) {
            int degrees = layout.lmax() - m + 1;
            shapes.tensor("wm[" + (m - 1) + "]", wm[m - 1], 2 * degrees * out, degrees * in);
        }
    }

    void backward(
            SphericalLayout layout,
            Tensor dy,
            Tensor dExtra,
            Tensor x,
            Tensor w0,
            Tensor[] wm,
            Sink dx,
            Sink dw0,
            Sink dbias0,
            Sink[] dwm) {
        Shapes shapes = Shapes.of("so2LinearBackward", "x", x, ANY, layout.reduced(), ANY)
                .that(x.dtype() == dtype, "x", x, dtype + "");
        long edges = x.dim(0);
        long in = x.dim(2);
        shapes.tensor("dy", dy, edges, layout.reduced(), ANY).optional("dExtra", dExtra, edges, ANY);
        long out = dy.dim(2);
        long scalars = dExtra == null ? 0 : dExtra.dim(1);
        long rows0 = (layout.lmax() + 1) * out;
        long columns0 = (layout.lmax() + 1) * in;
        shapes.tensor("w0", w0, scalars + rows0, columns0).same("dx", dx, x).same("dw0", dw0, w0);
        shapes.sink("dbias0", dbias0, scalars + rows0);
        checkOrders(shapes, layout, wm, out, in);
        shapes.that(
                dwm == null || dwm.length == layout.mmax(), "dwm", "an array of another length", layout.mmax() + "");
        for (int m = 1; dwm != null && m <= layout.mmax(); m++) {
            shapes.same("dwm[" + (m - 1) + "]", dwm[m - 1], wm[m - 1]);
        }
        long strideX = layout.reduced() * in;
        long strideY = layout.reduced() * out;
        Operand gradient = new Operand(dy.address(), strideY);
        Operand gradientExtra = dExtra == null ? null : new Operand(dExtra.address(), scalars);
        Operand features = new Operand(x.address(), strideX);

        if (dx != null) {
            double beta = dx.add() ? 1 : 0;
            long result = dx.tensor().address();
            product(edges, columns0, rows0, gradient, weights(w0, scalars).transpose(), beta, result, strideX);
            if (gradientExtra != null) {
                product(edges, columns0, scalars, gradientExtra, weights(w0, 0).transpose(), 1, result, strideX);
            }
        }
        if (dw0 != null) {
            double beta = dw0.add() ? 1 : 0;
            long main = at(dw0.tensor(), scalars * columns0);
            product(rows0, columns0, edges, gradient.transpose(), features, beta, main, columns0);
            if (gradientExtra != null) {
                long first = dw0.tensor().address();
                product(scalars, columns0, edges, gradientExtra.transpose(), features, beta, first, columns0);
            }
        }
        columnSums.add(dy.address(), edges, rows0, strideY, dbias0, scalars);
        if (dExtra != null) {
            columnSums.add(dExtra.address(), edges, scalars, scalars, dbias0, 0);
        }
        for (int m = 1; m <= layout.mmax(); m++) {
            order(layout, m, dy, x, wm[m - 1], dx, dwm == null ? null : dwm[m - 1]);
        }
    }

    private void order(SphericalLayout layout, int m, Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw) {
        Order from = Order.of(layout, m, x.dim(2));
        Order to = Order.of(layout, m, dy.dim(2));
        Operand gradient = new Operand(at(dy, to.at), to.stride);
        try (Scope scratch = queue.scratch()) {
            if (dx != null) {
                Tensor real = pack(scratch, w, to.columns, from.columns);
                Operand weights = new Operand(real.address(), 2 * from.columns);
                long result = at(dx.tensor(), from.at);
                double beta = dx.add() ? 1 : 0;
                product(x.dim(0), 2 * from.columns, 2 * to.columns, gradient, weights, beta, result, from.stride);
            }
            if (dw != null) {
                Tensor real = scratch.empty(dtype, 2 * to.columns, 2 * from.columns);
                Operand features = new Operand(at(x, from.at), from.stride);
                product(
                        2 * to.columns,
                        2 * from.columns,
                        x.dim(0),
                        gradient.transpose(),
                        features,
                        0,
                        real.address(),
                        2 * from.columns);
                queue.launch(unpack)
                        .tensor(real)
                        .sink(dw)
                        .wide(to.columns)
                        .wide(from.columns)
                        .over(to.columns * from.columns, THREADS);
            }
        }
    }
}
