package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;

/** Scalar {@link DenseKernels}: weights are read once into arrays, then one row after the other is multiplied. */
final class ScalarDenseKernels implements DenseKernels {
    @Override
    public void gemm(double alpha, Matrix a, Matrix b, double beta, Matrix c) {
        Shapes.ofAny("gemm", "a", a.tensor())
                .matrix("b", b, a.columns(), b.columns())
                .matrix("c", c, a.rows(), b.columns());
        int inner = (int) a.columns();
        int columns = (int) b.columns();
        double[] right = new double[Math.multiplyExact(inner, columns)];
        for (int k = 0; k < inner; k++) {
            for (int j = 0; j < columns; j++) {
                right[k * columns + j] = b.tensor().get(at(b, k, j));
            }
        }
        double[] left = new double[inner];
        for (long i = 0; i < a.rows(); i++) {
            for (int k = 0; k < inner; k++) {
                left[k] = a.tensor().get(at(a, i, k));
            }
            double[] sum = new double[columns];
            Products.addMatrix(left, 0, 1, inner, right, 0, columns, sum, 0);
            for (int j = 0; j < columns; j++) {
                long to = at(c, i, j);
                double before = beta == 0 ? 0 : beta * c.tensor().get(to);
                c.tensor().set(to, alpha * sum[j] + before);
            }
        }
    }

    private static long at(Matrix m, long row, long column) {
        return m.offset() + (m.transposed() ? column * m.stride() + row : row * m.stride() + column);
    }

    @Override
    public void linear(Tensor x, Tensor w, Tensor bias, Tensor y) {
        Shapes shapes = Shapes.of("linear", "x", x, ANY, ANY).tensor("w", w, ANY, x.dim(1));
        int in = (int) x.dim(1);
        int out = (int) w.dim(0);
        shapes.optional("bias", bias, out).tensor("y", y, x.dim(0), out);
        double[] weights = w.toDoubles();
        double[] shift = bias == null ? new double[out] : bias.toDoubles();
        for (long r = 0; r < x.dim(0); r++) {
            double[] result = shift.clone();
            Products.addMatrixVector(1, weights, 0, out, in, Rows.read(x, r * in, in), 0, result, 0);
            Rows.write(y, r * out, result);
        }
    }

    @Override
    public void linearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias) {
        Shapes shapes = Shapes.of("linearBackward", "x", x, ANY, ANY).tensor("w", w, ANY, x.dim(1));
        int in = (int) x.dim(1);
        int out = (int) w.dim(0);
        shapes.tensor("dy", dy, x.dim(0), out).sink("dx", dx, x.dim(0), in);
        shapes.sink("dw", dw, out, in).sink("dbias", dbias, out);
        double[] weights = w.toDoubles();
        double[] weightSum = Rows.accumulator(dw);
        double[] biasSum = Rows.accumulator(dbias);
        for (long r = 0; r < x.dim(0); r++) {
            double[] g = Rows.read(dy, r * out, out);
            if (dx != null) {
                double[] gx = new double[in];
                Products.addTransposedVector(1, weights, 0, out, in, g, 0, gx, 0);
                Rows.put(dx, r * in, gx);
            }
            if (dw != null) {
                Products.addOuter(1, g, 0, out, Rows.read(x, r * in, in), 0, in, weightSum, 0);
            }
            if (dbias != null) {
                Rows.add(g, biasSum, 0);
            }
        }
        Rows.flush(dw, weightSum);
        Rows.flush(dbias, biasSum);
    }

    @Override
    public void so3Linear(Tensor x, Tensor w, Tensor bias, Tensor y) {
        Shapes shapes = Shapes.of("so3Linear", "w", w, ANY, ANY, ANY);
        int degrees = (int) w.dim(0);
        int out = (int) w.dim(1);
        int in = (int) w.dim(2);
        long coefficients = (long) degrees * degrees;
        shapes.tensor("x", x, ANY, coefficients, in)
                .optional("bias", bias, out)
                .tensor("y", y, x.dim(0), coefficients, out);
        double[] weights = w.toDoubles();
        double[] shift = bias == null ? new double[out] : bias.toDoubles();
        for (long n = 0; n < x.dim(0); n++) {
            for (int l = 0; l < degrees; l++) {
                for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                    long row = n * coefficients + i;
                    double[] result = i == 0 ? shift.clone() : new double[out];
                    double[] features = Rows.read(x, row * in, in);
                    Products.addMatrixVector(1, weights, l * out * in, out, in, features, 0, result, 0);
                    Rows.write(y, row * out, result);
                }
            }
        }
    }

    @Override
    public void so3LinearBackward(Tensor dy, Tensor x, Tensor w, Sink dx, Sink dw, Sink dbias) {
        Shapes shapes = Shapes.of("so3LinearBackward", "w", w, ANY, ANY, ANY);
        int degrees = (int) w.dim(0);
        int out = (int) w.dim(1);
        int in = (int) w.dim(2);
        long coefficients = (long) degrees * degrees;
        shapes.tensor("x", x, ANY, coefficients, in).tensor("dy", dy, x.dim(0), coefficients, out);
        shapes.same("dx", dx, x).same("dw", dw, w).sink("dbias", dbias, out);
        double[] weights = w.toDoubles();
        double[] weightSum = Rows.accumulator(dw);
        double[] biasSum = Rows.accumulator(dbias);
        for (long n = 0; n < x.dim(0); n++) {
            for (int l = 0; l < degrees; l++) {
                int block = l * out * in;
                for (int i = l * l; i < (l + 1) * (l + 1); i++) {
                    long row = n * coefficients + i;
                    double[] g = Rows.read(dy, row * out, out);
                    if (dx != null) {
                        double[] gx = new double[in];
                        Products.addTransposedVector(1, weights, block, out, in, g, 0, gx, 0);
                        Rows.put(dx, row * in, gx);
                    }
                    if (dw != null) {
                        Products.addOuter(1, g, 0, out, Rows.read(x, row * in, in), 0, in, weightSum, block);
                    }
                    if (dbias != null && i == 0) {
                        Rows.add(g, biasSum, 0);
                    }
                }
            }
        }
        Rows.flush(dw, weightSum);
        Rows.flush(dbias, biasSum);
    }

    @Override
    public void so2Linear(
            SphericalLayout layout, Tensor x, Tensor w0, Tensor bias0, Tensor[] wm, Tensor y, Tensor extra) {
        So2Product.forward(layout, x, w0, bias0, wm, y, extra);
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
        So2Product.backward(layout, dy, dExtra, x, w0, wm, dx, dw0, dbias0, dwm);
    }

    @Override
    public void leftMultiply(Tensor a, boolean transposed, Tensor x, Sink y) {
        Shapes shapes = Shapes.of("leftMultiply", "a", a, ANY, ANY);
        int rows = (int) a.dim(0);
        int columns = (int) a.dim(1);
        int from = transposed ? rows : columns;
        int to = transposed ? columns : rows;
        shapes.tensor("x", x, ANY, from, ANY);
        int width = (int) x.dim(2);
        shapes.that(y != null, "y", y, "a sink").sink("y", y, x.dim(0), to, width);
        double[] matrix = a.toDoubles();
        for (long n = 0; n < x.dim(0); n++) {
            double[] item = Rows.read(x, n * from * width, from * width);
            double[] result = new double[to * width];
            if (transposed) {
                Products.addTransposed(matrix, 0, rows, columns, item, 0, width, result, 0);
            } else {
                Products.addMatrix(matrix, 0, rows, columns, item, 0, width, result, 0);
            }
            Rows.put(y, n * to * width, result);
        }
    }
}
