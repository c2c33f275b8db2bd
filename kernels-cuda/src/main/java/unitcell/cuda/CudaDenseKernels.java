package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.cuda.Gemm.Operand;
import unitcell.cuda.Gemm.Product;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;

/**
 * {@link DenseKernels} on the GPU: products by the device's {@link Gemm}, what stands around them in {@code dense.cu}.
 *
 * <p>Memory convention: weights that a batched product needs in another form are written to scratch memory of the call.
 */
final class CudaDenseKernels implements DenseKernels {
    private static final int THREADS = 256;

    private final CudaQueue queue;
    private final DType dtype;
    private final ColumnSums columnSums;
    private final CudaSo2Linear so2;
    private final CudaKernel addRow;
    private final CudaKernel expandDegrees;
    private final CudaKernel sumOrders;

    CudaDenseKernels(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        columnSums = new ColumnSums(queue, dtype);
        so2 = new CudaSo2Linear(queue, dtype, columnSums);
        addRow = queue.kernel("dense", "add_row", dtype);
        expandDegrees = queue.kernel("dense", "expand_degrees", dtype);
        sumOrders = queue.kernel("dense", "sum_orders", dtype);
    }

    private static Operand operand(Matrix matrix) {
        return new Operand(Launch.address(matrix), matrix.stride(), 0, matrix.transposed());
    }

    private static double beta(Sink sink) {
        return sink.add() ? 1 : 0;
    }

    private Shapes shapes(String kernel, String name, Tensor first, long... expected) {
        return Shapes.of(kernel, name, first, expected).that(first.dtype() == dtype, name, first, dtype + "");
    }

    @Override
    public void gemm(double alpha, Matrix a, Matrix b, double beta, Matrix c) {
        Shapes.ofAny("gemm", "a", a.tensor())
                .that(a.tensor().dtype() == dtype, "a", a.tensor(), dtype + "")
                .matrix("b", b, a.columns(), b.columns())
                .matrix("c", c, a.rows(), b.columns());
        // A transposed result is the product of the transposed factors in the other order.
        if (c.transposed()) {
            gemm(alpha, b.transpose(), a.transpose(), beta, c.transpose());
            return;
        }
        queue.gemm()
                .multiply(new Product(
                        dtype, a.rows(), b.columns(), a.columns(), alpha, operand(a), operand(b), beta, operand(c), 1));
    }

    @Override
    public void linear(Tensor x, Tensor w, Tensor bias, Tensor y) {
        Shapes shapes = shapes("linear", "w", w, ANY, ANY);
        long out = w.dim(0);
        long in = w.dim(1);
        shapes.tensor("x", x, ANY, in).tensor("y", y, x.dim(0), out).optional("bias", bias, out);
        long rows = x.dim(0);
        Operand weights = new Operand(w.address(), in).transpose();
        queue.gemm()
                .multiply(new Product(
                        dtype,
                        rows,
                        out,
                        in,
                        1,
                        new Operand(x.address(), in),
                        weights,
                        0,
                        new Operand(y.address(), out),
                        1));
        addRow(bias, y.address(), rows, out, out);
    }

    /** y[r, :] += bias for rows of {@code width} numbers, {@code stride} apart. */
    private void addRow(Tensor bias, long y, long rows, long width, long stride) {
        if (bias != null) {
            queue.launch(addRow)
                    .tensor(bias)
                    .wide(y)
                    .wide(rows)
                    .wide(width)
                    .wide(stride)
                    .over(rows * width, THREADS);
        }
    }

    @Override
    public void linearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias) {
        Shapes shapes = shapes("linearBackward", "w", w, ANY, ANY);
        long out = w.dim(0);
        long in = w.dim(1);
        shapes.tensor("x", x, ANY, in).tensor("dy", dy, x.dim(0), out);
        shapes.same("dx", dx, x).same("dw", dw, w).sink("dbias", dbias, out);
        long rows = x.dim(0);
        Operand gradient = new Operand(dy.address(), out);
        if (dx != null) {
            Operand weights = new Operand(w.address(), in);
            Operand result = new Operand(dx.tensor().address(), in);
            queue.gemm().multiply(new Product(dtype, rows, in, out, 1, gradient, weights, beta(dx), result, 1));
        }
        if (dw != null) {
            Operand features = new Operand(x.address(), in);
            Operand result = new Operand(dw.tensor().address(), in);
            queue.gemm()
                    .multiply(
                            new Product(dtype, out, in, rows, 1, gradient.transpose(), features, beta(dw), result, 1));
        }
        columnSums.add(dy.address(), rows, out, out, dbias, 0);
    }

    @Override
    public void so3Linear(Tensor x, Tensor w, Tensor bias, Tensor y) {
        Shapes shapes = shapes("so3Linear", "w", w, ANY, ANY, ANY);
        int degrees = (int) w.dim(0);
        long out = w.dim(1);
        long in = w.dim(2);
        int coefficients = degrees * degrees;
        shapes.tensor("x", x, ANY, coefficients, in)
                .tensor("y", y, x.dim(0), coefficients, out)
                .optional("bias", bias, out);
        long nodes = x.dim(0);
        try (Scope scratch = queue.scratch()) {
            Tensor expanded = expand(scratch, w, coefficients);
            Operand features = new Operand(x.address(), coefficients * in, in, false);
            Operand weights = new Operand(expanded.address(), in, out * in, true);
            Operand result = new Operand(y.address(), coefficients * out, out, false);
            queue.gemm().multiply(new Product(dtype, nodes, out, in, 1, features, weights, 0, result, coefficients));
        }
        addRow(bias, y.address(), nodes, out, coefficients * out);
    }

    /** Each degree's matrix once for each of its 2l+1 orders: one batched product then serves all coefficients. */
    private Tensor expand(Scope scratch, Tensor w, int coefficients) {
        Tensor expanded = scratch.empty(dtype, coefficients, w.dim(1), w.dim(2));
        queue.launch(expandDegrees)
                .tensor(w)
                .tensor(expanded)
                .wide(coefficients)
                .wide(w.dim(1) * w.dim(2))
                .over(expanded.size(), THREADS);
        return expanded;
    }

    @Override
    public void so3LinearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias) {
        Shapes shapes = shapes("so3LinearBackward", "w", w, ANY, ANY, ANY);
        int degrees = (int) w.dim(0);
        long out = w.dim(1);
        long in = w.dim(2);
        int coefficients = degrees * degrees;
        shapes.tensor("x", x, ANY, coefficients, in).tensor("dy", dy, x.dim(0), coefficients, out);
        shapes.same("dx", dx, x).same("dw", dw, w).sink("dbias", dbias, out);
        long nodes = x.dim(0);
        Operand gradient = new Operand(dy.address(), coefficients * out, out, false);
        try (Scope scratch = queue.scratch()) {
            if (dx != null) {
                Tensor expanded = expand(scratch, w, coefficients);
                Operand weights = new Operand(expanded.address(), in, out * in, false);
                Operand result = new Operand(dx.tensor().address(), coefficients * in, in, false);
                queue.gemm()
                        .multiply(new Product(
                                dtype, nodes, in, out, 1, gradient, weights, beta(dx), result, coefficients));
            }
            if (dw != null) {
                Tensor parts = scratch.empty(dtype, coefficients, out, in);
                Operand features = new Operand(x.address(), coefficients * in, in, false);
                Operand result = new Operand(parts.address(), in, out * in, false);
                queue.gemm()
                        .multiply(new Product(
                                dtype, out, in, nodes, 1, gradient.transpose(), features, 0, result, coefficients));
                queue.launch(sumOrders)
                        .tensor(parts)
                        .sink(dw)
                        .wide(degrees)
                        .wide(out * in)
                        .over(degrees * out * in, THREADS);
            }
        }
        columnSums.add(dy.address(), nodes, out, coefficients * out, dbias, 0);
    }

    @Override
    public void so2Linear(
            SphericalLayout layout, Tensor x, Tensor w0, Tensor bias0, Tensor[] wm, Tensor y, Tensor extra) {
        so2.forward(layout, x, w0, bias0, wm, y, extra);
    }

    @Override
    public void so2LinearBackward(
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
        so2.backward(layout, dy, dExtra, x, w0, wm, dx, dw0, dbias0, dwm);
    }

    @Override
    public void leftMultiply(Tensor a, boolean transposed, Tensor x, Sink y) {
        Shapes shapes = shapes("leftMultiply", "a", a, ANY, ANY);
        long from = a.dim(transposed ? 0 : 1);
        long to = a.dim(transposed ? 1 : 0);
        shapes.tensor("x", x, ANY, from, ANY).that(y != null, "y", y, "a sink").sink("y", y, x.dim(0), to, x.dim(2));
        long channels = x.dim(2);
        Operand matrix = new Operand(a.address(), a.dim(1), 0, transposed);
        Operand features = new Operand(x.address(), channels, from * channels, false);
        Operand result = new Operand(y.tensor().address(), channels, to * channels, false);
        int items = Math.toIntExact(x.dim(0));
        queue.gemm().multiply(new Product(dtype, to, channels, from, 1, matrix, features, beta(y), result, items));
    }
}
