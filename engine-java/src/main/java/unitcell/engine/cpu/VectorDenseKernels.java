package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;

/**
 * {@link DenseKernels} by {@link Gemm}.
 *
 * <p>Memory convention: arguments are read and written in place; packed weights live in scratch memory for one call, so
 * that nobody has to say when weights change.
 */
final class VectorDenseKernels implements DenseKernels {
    private final Workers workers;

    VectorDenseKernels(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void gemm(double alpha, Matrix a, Matrix b, double beta, Matrix c) {
        Shapes.ofAny("gemm", "a", a.tensor())
                .matrix("b", b, a.columns(), b.columns())
                .matrix("c", c, a.rows(), b.columns());
        Gemm.multiply(workers, (float) alpha, View.of("a", a), View.of("b", b), (float) beta, View.of("c", c));
    }

    @Override
    public void linear(Tensor x, Tensor w, Tensor bias, Tensor y) {
        Shapes shapes = Shapes.of("linear", "x", x, ANY, ANY).tensor("w", w, ANY, x.dim(1));
        shapes.optional("bias", bias, w.dim(0)).tensor("y", y, x.dim(0), w.dim(0));
        long offset = Args.optional("bias", bias, w.dim(0));
        Gemm.affine(workers, matrix("x", x), matrix("w", w).transpose(), offset, matrix("y", y));
    }

    @Override
    public void linearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias) {
        Shapes shapes = Shapes.of("linearBackward", "x", x, ANY, ANY).tensor("w", w, ANY, x.dim(1));
        shapes.tensor("dy", dy, x.dim(0), w.dim(0)).same("dx", dx, x);
        shapes.same("dw", dw, w).sink("dbias", dbias, w.dim(0));
        View g = matrix("dy", dy);
        if (dx != null) {
            Gemm.multiply(workers, 1, g, matrix("w", w), beta(dx), matrix("dx", dx.tensor()));
        }
        if (dw != null) {
            Gemm.multiply(workers, 1, g.transpose(), matrix("x", x), beta(dw), matrix("dw", dw.tensor()));
        }
        if (dbias != null) {
            Partials.columnSums(workers, g, dbias.add(), Args.sink("dbias", dbias, w.dim(0)));
        }
    }

    private static View matrix(String name, Tensor tensor) {
        return View.of(Args.floats(name, tensor, tensor.size()), tensor.dim(0), tensor.dim(1), tensor.dim(1));
    }

    private static float beta(Sink sink) {
        return sink.add() ? 1 : 0;
    }

    @Override
    public void so3Linear(Tensor x, Tensor w, Tensor bias, Tensor y) {
        So3Product.forward(workers, x, w, bias, y);
    }

    @Override
    public void so3LinearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias) {
        So3Product.backward(workers, dy, x, w, dx, dw, dbias);
    }

    @Override
    public void so2Linear(
            SphericalLayout layout, Tensor x, Tensor w0, Tensor bias0, Tensor[] wm, Tensor y, Tensor extra) {
        So2Product.forward(workers, layout, x, w0, bias0, wm, y, extra);
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
        So2Product.backward(workers, layout, dy, dExtra, x, w0, wm, dx, dw0, dbias0, dwm);
    }

    @Override
    public void leftMultiply(Tensor a, boolean transposed, Tensor x, Sink y) {
        Shapes shapes = Shapes.of("leftMultiply", "a", a, ANY, ANY);
        long from = a.dim(transposed ? 0 : 1);
        long to = a.dim(transposed ? 1 : 0);
        shapes.tensor("x", x, ANY, from, ANY);
        long items = x.dim(0);
        long width = x.dim(2);
        shapes.that(y != null, "y", y, "a sink").sink("y", y, items, to, width);
        View stored = matrix("a", a);
        long source = Args.floats("x", x, items * from * width);
        long target = Args.sink("y", y, items * to * width);
        Gemm.Start start = y.add() ? Gemm.Start.RESULT : Gemm.Start.ZERO;
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            View left = transposed ? GemmEdge.transposed(stored, shared) : stored;
            // Items of a few microseconds' work together, many enough for all threads.
            long grain = Math.max(1, (1 << 18) / Math.max(1, from * to * width));
            workers.range(items, grain, (first, last, scratch) -> {
                for (long n = first; n < last; n++) {
                    long mine = scratch.mark();
                    View in = View.of(source + 4 * n * from * width, from, width, width);
                    View out = View.of(target + 4 * n * to * width, to, width, width);
                    Gemm.serial(left, GemmPanels.inPlace(in, scratch), start, 0, out, scratch);
                    scratch.release(mine);
                }
            });
        } finally {
            shared.release(mark);
        }
    }
}
