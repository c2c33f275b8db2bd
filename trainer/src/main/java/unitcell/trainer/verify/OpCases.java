package unitcell.trainer.verify;

import static unitcell.trainer.verify.OpCase.between;
import static unitcell.trainer.verify.OpCase.input;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.NormOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.RadialOps;
import unitcell.autograd.ops.SegmentOps;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.net.GraphBatch;

/** Every operation without an edge frame, with ordinary and degenerate inputs. {@link EdgeOpCases} has the others. */
final class OpCases {
    private final SplittableRandom random;
    private final List<OpCase> cases = new ArrayList<>();

    private OpCases(long seed) {
        random = new SplittableRandom(seed);
    }

    static List<OpCase> all(long seed) {
        OpCases made = new OpCases(seed);
        made.dense();
        made.pointwise();
        made.losses();
        made.norms();
        made.radial();
        made.segments();
        made.cases.addAll(EdgeOpCases.all(made.random));
        return made.cases;
    }

    private void dense() {
        for (int rows : new int[] {0, 1, 5}) {
            cases.add(new OpCase(
                    "linear, " + rows + " rows",
                    (t, v) -> DenseOps.linear(t, v.get(0), v.get(1), v.get(2)),
                    List.of(input(random, "x", rows, 4), input(random, "w", 3, 4), input(random, "bias", 3))));
        }
        for (int rows : new int[] {0, 1, 5}) {
            cases.add(new OpCase(
                    "matmul, " + rows + " rows",
                    (t, v) -> DenseOps.matmul(t, v.get(0), v.get(1)),
                    List.of(input(random, "a", rows, 4), input(random, "b", 4, 3))));
        }
        cases.add(new OpCase(
                "matmul, one input twice",
                (t, v) -> DenseOps.matmul(t, v.get(0), v.get(0)),
                List.of(input(random, "a", 3, 3))));
        for (int lmax = 0; lmax <= 3; lmax++) {
            int s = (lmax + 1) * (lmax + 1);
            cases.add(new OpCase(
                    "so3Linear, lmax " + lmax,
                    (t, v) -> DenseOps.so3Linear(t, v.get(0), v.get(1), v.get(2)),
                    List.of(
                            input(random, "x", 2, s, 3),
                            input(random, "w", lmax + 1, 2, 3),
                            input(random, "bias", 2))));
        }
        for (int[] lm : new int[][] {{1, 0}, {2, 1}, {2, 2}, {3, 2}}) {
            so2(lm[0], lm[1], 2);
        }
        so2(2, 2, 0);
        cases.add(new OpCase(
                "leftMultiply",
                (t, v) -> DenseOps.leftMultiply(t, t.of(new double[] {1, -2, 0.5, 3, 0.25, -1}, 2, 3), false, v.get(0)),
                List.of(input(random, "x", 3, 3, 2))));
        cases.add(new OpCase(
                "leftMultiply, transposed",
                (t, v) -> DenseOps.leftMultiply(t, t.of(new double[] {1, -2, 0.5, 3, 0.25, -1}, 2, 3), true, v.get(0)),
                List.of(input(random, "x", 3, 2, 2))));
    }

    private void so2(int lmax, int mmax, int extra) {
        SphericalLayout layout = SphericalLayout.of(lmax, mmax);
        int in = 3;
        int out = 2;
        List<unitcell.autograd.check.GradCheck.Input> inputs = new ArrayList<>();
        inputs.add(input(random, "x", 2, layout.reduced(), in));
        inputs.add(input(random, "w0", (lmax + 1) * out + extra, (lmax + 1) * in));
        inputs.add(input(random, "bias0", (lmax + 1) * out + extra));
        for (int m = 1; m <= mmax; m++) {
            inputs.add(input(random, "w" + m, 2L * (lmax - m + 1) * out, (long) (lmax - m + 1) * in));
        }
        cases.add(new OpCase(
                "so2Linear, lmax " + lmax + ", mmax " + mmax + ", extra " + extra,
                (t, v) -> {
                    Var[] wm = v.subList(3, v.size()).toArray(new Var[0]);
                    var y = DenseOps.so2Linear(t, layout, v.get(0), v.get(1), v.get(2), wm, out);
                    return y.extra() == null ? y.features() : mixed(t, y.features(), y.extra());
                },
                inputs));
    }

    /** One result from two, so that both gradients are exercised: each squared and summed. */
    static Var mixed(Tape tape, Var a, Var b) {
        Var p = LossOps.sum(tape, PointwiseOps.multiply(tape, a, a));
        Var q = LossOps.sum(tape, PointwiseOps.multiply(tape, b, b));
        return PointwiseOps.axpby(tape, 0.7, p, -0.4, q);
    }

    private void pointwise() {
        var x = input(random, "x", 3, 4);
        var y = input(random, "y", 3, 4);
        cases.add(new OpCase("axpby", (t, v) -> PointwiseOps.axpby(t, 2, v.get(0), -3, v.get(1)), List.of(x, y)));
        cases.add(new OpCase("axpby, one input twice", (t, v) -> PointwiseOps.add(t, v.get(0), v.get(0)), List.of(x)));
        cases.add(new OpCase("scale", (t, v) -> PointwiseOps.scale(t, -1.5, v.get(0)), List.of(x)));
        cases.add(new OpCase("multiply", (t, v) -> PointwiseOps.multiply(t, v.get(0), v.get(1)), List.of(x, y)));
        cases.add(new OpCase("reshape", (t, v) -> PointwiseOps.reshape(t, v.get(0), 2, 6), List.of(x)));
        cases.add(new OpCase("columns", (t, v) -> PointwiseOps.columns(t, v.get(0), 4, 1, 2), List.of(x)));
        cases.add(new OpCase(
                "replaceColumns",
                (t, v) -> PointwiseOps.replaceColumns(t, v.get(0), v.get(1), 4),
                List.of(x, input(random, "first", 3, 2))));
        cases.add(new OpCase("intoColumns", (t, v) -> PointwiseOps.intoColumns(t, v.get(0), 7, 2), List.of(x)));
        cases.add(new OpCase("silu", (t, v) -> PointwiseOps.silu(t, v.get(0)), List.of(x)));
        cases.add(new OpCase("sigmoid", (t, v) -> PointwiseOps.sigmoid(t, v.get(0)), List.of(x)));
        cases.add(new OpCase("smoothLeakyRelu", (t, v) -> PointwiseOps.smoothLeakyRelu(t, 0.2, v.get(0)), List.of(x)));
        cases.add(new OpCase("softmax", (t, v) -> PointwiseOps.softmax(t, v.get(0)), List.of(x)));
        cases.add(new OpCase(
                "softmax, no rows", (t, v) -> PointwiseOps.softmax(t, v.get(0)), List.of(input(random, "x", 0, 4))));
        cases.add(new OpCase(
                "scaleRows, by index",
                (t, v) -> PointwiseOps.scaleRows(
                        t, v.get(0), t.of(new double[] {0.5, 2}, 2), t.of(new int[] {1, 0, 1}, 3)),
                List.of(x)));
        cases.add(new OpCase(
                "scaleRows, own factors",
                (t, v) -> PointwiseOps.scaleRows(t, v.get(0), v.get(1)),
                List.of(x, input(random, "factor", 3))));
        cases.add(new OpCase(
                "scaleChannels",
                (t, v) -> PointwiseOps.scaleChannels(t, v.get(0), t.of(new double[] {0, 2, 1, 0.5}, 2, 2)),
                List.of(input(random, "x", 2, 3, 2))));
    }

    private void losses() {
        cases.add(new OpCase(
                "crossEntropy",
                (t, v) -> LossOps.crossEntropy(
                        t, v.get(0), t.of(new int[] {2, 0, 4}, 3), t.of(new double[] {0.2, 0, 1.5}, 3)),
                List.of(input(random, "logits", 3, 5))));
        cases.add(new OpCase(
                "squaredError",
                (t, v) -> LossOps.squaredError(t, 0.3, v.get(0), t.of(new double[] {1, -1, 0.5, 2}, 2, 2)),
                List.of(input(random, "a", 2, 2))));
        cases.add(new OpCase(
                "softCrossEntropy",
                (t, v) -> LossOps.softCrossEntropy(
                        t,
                        v.get(0),
                        t.of(new double[] {0.2, 0.5, 0.3, 0, 1, 0, 0.1, 0.1, 0.1}, 3, 3),
                        t.of(new double[] {0.2, 0, 1.5}, 3)),
                List.of(input(random, "logits", 3, 3))));
        // No difference is near a kink: central differences would straddle it.
        double[] away = {1.9, -1.7, 2.2, -2.5};
        cases.add(new OpCase(
                "absoluteError",
                (t, v) -> LossOps.absoluteError(t, 0.3, v.get(0), t.of(away, 2, 2)),
                List.of(input(random, "a", 2, 2))));
        cases.add(new OpCase(
                "huberError, squares",
                (t, v) -> LossOps.huberError(t, 0.3, 5, v.get(0), t.of(away, 2, 2)),
                List.of(input(random, "a", 2, 2))));
        cases.add(new OpCase(
                "huberError, lines",
                (t, v) -> LossOps.huberError(t, 0.3, 0.15, v.get(0), t.of(away, 2, 2)),
                List.of(input(random, "a", 2, 2))));
        cases.add(new OpCase("sum", (t, v) -> LossOps.sum(t, v.get(0)), List.of(input(random, "x", 2, 3))));
    }

    private void norms() {
        var gamma = input(random, "gamma", 5);
        var beta = input(random, "beta", 5);
        var x = input(random, "x", 3, 5);
        cases.add(new OpCase(
                "layerNorm",
                (t, v) -> NormOps.layerNorm(t, v.get(0), v.get(1), v.get(2), 1e-5),
                List.of(x, gamma, beta)));
        cases.add(new OpCase(
                "layerNormSilu",
                (t, v) -> NormOps.layerNormSilu(t, v.get(0), v.get(1), v.get(2), 1e-5),
                List.of(x, gamma, beta)));
        for (EquivariantNorm kind : EquivariantNorm.values()) {
            for (int lmax : new int[] {1, 3}) {
                cases.add(new OpCase(
                        "equivariantNorm, " + kind.key() + ", lmax " + lmax,
                        (t, v) -> NormOps.equivariantNorm(t, kind, lmax, 1e-5, v.get(0), v.get(1), v.get(2), v.get(3)),
                        List.of(
                                input(random, "x", 2, (lmax + 1L) * (lmax + 1), 3),
                                input(random, "gamma0", 3),
                                input(random, "gamma", lmax, 3),
                                input(random, "beta", 3))));
            }
        }
    }

    private void radial() {
        GaussianBasis basis = GaussianBasis.of(5, 12, 2);
        cases.add(new OpCase(
                "gaussianSmearing",
                (t, v) -> RadialOps.gaussianSmearing(t, basis, v.get(0)),
                List.of(between(random, 0.5, 4.9, "distance", 3))));
        cases.add(new OpCase(
                "gaussianRadialBasis",
                (t, v) -> RadialOps.gaussianRadialBasis(t, 5, v.get(0), v.get(1), v.get(2), v.get(3), v.get(4)),
                List.of(
                        between(random, 0, 1, "mean", 4),
                        between(random, 0.3, 1, "std", 4),
                        between(random, 0.5, 1.5, "weight", 1),
                        input(random, "bias", 1),
                        between(random, 0.5, 4.9, "distance", 3))));
        cases.add(new OpCase(
                "polynomialEnvelope, inside and outside",
                (t, v) -> RadialOps.polynomialEnvelope(t, 4, 5, v.get(0)),
                List.of(between(random, 0.5, 6, "distance", 8))));
        GraphBatch graph = RaggedGraph.create(random);
        cases.add(new OpCase(
                "radialInput",
                (t, v) -> RadialOps.radialInput(
                        t,
                        basis,
                        graph.edgeIndex(t),
                        v.get(0),
                        t.of(graph.species(), graph.nodes()),
                        v.get(1),
                        v.get(2),
                        v.get(3),
                        v.get(4)),
                List.of(
                        between(random, 0.5, 4.9, "distance", graph.edges()),
                        input(random, "sourceTable", 3, 2),
                        input(random, "targetTable", 3, 2),
                        input(random, "w", 3, 12 + 4),
                        input(random, "bias", 3))));
        cases.add(new OpCase(
                "radialInput, without species",
                (t, v) -> RadialOps.radialInput(
                        t,
                        basis,
                        graph.edgeIndex(t),
                        v.get(0),
                        t.of(graph.species(), graph.nodes()),
                        null,
                        null,
                        v.get(1),
                        v.get(2)),
                List.of(
                        between(random, 0.5, 4.9, "distance", graph.edges()),
                        input(random, "w", 3, 12),
                        input(random, "bias", 3))));
        cases.add(new OpCase(
                "embedding",
                (t, v) -> RadialOps.embedding(t, v.get(0), t.of(new int[] {2, 0, 2}, 3), 4),
                List.of(input(random, "table", 3, 2))));
    }

    private void segments() {
        GraphBatch graph = RaggedGraph.create(random);
        int edges = graph.edges();
        cases.add(new OpCase(
                "attentionLogits",
                (t, v) -> SegmentOps.attentionLogits(t, v.get(0), v.get(1), v.get(2), 1e-5, v.get(3)),
                List.of(
                        input(random, "features", 4, 7),
                        input(random, "gamma", 3),
                        input(random, "beta", 3),
                        input(random, "dot", 2, 3))));
        cases.add(new OpCase(
                "attentionLogits, no normalisation",
                (t, v) -> SegmentOps.attentionLogits(t, v.get(0), null, null, 1e-5, v.get(1)),
                List.of(input(random, "features", 4, 6), input(random, "dot", 2, 3))));
        cases.add(new OpCase(
                "segmentSoftmax",
                (t, v) -> SegmentOps.segmentSoftmax(t, graph.edgeIndex(t), v.get(0), null),
                List.of(input(random, "logits", edges, 2))));
        cases.add(new OpCase(
                "segmentSoftmax, envelope",
                (t, v) -> SegmentOps.segmentSoftmax(t, graph.edgeIndex(t), v.get(0), v.get(1)),
                List.of(input(random, "logits", edges, 2), between(random, 0.1, 1, "envelope", edges))));
        cases.add(new OpCase(
                "segmentSoftmax, no edges",
                (t, v) -> SegmentOps.segmentSoftmax(t, RaggedGraph.empty(3).edgeIndex(t), v.get(0), null),
                List.of(input(random, "logits", 0, 2))));
        cases.add(new OpCase(
                "segmentSum, with an empty segment",
                (t, v) -> SegmentOps.segmentSum(
                        t, v.get(0), t.of(new int[] {0, 2, 2, 3}, 4), t.of(new double[] {0.5, 1, 2}, 3)),
                List.of(input(random, "x", 3, 2))));
        cases.add(new OpCase(
                "crystalMatrix",
                (t, v) -> SegmentOps.crystalMatrix(
                        t,
                        v.get(0),
                        t.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 10, 0, 1, 0, 2, 0, 0, 0, 0, 3}, 2, 3, 3),
                        t.of(new int[] {0, 1, 1}, 3)),
                List.of(input(random, "x", 3, 3))));
    }
}
