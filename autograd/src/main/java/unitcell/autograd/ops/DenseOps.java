package unitcell.autograd.ops;

import unitcell.autograd.Gradients;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;

/** Differentiable {@link DenseKernels}: linear layers by row, by degree and by order, and shared left matrices. */
public final class DenseOps {
    private DenseOps() {}

    /** y = x w^T + bias over the innermost dimension. x [rows..., in], w [out, in], bias [out] or null. */
    public static Var linear(Tape tape, Var x, Var w, Var bias) {
        long in = x.value().dim(-1);
        long rows = in == 0 ? 0 : x.value().size() / in;
        long[] shape = x.value().shape();
        shape[shape.length - 1] = w.value().dim(0);
        Tensor x2 = x.value().reshape(rows, in);
        Tensor y = tape.empty(shape);
        tape.kernels()
                .dense()
                .linear(x2, w.value(), valueOf(bias), y.reshape(rows, w.value().dim(0)));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "linear",
                y,
                g -> {
                    Tensor dy = result[0].grad().reshape(rows, w.value().dim(0));
                    tape.kernels()
                            .dense()
                            .linearBackward(dy, x2, w.value(), reshaped(g, x, rows, in), g.of(w), g.of(bias));
                },
                x,
                w,
                bias);
        return result[0];
    }

    /** The matrix product a b. a [N, K], b [K, C]: [N, C]. */
    public static Var matmul(Tape tape, Var a, Var b) {
        DenseKernels dense = tape.kernels().dense();
        Matrix left = matrix(a.value());
        Matrix right = matrix(b.value());
        Tensor y = tape.empty(left.rows(), right.columns());
        dense.gemm(1, left, right, 0, matrix(y));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "matmul",
                y,
                g -> {
                    Matrix dy = matrix(result[0].grad());
                    Sink da = g.of(a);
                    if (da != null) {
                        dense.gemm(1, dy, right.transpose(), da.add() ? 1 : 0, matrix(da.tensor()));
                    }
                    Sink db = g.of(b);
                    if (db != null) {
                        dense.gemm(1, left.transpose(), dy, db.add() ? 1 : 0, matrix(db.tensor()));
                    }
                },
                a,
                b);
        return result[0];
    }

    private static Matrix matrix(Tensor tensor) {
        if (tensor.rank() != 2) {
            throw new IllegalArgumentException("matmul: an operand is " + tensor + "; expected a matrix");
        }
        return new Matrix(tensor, 0, tensor.dim(0), tensor.dim(1), tensor.dim(1), false);
    }

    /** One matrix for each degree. x [N, (L+1)^2, in], w [L+1, out, in], bias [out] or null. */
    public static Var so3Linear(Tape tape, Var x, Var w, Var bias) {
        Tensor y = tape.empty(x.value().dim(0), x.value().dim(1), w.value().dim(1));
        tape.kernels().dense().so3Linear(x.value(), w.value(), valueOf(bias), y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "so3Linear",
                y,
                g -> tape.kernels()
                        .dense()
                        .so3LinearBackward(result[0].grad(), x.value(), w.value(), g.of(x), g.of(w), g.of(bias)),
                x,
                w,
                bias);
        return result[0];
    }

    /**
     * Results of {@link #so2Linear}.
     *
     * @param features [E, R, out]
     * @param extra [E, extra] scalars, or null
     */
    public record So2Result(Var features, Var extra) {}

    /**
     * The linear maps of an SO(2) convolution.
     *
     * @param x [E, R, in]
     * @param w0 [extra + (L+1) out, (L+1) in]
     * @param bias0 [extra + (L+1) out] or null
     * @param wm for each m = 1..M: [2 (L-m+1) out, (L-m+1) in]
     * @param out output channels
     */
    public static So2Result so2Linear(Tape tape, SphericalLayout layout, Var x, Var w0, Var bias0, Var[] wm, int out) {
        long edges = x.value().dim(0);
        long extraCount = w0.value().dim(0) - (long) (layout.lmax() + 1) * out;
        if (extraCount < 0 || x.value().dim(1) != layout.reduced() || wm.length != layout.mmax()) {
            throw new IllegalArgumentException("so2Linear: features " + x.value() + " and weights " + w0.value()
                    + " with " + wm.length + " orders do not fit " + layout + " and " + out + " output channels");
        }
        Tensor[] wmValues = new Tensor[wm.length];
        Var[] inputs = new Var[wm.length + 3];
        for (int m = 0; m < wm.length; m++) {
            wmValues[m] = wm[m].value();
            inputs[m] = wm[m];
        }
        inputs[wm.length] = x;
        inputs[wm.length + 1] = w0;
        inputs[wm.length + 2] = bias0;
        Tensor y = tape.empty(edges, layout.reduced(), out);
        Tensor extra = extraCount == 0 ? null : tape.empty(edges, extraCount);
        DenseKernels dense = tape.kernels().dense();
        dense.so2Linear(layout, x.value(), w0.value(), valueOf(bias0), wmValues, y, extra);
        Var features = tape.result(y, y.shape(), inputs);
        Var extraVar = extra == null ? null : tape.result(extra, extra.shape(), inputs);
        Var[] results = extra == null ? new Var[] {features} : new Var[] {features, extraVar};
        tape.record("so2Linear", results, g -> {
            Sink[] dwm = new Sink[wm.length];
            for (int m = 0; m < wm.length; m++) {
                dwm[m] = g.of(wm[m]);
            }
            dense.so2LinearBackward(
                    layout,
                    g.ofResult(features),
                    extraVar == null ? null : g.ofResult(extraVar),
                    x.value(),
                    w0.value(),
                    wmValues,
                    g.of(x),
                    g.of(w0),
                    g.of(bias0),
                    dwm);
        });
        return new So2Result(features, extraVar);
    }

    /** y[n] = a x[n] for one constant matrix a [rows, columns]; a^T x[n] where transposed. x [N, columns, C]. */
    public static Var leftMultiply(Tape tape, Tensor a, boolean transposed, Var x) {
        Tensor y = tape.empty(
                x.value().dim(0), a.dim(transposed ? 1 : 0), x.value().dim(2));
        tape.kernels().dense().leftMultiply(a, transposed, x.value(), Sink.write(y));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "leftMultiply",
                y,
                g -> {
                    Sink dx = g.of(x);
                    if (dx != null) {
                        tape.kernels().dense().leftMultiply(a, !transposed, result[0].grad(), dx);
                    }
                },
                x);
        return result[0];
    }

    static Tensor valueOf(Var v) {
        return v == null ? null : v.value();
    }

    static Sink reshaped(Gradients g, Var v, long... shape) {
        Sink sink = g.of(v);
        return sink == null ? null : new Sink(sink.tensor().reshape(shape), sink.add());
    }
}
