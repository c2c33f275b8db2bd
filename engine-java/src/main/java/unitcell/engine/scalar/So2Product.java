package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;

/**
 * The linear maps of an SO(2) convolution, {@code so2Linear} of the contract. With coefficients packed by m, the part of
 * one order and sign is one run of (L-m+1) C consecutive numbers of an edge's row, degrees outermost.
 *
 * <p>Order m &gt; 0 is multiplication by the complex matrix Wr + i Wi: (u + i v) -&gt; (Wr u - Wi v) + i (Wr v + Wi u). Its
 * gradient is the product with the conjugate transpose.
 */
final class So2Product {
    private So2Product() {}

    static void forward(
            SphericalLayout layout, Tensor x, Tensor w0, Tensor bias0, Tensor[] wm, Tensor y, Tensor extra) {
        Shapes shapes = Shapes.of("so2Linear", "x", x, ANY, layout.reduced(), ANY);
        long edges = x.dim(0);
        int in = (int) x.dim(2);
        shapes.tensor("y", y, edges, layout.reduced(), ANY).optional("extra", extra, edges, ANY);
        int out = (int) y.dim(2);
        int scalars = extra == null ? 0 : (int) extra.dim(1);
        int rows0 = scalars + (layout.lmax() + 1) * out;
        int columns0 = (layout.lmax() + 1) * in;
        shapes.tensor("w0", w0, rows0, columns0).optional("bias0", bias0, rows0);
        checkOrders(shapes, layout, wm, out, in);

        double[] weights0 = w0.toDoubles();
        double[] shift = bias0 == null ? new double[rows0] : bias0.toDoubles();
        double[][] weights = read(wm);
        for (long e = 0; e < edges; e++) {
            double[] features = Rows.read(x, e * layout.reduced() * in, layout.reduced() * in);
            double[] result = new double[layout.reduced() * out];

            double[] zero = shift.clone(); // [scalars | (L+1) out]
            Products.addMatrixVector(1, weights0, 0, rows0, columns0, features, 0, zero, 0);
            for (int i = 0; i < scalars; i++) {
                extra.set(e * scalars + i, zero[i]);
            }
            System.arraycopy(zero, scalars, result, 0, rows0 - scalars);

            for (int m = 1; m <= layout.mmax(); m++) {
                Order order = Order.of(layout, m, out, in);
                double[] w = weights[m - 1];
                int real = 0;
                int imaginary = order.rows * order.columns;
                product(1, w, real, order, features, order.u, result, order.outPlus);
                product(-1, w, imaginary, order, features, order.v, result, order.outPlus);
                product(1, w, real, order, features, order.v, result, order.outMinus);
                product(1, w, imaginary, order, features, order.u, result, order.outMinus);
            }
            Rows.write(y, e * layout.reduced() * out, result);
        }
    }

    private static void product(
            double sign, double[] w, int wAt, Order order, double[] x, int xAt, double[] y, int yAt) {
        Products.addMatrixVector(sign, w, wAt, order.rows, order.columns, x, xAt, y, yAt);
    }

    static void backward(
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
        long edges = x.dim(0);
        int in = (int) x.dim(2);
        shapes.tensor("dy", dy, edges, layout.reduced(), ANY).optional("dExtra", dExtra, edges, ANY);
        int out = (int) dy.dim(2);
        int scalars = dExtra == null ? 0 : (int) dExtra.dim(1);
        int rows0 = scalars + (layout.lmax() + 1) * out;
        int columns0 = (layout.lmax() + 1) * in;
        shapes.tensor("w0", w0, rows0, columns0).same("dx", dx, x).same("dw0", dw0, w0);
        shapes.sink("dbias0", dbias0, rows0);
        checkOrders(shapes, layout, wm, out, in);
        shapes.that(
                dwm == null || dwm.length == layout.mmax(), "dwm", "an array of another length", layout.mmax() + "");

        double[] weights0 = w0.toDoubles();
        double[][] weights = read(wm);
        double[] sum0 = Rows.accumulator(dw0);
        double[] biasSum = Rows.accumulator(dbias0);
        double[][] sums = new double[layout.mmax()][];
        for (int m = 1; m <= layout.mmax(); m++) {
            Sink sink = dwm == null ? null : dwm[m - 1];
            shapes.same("dwm[" + (m - 1) + "]", sink, wm[m - 1]);
            sums[m - 1] = Rows.accumulator(sink);
        }
        for (long e = 0; e < edges; e++) {
            double[] features = Rows.read(x, e * layout.reduced() * in, layout.reduced() * in);
            double[] g = Rows.read(dy, e * layout.reduced() * out, layout.reduced() * out);
            double[] gx = new double[layout.reduced() * in];

            double[] zero = new double[rows0];
            for (int i = 0; i < scalars; i++) {
                zero[i] = dExtra.get(e * scalars + i);
            }
            System.arraycopy(g, 0, zero, scalars, rows0 - scalars);
            Products.addTransposedVector(1, weights0, 0, rows0, columns0, zero, 0, gx, 0);
            if (dw0 != null) {
                Products.addOuter(1, zero, 0, rows0, features, 0, columns0, sum0, 0);
            }
            if (dbias0 != null) {
                Rows.add(zero, biasSum, 0);
            }

            for (int m = 1; m <= layout.mmax(); m++) {
                Order order = Order.of(layout, m, out, in);
                double[] w = weights[m - 1];
                int real = 0;
                int imaginary = order.rows * order.columns;
                back(1, w, real, order, g, order.outPlus, gx, order.u);
                back(1, w, imaginary, order, g, order.outMinus, gx, order.u);
                back(-1, w, imaginary, order, g, order.outPlus, gx, order.v);
                back(1, w, real, order, g, order.outMinus, gx, order.v);
                if (sums[m - 1] != null) {
                    outer(1, g, order.outPlus, order, features, order.u, sums[m - 1], real);
                    outer(1, g, order.outMinus, order, features, order.v, sums[m - 1], real);
                    outer(-1, g, order.outPlus, order, features, order.v, sums[m - 1], imaginary);
                    outer(1, g, order.outMinus, order, features, order.u, sums[m - 1], imaginary);
                }
            }
            Rows.put(dx, e * layout.reduced() * in, gx);
        }
        Rows.flush(dw0, sum0);
        Rows.flush(dbias0, biasSum);
        for (int m = 1; m <= layout.mmax(); m++) {
            Rows.flush(dwm == null ? null : dwm[m - 1], sums[m - 1]);
        }
    }

    private static void back(double sign, double[] w, int wAt, Order order, double[] g, int gAt, double[] x, int xAt) {
        Products.addTransposedVector(sign, w, wAt, order.rows, order.columns, g, gAt, x, xAt);
    }

    private static void outer(double sign, double[] g, int gAt, Order order, double[] x, int xAt, double[] w, int wAt) {
        Products.addOuter(sign, g, gAt, order.rows, x, xAt, order.columns, w, wAt);
    }

    private static void checkOrders(Shapes shapes, SphericalLayout layout, Tensor[] wm, int out, int in) {
        int found = wm == null ? 0 : wm.length;
        shapes.that(found == layout.mmax(), "number of wm", found, "mmax = " + layout.mmax());
        for (int m = 1; m <= layout.mmax(); m++) {
            int degrees = layout.lmax() - m + 1;
            shapes.tensor("wm[" + (m - 1) + "]", wm[m - 1], 2L * degrees * out, (long) degrees * in);
        }
    }

    private static double[][] read(Tensor[] wm) {
        double[][] weights = new double[wm == null ? 0 : wm.length][];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = wm[i].toDoubles();
        }
        return weights;
    }

    /**
     * Where the parts of order m lie in an edge's row, and the size of each half of its matrix.
     *
     * @param u start of +m in the input
     * @param v start of -m in the input
     * @param outPlus start of +m in the output
     * @param outMinus start of -m in the output
     */
    private record Order(int rows, int columns, int u, int v, int outPlus, int outMinus) {
        static Order of(SphericalLayout layout, int m, int out, int in) {
            int degrees = layout.lmax() - m + 1;
            int plus = layout.orderStart(m, false);
            int minus = layout.orderStart(m, true);
            return new Order(degrees * out, degrees * in, plus * in, minus * in, plus * out, minus * out);
        }
    }
}
