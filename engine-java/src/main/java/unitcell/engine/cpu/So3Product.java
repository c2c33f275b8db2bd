package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@code so3Linear} of the contract: one matrix for each degree, shared over its orders.
 *
 * <p>Coefficient s of all nodes is a matrix [N, C] with rows (L+1)^2 C apart, so that every coefficient is a product of its
 * own with its degree's packed weights; a task takes some nodes of one coefficient.
 *
 * <p>Memory convention: packed weights of all degrees, and one partial weight gradient for each coefficient and chunk of
 * nodes, in scratch memory.
 */
final class So3Product {
    /** Nodes of a task. */
    private static final int NODES = 96;

    /** Nodes of a partial weight gradient. */
    private static final int CHUNK = 1024;

    private So3Product() {}

    static void forward(Workers workers, Tensor x, Tensor w, Tensor bias, Tensor y) {
        Shapes shapes = Shapes.of("so3Linear", "w", w, ANY, ANY, ANY);
        int degrees = (int) w.dim(0);
        long out = w.dim(1);
        long in = w.dim(2);
        long coefficients = (long) degrees * degrees;
        shapes.tensor("x", x, ANY, coefficients, in)
                .optional("bias", bias, out)
                .tensor("y", y, x.dim(0), coefficients, out);
        long nodes = x.dim(0);
        long from = Args.floats("x", x, nodes * coefficients * in);
        long to = Args.floats("y", y, nodes * coefficients * out);
        long offset = Args.optional("bias", bias, out);
        products(workers, degrees, nodes, new Side(from, in), weights(w, false), offset, false, new Side(to, out));
    }

    static void backward(Workers workers, Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias) {
        Shapes shapes = Shapes.of("so3LinearBackward", "w", w, ANY, ANY, ANY);
        int degrees = (int) w.dim(0);
        long out = w.dim(1);
        long in = w.dim(2);
        long coefficients = (long) degrees * degrees;
        shapes.tensor("x", x, ANY, coefficients, in).tensor("dy", dy, x.dim(0), coefficients, out);
        shapes.same("dx", dx, x).same("dw", dw, w).sink("dbias", dbias, out);
        long nodes = x.dim(0);
        Side g = new Side(Args.floats("dy", dy, nodes * coefficients * out), out);
        Side features = new Side(Args.floats("x", x, nodes * coefficients * in), in);
        if (dx != null) {
            Side target = new Side(Args.sink("dx", dx, nodes * coefficients * in), in);
            products(workers, degrees, nodes, g, weights(w, true), 0, dx.add(), target);
        }
        if (dw != null) {
            weightGradients(workers, degrees, nodes, g, features, weights(dw.tensor(), true), dw.add());
        }
        if (dbias != null && degrees > 0) {
            View scalars = g.coefficient(0, coefficients, 0, nodes);
            Partials.columnSums(workers, scalars, dbias.add(), Args.sink("dbias", dbias, out));
        }
    }

    /** One side of the products: features [N, S, channels]. */
    private record Side(long address, long channels) {
        /** Nodes {@code from} to {@code to} of coefficient s. */
        View coefficient(long s, long coefficients, long from, long to) {
            long stride = coefficients * channels;
            return View.of(address + 4 * (from * stride + s * channels), to - from, channels, stride);
        }
    }

    /** The weights of every degree as [out, in], or as [in, out] where not {@code stored} that way round. */
    private static View[] weights(Tensor w, boolean stored) {
        View[] views = new View[(int) w.dim(0)];
        long size = w.dim(1) * w.dim(2);
        long address = Args.floats("w", w, w.size());
        for (int l = 0; l < views.length; l++) {
            View view = View.of(address + 4L * l * size, w.dim(1), w.dim(2), w.dim(2));
            views[l] = stored ? view : view.transpose();
        }
        return views;
    }

    private static void products(
            Workers workers, int degrees, long nodes, Side a, View[] w, long bias, boolean add, Side c) {
        int coefficients = degrees * degrees;
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            GemmPanels[] panels = new GemmPanels[degrees];
            for (int l = 0; l < degrees; l++) {
                long room = shared.floats(GemmPanels.floats(w[l].rows(), w[l].columns()));
                panels[l] = GemmPanels.packed(room, w[l].rows(), w[l].columns());
            }
            workers.run(degrees, (l, scratch) -> panels[l].fill(w[l], 1, 0, GemmPanels.count(w[l].columns())));
            int tiles = Math.toIntExact((nodes + NODES - 1) / NODES);
            workers.run(tiles * coefficients, (task, scratch) -> {
                int s = task % coefficients;
                long from = (long) (task / coefficients) * NODES;
                long to = Math.min(nodes, from + NODES);
                Gemm.Start start = add ? Gemm.Start.RESULT : s == 0 && bias != 0 ? Gemm.Start.BIAS : Gemm.Start.ZERO;
                View left = a.coefficient(s, coefficients, from, to);
                View out = c.coefficient(s, coefficients, from, to);
                Gemm.serial(left, panels[degree(s)], start, bias, out, scratch);
            });
        } finally {
            shared.release(mark);
        }
    }

    private static int degree(int s) {
        return (int) Math.sqrt(s);
    }

    /** dw[l] = sum over the coefficients of degree l of dy^T x. */
    private static void weightGradients(
            Workers workers, int degrees, long nodes, Side g, Side x, View[] dw, boolean add) {
        int coefficients = degrees * degrees;
        if (degrees == 0) {
            return;
        }
        int chunks = Math.toIntExact(Math.max(1, (nodes + CHUNK - 1) / CHUNK));
        Scratch shared = workers.scratch();
        long mark = shared.mark();
        try {
            long partial = GemmSplit.allocate(dw[0], coefficients * chunks, shared);
            workers.run(coefficients * chunks, (task, scratch) -> {
                int s = task / chunks;
                long from = (long) (task % chunks) * CHUNK;
                long to = Math.min(nodes, from + CHUNK);
                View left = g.coefficient(s, coefficients, from, to).transpose();
                View right = x.coefficient(s, coefficients, from, to);
                GemmSplit.part(left, right, dw[0], partial, task, scratch);
            });
            for (int l = 0; l < degrees; l++) {
                long first = partial + GemmSplit.bytes(dw[0]) * l * l * chunks;
                GemmSplit.add(workers, first, (2 * l + 1) * chunks, 1, add ? 1 : 0, dw[l], 0);
            }
        } finally {
            shared.release(mark);
        }
    }
}
