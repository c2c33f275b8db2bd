package unitcell.autograd.ops;

import unitcell.autograd.DropoutStreams;
import unitcell.autograd.DropoutStreams.Rows;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.Sink;

/** Differentiable {@link PointwiseKernels}: sums, slices, activations, dropout. */
public final class PointwiseOps {
    private PointwiseOps() {}

    /** a + b, equal shapes. */
    public static Var add(Tape tape, Var a, Var b) {
        return axpby(tape, 1, a, 1, b);
    }

    /** p a + q b, equal shapes. */
    public static Var axpby(Tape tape, double p, Var a, double q, Var b) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(a.value().shape());
        kernels.axpby(p, a.value(), 0, y);
        kernels.axpby(q, b.value(), 1, y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "axpby",
                y,
                g -> {
                    accumulate(kernels, p, result[0].grad(), g.of(a));
                    accumulate(kernels, q, result[0].grad(), g.of(b));
                },
                a,
                b);
        return result[0];
    }

    /** factor * x. */
    public static Var scale(Tape tape, double factor, Var x) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.axpby(factor, x.value(), 0, y);
        Var[] result = new Var[1];
        result[0] = tape.record("scale", y, g -> accumulate(kernels, factor, result[0].grad(), g.of(x)), x);
        return result[0];
    }

    private static void accumulate(PointwiseKernels kernels, double factor, Tensor dy, Sink dx) {
        if (dx != null) {
            kernels.axpby(factor, dy, dx.add() ? 1 : 0, dx.tensor());
        }
    }

    /** a * b, element by element. */
    public static Var multiply(Tape tape, Var a, Var b) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(a.value().shape());
        kernels.multiply(a.value(), b.value(), Sink.write(y));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "multiply",
                y,
                g -> {
                    Sink da = g.of(a);
                    if (da != null) {
                        kernels.multiply(result[0].grad(), b.value(), da);
                    }
                    Sink db = g.of(b);
                    if (db != null) {
                        kernels.multiply(result[0].grad(), a.value(), db);
                    }
                },
                a,
                b);
        return result[0];
    }

    /** The same elements under another shape; shares memory. */
    public static Var reshape(Tape tape, Var x, long... shape) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Var[] result = new Var[1];
        result[0] = tape.record(
                "reshape",
                x.value().reshape(shape),
                g -> accumulate(kernels, 1, result[0].grad().reshape(x.value().shape()), g.of(x)),
                x);
        return result[0];
    }

    /** Columns {@code from} to {@code from+count} of x seen as [rows, width]; the result is [rows, count]. */
    public static Var columns(Tape tape, Var x, long width, long from, long count) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        long rows = x.value().size() / width;
        Tensor y = tape.empty(rows, count);
        kernels.copyMatrix(1, slice(x.value(), rows, width, from, count), Matrix.of(y), false);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "columns",
                y,
                g -> {
                    if (x.requiresGrad()) {
                        Matrix dx = slice(g.added(x), rows, width, from, count);
                        kernels.copyMatrix(1, Matrix.of(result[0].grad()), dx, true);
                    }
                },
                x);
        return result[0];
    }

    /** Zeros [rows, width] but for x [rows, count], which stands in columns {@code from} to {@code from+count}. */
    public static Var intoColumns(Tape tape, Var x, long width, long from) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        long rows = x.value().dim(0);
        long count = x.value().dim(1);
        Tensor y = tape.zeros(rows, width);
        kernels.copyMatrix(1, slice(x.value(), rows, count, 0, count), slice(y, rows, width, from, count), false);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "intoColumns",
                y,
                g -> {
                    Sink dx = g.of(x);
                    if (dx != null) {
                        Matrix dy = slice(result[0].grad(), rows, width, from, count);
                        kernels.copyMatrix(1, dy, slice(dx.tensor(), rows, count, 0, count), dx.add());
                    }
                },
                x);
        return result[0];
    }

    /**
     * Another value with the gradient of x: straight-through estimation (Y. Bengio et al., arXiv 1308.3432).
     *
     * @param value of x's shape
     */
    public static Var straightThrough(Tape tape, Tensor value, Var x) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Var[] result = new Var[1];
        result[0] = tape.record("straightThrough", value, g -> accumulate(kernels, 1, result[0].grad(), g.of(x)), x);
        return result[0];
    }

    /** A copy of x, seen as [rows, width], with its first columns replaced by those of first [rows, count]. */
    public static Var replaceColumns(Tape tape, Var x, Var first, long width) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        long rows = x.value().size() / width;
        long count = rows == 0 ? 0 : first.value().size() / rows;
        Tensor y = tape.empty(x.value().shape());
        kernels.copyMatrix(
                1,
                slice(x.value(), rows, width, count, width - count),
                slice(y, rows, width, count, width - count),
                false);
        Matrix firstValue = slice(first.value(), rows, count, 0, count);
        kernels.copyMatrix(1, firstValue, slice(y, rows, width, 0, count), false);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "replaceColumns",
                y,
                g -> {
                    Tensor dy = result[0].grad();
                    if (x.requiresGrad()) {
                        Matrix dx = slice(g.added(x), rows, width, count, width - count);
                        kernels.copyMatrix(1, slice(dy, rows, width, count, width - count), dx, true);
                    }
                    Sink dfirst = g.of(first);
                    if (dfirst != null) {
                        kernels.copyMatrix(
                                1,
                                slice(dy, rows, width, 0, count),
                                slice(dfirst.tensor(), rows, count, 0, count),
                                dfirst.add());
                    }
                },
                x,
                first);
        return result[0];
    }

    private static Matrix slice(Tensor tensor, long rows, long width, long from, long count) {
        return new Matrix(tensor, from, rows, count, width, false);
    }

    /** x * sigmoid(x). */
    public static Var silu(Tape tape, Var x) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.silu(x.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record("silu", y, g -> kernels.siluBackward(result[0].grad(), x.value(), g.of(x)), x);
        return result[0];
    }

    /** 1 / (1 + exp(-x)). */
    public static Var sigmoid(Tape tape, Var x) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.sigmoid(x.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record("sigmoid", y, g -> kernels.sigmoidBackward(result[0].grad(), y, g.of(x)), x);
        return result[0];
    }

    /** EquiformerV2's SmoothLeakyReLU. */
    public static Var smoothLeakyRelu(Tape tape, double slope, Var x) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.smoothLeakyRelu(slope, x.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "smoothLeakyRelu",
                y,
                g -> kernels.smoothLeakyReluBackward(slope, result[0].grad(), x.value(), g.of(x)),
                x);
        return result[0];
    }

    /** Softmax over the last dimension, [N, C] to [N, C]. */
    public static Var softmax(Tape tape, Var x) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.softmax(x.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record("softmax", y, g -> kernels.softmaxBackward(result[0].grad(), y, g.of(x)), x);
        return result[0];
    }

    /** Each row times a constant factor chosen by index (I32 [rows], or null for one factor a row). */
    public static Var scaleRows(Tape tape, Var x, Tensor factors, Tensor index) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.scaleRows(x.value(), factors, index, Sink.write(y));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "scaleRows",
                y,
                g -> {
                    Sink dx = g.of(x);
                    if (dx != null) {
                        kernels.scaleRows(result[0].grad(), factors, index, dx);
                    }
                },
                x);
        return result[0];
    }

    /** Each row times its own differentiable factor, as an edge's envelope. x [rows, width...], factor [rows]. */
    public static Var scaleRows(Tape tape, Var x, Var factor) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.scaleRows(x.value(), factor.value(), null, Sink.write(y));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "scaleRows",
                y,
                g -> {
                    Sink dx = g.of(x);
                    if (dx != null) {
                        kernels.scaleRows(result[0].grad(), factor.value(), null, dx);
                    }
                    Sink dfactor = g.of(factor);
                    if (dfactor != null) {
                        kernels.scaleRowsBackwardScale(result[0].grad(), x.value(), dfactor);
                    }
                },
                x,
                factor);
        return result[0];
    }

    /** Each channel of a node times a constant factor over all coefficients. x [N, S, C], factors [N, C]. */
    public static Var scaleChannels(Tape tape, Var x, Tensor factors) {
        PointwiseKernels kernels = tape.kernels().pointwise();
        Tensor y = tape.empty(x.value().shape());
        kernels.scaleChannels(x.value(), factors, Sink.write(y));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "scaleChannels",
                y,
                g -> {
                    Sink dx = g.of(x);
                    if (dx != null) {
                        kernels.scaleChannels(result[0].grad(), factors, dx);
                    }
                },
                x);
        return result[0];
    }

    /** Element-wise dropout; the identity unless the tape trains and p is positive. */
    public static Var dropout(Tape tape, double p, Rows rows, Var x) {
        Var factors = dropoutFactors(tape, p, rows, x.value().shape());
        return factors == null ? x : multiply(tape, x, factors);
    }

    /**
     * The factors of element-wise dropout: 0 or 1/(1-p); null unless the tape trains and p is positive.
     *
     * @param rows what the outermost dimension counts
     */
    public static Var dropoutFactors(Tape tape, double p, Rows rows, long... shape) {
        if (tape.mode() != Tape.Mode.TRAIN || p == 0) {
            return null;
        }
        return Var.constant(dropoutMask(tape, p, rows, shape));
    }

    /** Dropout of whole channels of a node, the same for all coefficients, which keeps equivariance. x [N, S, C]. */
    public static Var equivariantDropout(Tape tape, double p, Var x) {
        if (tape.mode() != Tape.Mode.TRAIN || p == 0) {
            return x;
        }
        return scaleChannels(
                tape,
                x,
                dropoutMask(tape, p, Rows.NODES, x.value().dim(0), x.value().dim(2)));
    }

    /** Stochastic depth for each crystal: all of x's rows of a crystal are dropped together. crystal I32 [N]. */
    public static Var dropPath(Tape tape, double p, Var x, Tensor crystal, int crystals) {
        if (tape.mode() != Tape.Mode.TRAIN || p == 0) {
            return x;
        }
        return scaleRows(tape, x, dropoutMask(tape, p, Rows.CRYSTALS, crystals), crystal);
    }

    private static Tensor dropoutMask(Tape tape, double p, Rows rows, long... shape) {
        DropoutStreams random = tape.random();
        DropoutStreams.Range range = random.range(rows, shape[0]);
        long[] whole = shape.clone();
        whole[0] = range.all();
        Tensor mask = tape.empty(whole);
        tape.kernels().pointwise().dropoutMask(random.seed(), random.step(), random.nextStream(), p, mask);
        if (range.count() == range.all()) {
            return mask;
        }
        // A copy: kernels read it faster where it is aligned, and the rest of the mask goes.
        Tensor part = tape.empty(shape).copyFrom(mask.rows(range.first(), range.first() + range.count()));
        tape.free(mask);
        return part;
    }
}
