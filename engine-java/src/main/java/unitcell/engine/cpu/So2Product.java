package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;

/**
 * {@code so2Linear} of the contract: the linear maps of an SO(2) convolution, order by order.
 *
 * <p>With coefficients packed by m, the +m part u and the -m part v of an order m &gt; 0 are neighbours in an edge's row, so
 * that [u v] is one run of numbers, and the complex product is a real one with the matrix [[Wr, -Wi], [Wi, Wr]] of twice the
 * size: [y+ y-] = [u v] times its transpose. It is written out once a call, which costs little against thousands of edges.
 * Its gradient is folded back: dWr is the sum of the diagonal blocks, dWi the difference of the others.
 *
 * <p>Memory convention: expanded and packed weights live in scratch memory for one call.
 */
final class So2Product {
    private final Workers workers;
    private final SphericalLayout layout;
    private final long edges;
    private final int in;
    private final int out;
    private final int scalars;

    private So2Product(Workers workers, SphericalLayout layout, Tensor x, Tensor y, Tensor extra) {
        this.workers = workers;
        this.layout = layout;
        this.edges = x.dim(0);
        this.in = (int) x.dim(2);
        this.out = (int) y.dim(2);
        this.scalars = extra == null ? 0 : (int) extra.dim(1);
    }

    static void forward(
            Workers workers,
            SphericalLayout layout,
            Tensor x,
            Tensor w0,
            Tensor bias0,
            Tensor[] wm,
            Tensor y,
            Tensor extra) {
        Shapes shapes = Shapes.of("so2Linear", "x", x, ANY, layout.reduced(), ANY);
        shapes.tensor("y", y, x.dim(0), layout.reduced(), ANY).optional("extra", extra, x.dim(0), ANY);
        So2Product call = new So2Product(workers, layout, x, y, extra);
        call.checkWeights(shapes, w0, wm);
        shapes.optional("bias0", bias0, w0.dim(0));
        Scratch scratch = workers.scratch();
        long mark = scratch.mark();
        try {
            call.forward(x, w0, bias0, wm, y, extra, scratch);
        } finally {
            scratch.release(mark);
        }
    }

    static void backward(
            Workers workers,
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
        Shapes shapes = Shapes.of("so2LinearBackward", "x", x, ANY, layout.reduced(), ANY);
        shapes.tensor("dy", dy, x.dim(0), layout.reduced(), ANY).optional("dExtra", dExtra, x.dim(0), ANY);
        So2Product call = new So2Product(workers, layout, x, dy, dExtra);
        call.checkWeights(shapes, w0, wm);
        shapes.same("dx", dx, x).same("dw0", dw0, w0).sink("dbias0", dbias0, w0.dim(0));
        int given = dwm == null ? layout.mmax() : dwm.length;
        shapes.that(given == layout.mmax(), "number of dwm", given, "mmax = " + layout.mmax());
        for (int m = 1; dwm != null && m <= layout.mmax(); m++) {
            shapes.same("dwm[" + (m - 1) + "]", dwm[m - 1], wm[m - 1]);
        }
        Scratch scratch = workers.scratch();
        long mark = scratch.mark();
        try {
            if (dx != null) {
                call.inputGradient(dy, dExtra, w0, wm, dx, scratch);
            }
            call.zeroGradient(dy, dExtra, x, dw0, dbias0);
            for (int m = 1; dwm != null && m <= layout.mmax(); m++) {
                if (dwm[m - 1] != null) {
                    call.orderGradient(m, dy, x, dwm[m - 1], scratch);
                }
            }
        } finally {
            scratch.release(mark);
        }
    }

    private void checkWeights(Shapes shapes, Tensor w0, Tensor[] wm) {
        long degrees0 = layout.lmax() + 1L;
        shapes.tensor("w0", w0, scalars + degrees0 * out, degrees0 * in);
        int found = wm == null ? 0 : wm.length;
        shapes.that(found == layout.mmax(), "number of wm", found, "mmax = " + layout.mmax());
        for (int m = 1; m <= layout.mmax(); m++) {
            shapes.tensor("wm[" + (m - 1) + "]", wm[m - 1], 2L * degrees(m) * out, (long) degrees(m) * in);
        }
    }

    private int degrees(int m) {
        return layout.lmax() - m + 1;
    }

    /** Columns of order m, both signs, of all edges' rows in a tensor [E, R, channels]. */
    private View order(String name, Tensor tensor, int m, int channels) {
        long row = (long) layout.reduced() * channels;
        long first = Args.floats(name, tensor, edges * row) + 4L * layout.orderStart(m, false) * channels;
        return View.of(first, edges, (long) (m == 0 ? 1 : 2) * degrees(m) * channels, row);
    }

    private View extra(String name, Tensor tensor) {
        return View.of(Args.floats(name, tensor, edges * scalars), edges, scalars, scalars);
    }

    /** All of w0, or of its gradient. */
    private View zero(String name, Tensor w0) {
        return View.of(Args.floats(name, w0, w0.size()), w0.dim(0), w0.dim(1), w0.dim(1));
    }

    /** [[Wr, -Wi], [Wi, Wr]] of order m, [2 out, 2 in]. */
    private View expanded(int m, Tensor w, Scratch scratch) {
        int rows = degrees(m) * out;
        int columns = degrees(m) * in;
        long address = Args.floats("wm", w, 2L * rows * columns);
        View real = View.of(address, rows, columns, columns);
        View imaginary = View.of(real.at(rows, 0), rows, columns, columns);
        View both = View.of(scratch.floats(4L * rows * columns), 2L * rows, 2L * columns, 2L * columns);
        workers.range(rows, Math.max(1, (1 << 14) / Math.max(1, columns)), (from, to, memory) -> {
            for (long i = from; i < to; i++) {
                copy(real.at(i, 0), 1, both.at(i, 0), columns);
                copy(imaginary.at(i, 0), -1, both.at(i, columns), columns);
                copy(imaginary.at(i, 0), 1, both.at(rows + i, 0), columns);
                copy(real.at(i, 0), 1, both.at(rows + i, columns), columns);
            }
        });
        return both;
    }

    private static void copy(long from, float sign, long to, int count) {
        int j = 0;
        for (; j < Lanes.whole(count); j += Lanes.WIDTH) {
            Lanes.storeAt(to, j, Lanes.loadAt(from, j).mul(sign));
        }
        if (j < count) {
            VectorMask<Float> mask = Lanes.first(count - j);
            Lanes.store(to + 4L * j, Lanes.load(from + 4L * j, mask).mul(sign), mask);
        }
    }

    private void forward(Tensor x, Tensor w0, Tensor bias0, Tensor[] wm, Tensor y, Tensor extra, Scratch scratch) {
        long bias = Args.optional("bias0", bias0, w0.dim(0));
        Gemm.Start start = bias == 0 ? Gemm.Start.ZERO : Gemm.Start.BIAS;
        View weights = zero("w0", w0);
        View features = order("x", x, 0, in);
        List<Gemm.Product> products = new ArrayList<>();
        if (scalars > 0) {
            GemmPanels panels = Gemm.pack(workers, weights.rows(0, scalars).transpose(), 1, scratch);
            products.add(new Gemm.Product(features, panels, start, bias, extra("extra", extra)));
        }
        GemmPanels rest =
                Gemm.pack(workers, weights.rows(scalars, weights.rows()).transpose(), 1, scratch);
        products.add(new Gemm.Product(features, rest, start, bias + 4L * scalars, order("y", y, 0, out)));
        for (int m = 1; m <= layout.mmax(); m++) {
            GemmPanels panels =
                    Gemm.pack(workers, expanded(m, wm[m - 1], scratch).transpose(), 1, scratch);
            View u = order("x", x, m, in);
            products.add(new Gemm.Product(u, panels, Gemm.Start.ZERO, 0, order("y", y, m, out)));
        }
        Gemm.multiply(workers, products);
    }

    private void inputGradient(Tensor dy, Tensor dExtra, Tensor w0, Tensor[] wm, Sink dx, Scratch scratch) {
        Gemm.Start start = dx.add() ? Gemm.Start.RESULT : Gemm.Start.ZERO;
        View weights = zero("w0", w0);
        View target = order("dx", dx.tensor(), 0, in);
        List<Gemm.Product> products = new ArrayList<>();
        GemmPanels rest = Gemm.pack(workers, weights.rows(scalars, weights.rows()), 1, scratch);
        products.add(new Gemm.Product(order("dy", dy, 0, out), rest, start, 0, target));
        if (scalars > 0) {
            GemmPanels panels = Gemm.pack(workers, weights.rows(0, scalars), 1, scratch);
            products.add(new Gemm.Product(extra("dExtra", dExtra), panels, Gemm.Start.RESULT, 0, target));
        }
        for (int m = 1; m <= layout.mmax(); m++) {
            GemmPanels panels = Gemm.pack(workers, expanded(m, wm[m - 1], scratch), 1, scratch);
            View u = order("dx", dx.tensor(), m, in);
            products.add(new Gemm.Product(order("dy", dy, m, out), panels, start, 0, u));
        }
        Gemm.multiply(workers, products);
    }

    /** Gradients of the weights and the bias of m = 0. */
    private void zeroGradient(Tensor dy, Tensor dExtra, Tensor x, Sink dw0, Sink dbias0) {
        View g = order("dy", dy, 0, out);
        View features = order("x", x, 0, in);
        if (dw0 != null) {
            View weights = zero("dw0", dw0.tensor());
            float beta = dw0.add() ? 1 : 0;
            View rest = weights.rows(scalars, weights.rows());
            Gemm.multiply(workers, 1, g.transpose(), features, beta, rest);
            if (scalars > 0) {
                View first = extra("dExtra", dExtra).transpose();
                Gemm.multiply(workers, 1, first, features, beta, weights.rows(0, scalars));
            }
        }
        if (dbias0 != null) {
            long bias = Args.sink("dbias0", dbias0, scalars + g.columns());
            Partials.columnSums(workers, g, dbias0.add(), bias + 4L * scalars);
            if (scalars > 0) {
                Partials.columnSums(workers, extra("dExtra", dExtra), dbias0.add(), bias);
            }
        }
    }

    /** Gradient of the weights of m &gt; 0. */
    private void orderGradient(int m, Tensor dy, Tensor x, Sink dw, Scratch scratch) {
        int rows = degrees(m) * out;
        int columns = degrees(m) * in;
        long mark = scratch.mark();
        View both = View.of(scratch.floats(4L * rows * columns), 2L * rows, 2L * columns, 2L * columns);
        Gemm.multiply(workers, 1, order("dy", dy, m, out).transpose(), order("x", x, m, in), 0, both);
        long real = Args.sink("dwm", dw, 2L * rows * columns);
        long imaginary = real + 4L * rows * columns;
        workers.range(rows, Math.max(1, (1 << 14) / Math.max(1, columns)), (from, to, memory) -> {
            for (long i = from; i < to; i++) {
                long offset = 4L * i * columns;
                fold(both.at(i, 0), both.at(rows + i, columns), 1, real + offset, dw.add(), columns);
                fold(both.at(rows + i, 0), both.at(i, columns), -1, imaginary + offset, dw.add(), columns);
            }
        });
        scratch.release(mark);
    }

    /** out = a + sign * b, or out += where {@code add}. */
    private static void fold(long a, long b, float sign, long out, boolean add, int count) {
        for (int j = 0; j < count; j += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - j));
            long at = 4L * j;
            FloatVector sum = Lanes.fma(Lanes.load(b + at, mask), Lanes.broadcast(sign), Lanes.load(a + at, mask));
            if (add) {
                sum = sum.add(Lanes.load(out + at, mask));
            }
            Lanes.store(out + at, sum, mask);
        }
    }
}
