package unitcell.autograd.ops;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.Sink;

/** Differentiable {@link SegmentKernels}. */
public final class SegmentOps {
    private SegmentOps() {}

    /** Attention logits from the first H*A columns of features [E, width]; gamma and beta may be null together. */
    public static Var attentionLogits(Tape tape, Var features, Var gamma, Var beta, double eps, Var dot) {
        SegmentKernels kernels = tape.kernels().segment();
        int heads = (int) dot.value().dim(0);
        int count = heads * (int) dot.value().dim(1);
        Columns columns = new Columns(features.value(), 0, count);
        Tensor logits = tape.empty(features.value().dim(0), heads);
        kernels.attentionLogits(columns, DenseOps.valueOf(gamma), DenseOps.valueOf(beta), eps, dot.value(), logits);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "attentionLogits",
                logits,
                g -> kernels.attentionLogitsBackward(
                        result[0].grad(),
                        columns,
                        DenseOps.valueOf(gamma),
                        DenseOps.valueOf(beta),
                        eps,
                        dot.value(),
                        g.columns(features, 0, count),
                        true,
                        g.of(gamma),
                        g.of(beta),
                        g.of(dot)),
                features,
                gamma,
                beta,
                dot);
        return result[0];
    }

    /** Softmax over the edges into each target. logits [E, H], envelope [E] or null. */
    public static Var segmentSoftmax(Tape tape, EdgeIndex edges, Var logits, Var envelope) {
        SegmentKernels kernels = tape.kernels().segment();
        Tensor weight = tape.empty(logits.value().shape());
        kernels.segmentSoftmax(edges, logits.value(), DenseOps.valueOf(envelope), weight);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "segmentSoftmax",
                weight,
                g -> kernels.segmentSoftmaxBackward(
                        edges,
                        result[0].grad(),
                        logits.value(),
                        DenseOps.valueOf(envelope),
                        g.of(logits),
                        g.of(envelope)),
                logits,
                envelope);
        return result[0];
    }

    /** Sums of consecutive rows, times scale: x [rows, width], start I32 [B+1], scale [B] or null. */
    public static Var segmentSum(Tape tape, Var x, Tensor start, Tensor scale) {
        SegmentKernels kernels = tape.kernels().segment();
        Tensor y = tape.empty(start.size() - 1, x.value().dim(-1));
        kernels.segmentSum(x.value(), start, scale, y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "segmentSum", y, g -> kernels.segmentSumBackward(result[0].grad(), start, scale, g.of(x)), x);
        return result[0];
    }

    /** Each atom's row vector times its crystal's constant 3x3 matrix: x [N, 3], a [B, 3, 3]. */
    public static Var crystalMatrix(Tape tape, Var x, Tensor a, Tensor crystal) {
        SegmentKernels kernels = tape.kernels().segment();
        Tensor y = tape.empty(x.value().shape());
        kernels.crystalMatrix(x.value(), a, crystal, false, Sink.write(y));
        Var[] result = new Var[1];
        result[0] = tape.record(
                "crystalMatrix",
                y,
                g -> {
                    Sink dx = g.of(x);
                    if (dx != null) {
                        kernels.crystalMatrix(result[0].grad(), a, crystal, true, dx);
                    }
                },
                x);
        return result[0];
    }
}
