package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.OptimiserKernels.AdamStep;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.trainer.cases.KernelCase.Call;

/** Calls that differ from those of a training step: arguments left out, other forms of matrices, extreme numbers. */
final class VariantCases {
    private static final double EPS = 1e-5;

    private final List<KernelCase> cases = new ArrayList<>();
    private final KernelSizes s;
    private final long n;
    private final long e;
    private final long c;

    private VariantCases(KernelSizes s) {
        this.s = s;
        this.n = s.nodes();
        this.e = s.edges();
        this.c = s.channels();
    }

    /** Calls whose sizes are those of a network. */
    static List<KernelCase> of(KernelSizes s) {
        VariantCases made = new VariantCases(s);
        made.products();
        made.partsOfGradients();
        made.edges();
        made.rotations();
        made.norms();
        made.rows();
        return made.cases;
    }

    /** Calls with sizes of their own. */
    static List<KernelCase> fixed(KernelSizes s) {
        VariantCases made = new VariantCases(s);
        made.matrices();
        made.extremes();
        return made.cases;
    }

    private void add(String family, String kernel, String what, Workload work) {
        cases.add(new KernelCase(family, kernel, what, w -> new Call(0, work.prepare(w))));
    }

    /** Makes arguments and returns the call. */
    @FunctionalInterface
    private interface Workload {
        Runnable prepare(Workspace w);
    }

    private void matrices() {
        for (int form = 0; form < 8; form++) {
            boolean ta = (form & 1) != 0;
            boolean tb = (form & 2) != 0;
            boolean tc = (form & 4) != 0;
            String what = "a" + (ta ? "^T" : "") + " b" + (tb ? "^T" : "") + " into c" + (tc ? "^T" : "") + ", strided";
            add("dense", "gemm", what, w -> {
                Matrix a = matrix(w, 37, 41, ta);
                Matrix b = matrix(w, 41, 29, tb);
                Matrix product = matrix(w, 37, 29, tc);
                return () -> w.kernels().dense().gemm(0.7, a, b, -1.3, product);
            });
        }
        gemm(2600, 700, 24, "many results");
        gemm(24, 40, 9000, "long sums");
        gemm(300, 1, 65, "one column");
        gemm(1, 300, 0, "sums of nothing");
    }

    private void products() {
        add("dense", "leftMultiply", "transposed", w -> {
            Tensor a = w.in(23, 9);
            Tensor x = w.in(n, 23, c);
            Sink y = w.sink(n, 9, c);
            return () -> w.kernels().dense().leftMultiply(a, true, x, y);
        });
        add("dense", "linear", "no bias", w -> {
            Tensor x = w.in(n, c);
            Tensor weight = w.in(2 * c + 1, c);
            Tensor y = w.out(n, 2 * c + 1);
            return () -> w.kernels().dense().linear(x, weight, null, y);
        });
        add("dense", "so3Linear", "no bias", w -> {
            Tensor x = w.in(n, s.coefficients(), c);
            Tensor weight = w.in(s.config().lmax() + 1L, 5, c);
            Tensor y = w.out(n, s.coefficients(), 5);
            return () -> w.kernels().dense().so3Linear(x, weight, null, y);
        });
        so2();
    }

    private void gemm(long m, long columns, long k, String what) {
        add("dense", "gemm", what + ", " + m + " x " + k + " x " + columns, w -> {
            Matrix a = new Matrix(w.in(m, k), 0, m, k, k, false);
            Matrix b = new Matrix(w.in(columns, k), 0, columns, k, k, false).transpose();
            Matrix product = Matrix.of(w.out(m, columns));
            return () -> w.kernels().dense().gemm(1, a, b, 0, product);
        });
    }

    /** Part of a larger tensor, of which some elements are stored before and between the rows. */
    private static Matrix matrix(Workspace w, long rows, long columns, boolean transposed) {
        long stored = transposed ? columns : rows;
        long width = transposed ? rows : columns;
        return new Matrix(w.in(stored + 1, width + 3), 2, rows, columns, width + 3, transposed);
    }

    private void so2() {
        SphericalLayout layout = s.layout();
        long out = s.values();
        long rows0 = (layout.lmax() + 1) * out;
        long columns0 = (layout.lmax() + 1) * c;
        add("dense", "so2Linear", "no scalars, no bias", w -> {
            Tensor x = w.in(e, s.reduced(), c);
            Tensor w0 = w.in(rows0, columns0);
            Tensor[] wm = DenseCases.orders(layout, c, out, w);
            Tensor y = w.out(e, s.reduced(), out);
            return () -> w.kernels().dense().so2Linear(layout, x, w0, null, wm, y, null);
        });
        add("dense", "so2LinearBackward", "no scalars, of the features alone", w -> {
            Tensor dy = w.in(e, s.reduced(), out);
            Tensor x = w.in(e, s.reduced(), c);
            Tensor w0 = w.in(rows0, columns0);
            Tensor[] wm = DenseCases.orders(layout, c, out, w);
            Sink dx = w.sink(e, s.reduced(), c);
            return () -> w.kernels().dense().so2LinearBackward(layout, dy, null, x, w0, wm, dx, null, null, null);
        });
    }

    private void partsOfGradients() {
        for (int wanted = 0; wanted < 3; wanted++) {
            int part = wanted;
            String what = "of " + List.of("x", "w", "bias").get(part) + " alone";
            add("dense", "linearBackward", what, w -> {
                Tensor dy = w.in(n, 7);
                Tensor x = w.in(n, c);
                Tensor weight = w.in(7, c);
                Sink dx = part == 0 ? w.sink(n, c) : null;
                Sink dw = part == 1 ? w.sink(7, c) : null;
                Sink db = part == 2 ? w.sink(7) : null;
                return () -> w.kernels().dense().linearBackward(dy, x, weight, dx, dw, db);
            });
        }
        add("norm", "layerNormBackward", "of x alone", w -> {
            Tensor dy = w.in(n, c);
            Tensor x = w.in(n, c);
            Tensor gamma = w.in(c);
            Sink dx = w.sink(n, c);
            return () -> w.kernels().norm().layerNormBackward(dy, x, gamma, EPS, dx, null, null);
        });
    }

    private void edges() {
        add("segment", "segmentSoftmax", "envelope, zero at some edges", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor logits = w.between(-6, 6, e, s.config().numHeads());
            Tensor envelope = w.in(envelope(), e);
            Tensor weight = w.out(e, s.config().numHeads());
            return () -> w.kernels().segment().segmentSoftmax(edges, logits, envelope, weight);
        });
        add("segment", "segmentSoftmaxBackward", "envelope, zero at some edges", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dweight = w.in(e, s.config().numHeads());
            Tensor logits = w.between(-6, 6, e, s.config().numHeads());
            Tensor envelope = w.in(envelope(), e);
            Sink dlogits = w.sink(e, s.config().numHeads());
            Sink denvelope = w.sink(e);
            return () ->
                    w.kernels().segment().segmentSoftmaxBackward(edges, dweight, logits, envelope, dlogits, denvelope);
        });
        add("segment", "attentionLogits", "no normalisation", w -> {
            var features = w.columns(e, s.attention());
            Tensor dot = w.in(s.config().numHeads(), s.config().attnAlphaChannels());
            Tensor logits = w.out(e, s.config().numHeads());
            return () -> w.kernels().segment().attentionLogits(features, null, null, EPS, dot, logits);
        });
        add("segment", "segmentSum", "no factors", w -> {
            Tensor x = w.in(n, c);
            Tensor start = w.in(s.batch().crystalStart(), s.batch().crystals() + 1L);
            Tensor y = w.out(s.batch().crystals(), c);
            return () -> w.kernels().segment().segmentSum(x, start, null, y);
        });
        add("segment", "crystalMatrix", "transposed", w -> {
            Tensor x = w.in(n, 3);
            Tensor a = w.in(s.batch().crystals(), 3, 3);
            Tensor crystal = w.in(s.batch().crystalOfNode(), n);
            Sink y = w.sink(n, 3);
            return () -> w.kernels().segment().crystalMatrix(x, a, crystal, true, y);
        });
        radialInput();
    }

    private double[] envelope() {
        double[] envelope = new double[(int) e];
        for (int i = 0; i < envelope.length; i++) {
            envelope[i] = i % 5 == 3 ? 0 : 0.05 + 0.9 * ((i * 7) % 11) / 11;
        }
        return envelope;
    }

    private void radialInput() {
        var basis = s.config().basis();
        long out = s.config().edgeChannels();
        add("radial", "radialInput", "without species", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor distance = w.in(s.distances(), e);
            Tensor species = w.in(s.batch().species(), n);
            Tensor weight = w.in(out, basis.count());
            Tensor bias = w.in(out);
            Tensor y = w.out(e, out);
            return () -> w.kernels().radial().radialInput(basis, edges, distance, species, null, null, weight, bias, y);
        });
        add("radial", "radialInputBackward", "of distances too", w -> {
            EdgeIndex edges = w.edges(s.batch());
            long rows = s.config().maxNumElements();
            Tensor dy = w.in(e, out);
            Tensor distance = w.in(s.distances(), e);
            Tensor species = w.in(s.batch().species(), n);
            Tensor source = w.in(rows, out);
            Tensor target = w.in(rows, out);
            Tensor weight = w.in(out, basis.count() + 2 * out);
            Sink dd = w.sink(e);
            Sink dsource = w.sink(rows, out);
            Sink dtarget = w.sink(rows, out);
            Sink dweight = w.sink(out, basis.count() + 2 * out);
            Sink dbias = w.sink(out);
            return () -> w.kernels()
                    .radial()
                    .radialInputBackward(
                            basis, edges, dy, distance, species, source, target, weight, dd, dsource, dtarget, dweight,
                            dbias);
        });
    }

    private void rotations() {
        SphericalLayout layout = s.layout();
        SphericalLayout rescaled = new SphericalLayout(layout.lmax(), 0, layout.mmax(), layout.radialPerDegree());
        add("spherical", "gatherRotate", "no radial weights", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor x = w.in(n, s.coefficients(), c);
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Tensor out = w.out(e, s.reduced(), 2 * c);
            return () -> w.kernels().spherical().gatherRotate(layout, edges, x, wigner, null, out);
        });
        add("spherical", "gatherRotateBackward", "of rotations too", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dout = w.in(e, s.reduced(), 2 * c);
            Tensor x = w.in(n, s.coefficients(), c);
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Tensor radial = w.in(e, layout.radialSlots(), 2 * c);
            Sink dx = w.sink(n, s.coefficients(), c);
            Sink dradial = w.sink(e, layout.radialSlots(), 2 * c);
            Sink dangular = w.sink(e, 3);
            return () -> w.kernels()
                    .spherical()
                    .gatherRotateBackward(layout, edges, dout, x, wigner, radial, dx, dradial, dangular);
        });
        add("spherical", "rotateSegmentSum", "m = 0 alone, rescaled, no weights", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor value = w.in(e, rescaled.reduced(), c);
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Tensor out = w.out(n, s.coefficients(), c);
            return () -> w.kernels().spherical().rotateSegmentSum(rescaled, edges, 0.3, value, null, wigner, out);
        });
        add("spherical", "rotateSegmentSumBackward", "of rotations too", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dout = w.in(n, s.coefficients(), s.values());
            Tensor value = w.in(e, s.reduced(), s.values());
            Tensor weight = w.in(e, s.config().numHeads());
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Sink dvalue = w.sink(e, s.reduced(), s.values());
            Sink dweight = w.sink(e, s.config().numHeads());
            Sink dangular = w.sink(e, 3);
            return () -> w.kernels()
                    .spherical()
                    .rotateSegmentSumBackward(
                            layout, edges, 0.3, dout, value, weight, wigner, dvalue, dweight, dangular);
        });
        add("spherical", "edgeFrame", "along the axes", w -> {
            double[] axes = {0, 2, 0, 0, -2, 0, 1.5, 0, 0, -1, 0, 0, 0, 0, 3, 1e-4, -1, 0, 1e-3, 1, 1e-3};
            Tensor vector = w.in(axes, 7, 3);
            Tensor distance = w.out(7);
            Tensor rotation = w.out(7, 9);
            return () -> w.kernels().spherical().edgeFrame(vector, distance, rotation, null);
        });
        add("spherical", "edgeFrameBackward", "of rotations alone", w -> {
            Tensor vector = w.in(s.batch().vector(), e, 3);
            Tensor distance = w.in(s.distances(), e);
            Tensor jacobian = w.in(e, 9);
            Tensor angular = w.in(e, 3);
            Sink dvector = w.sink(e, 3);
            return () -> w.kernels().spherical().edgeFrameBackward(vector, distance, jacobian, null, angular, dvector);
        });
        add("spherical", "s2Activation", "no scalars of its own", w -> {
            var grid = unitcell.nn.SO3Grid.onTape(w.tape(), layout, s.config().gridResolution())
                    .node();
            Tensor x = w.in(n, s.coefficients(), c);
            Tensor y = w.out(n, s.coefficients(), c);
            return () -> w.kernels().spherical().s2Activation(grid, x, null, y);
        });
    }

    private void norms() {
        int lmax = s.config().lmax();
        long k = s.coefficients();
        for (EquivariantNorm kind : EquivariantNorm.values()) {
            add("norm", "equivariantNorm", kind.key(), w -> {
                Tensor x = w.in(n, k, c);
                Tensor gamma0 = w.in(c);
                Tensor gamma = w.in(lmax, c);
                Tensor beta = w.in(c);
                Tensor y = w.out(n, k, c);
                return () -> w.kernels().norm().equivariantNorm(kind, lmax, EPS, x, gamma0, gamma, beta, y);
            });
            add("norm", "equivariantNormBackward", kind.key(), w -> {
                Tensor dy = w.in(n, k, c);
                Tensor x = w.in(n, k, c);
                Tensor gamma0 = w.in(c);
                Tensor gamma = w.in(lmax, c);
                Sink dx = w.sink(n, k, c);
                Sink dgamma0 = w.sink(c);
                Sink dgamma = w.sink(lmax, c);
                Sink dbeta = w.sink(c);
                return () -> w.kernels()
                        .norm()
                        .equivariantNormBackward(kind, lmax, EPS, dy, x, gamma0, gamma, dx, dgamma0, dgamma, dbeta);
            });
        }
    }

    private void extremes() {
        double[] wide = {0, 1e-8, -1e-8, 20, -20, 88, -88, 104, -104, 1000, -1000, 3e4, -3e4};
        add("pointwise", "silu", "up to 30,000", w -> {
            Tensor x = w.in(wide, wide.length);
            Tensor y = w.out(wide.length);
            return () -> w.kernels().pointwise().silu(x, y);
        });
        add("pointwise", "sigmoid", "up to 30,000", w -> {
            Tensor x = w.in(wide, wide.length);
            Tensor y = w.out(wide.length);
            return () -> w.kernels().pointwise().sigmoid(x, y);
        });
        add("pointwise", "smoothLeakyRelu", "up to 30,000", w -> {
            Tensor x = w.in(wide, wide.length);
            Tensor y = w.out(wide.length);
            return () -> w.kernels().pointwise().smoothLeakyRelu(0.2, x, y);
        });
        add("pointwise", "crossEntropy", "logits up to 300", w -> {
            Tensor logits = w.between(-300, 300, 9, 118);
            Tensor target = w.in(new int[] {0, 117, 5, 5, 60, 1, 2, 3, 4}, 9);
            Tensor weight = w.between(0, 1, 9);
            Tensor loss = w.out(1);
            return () -> w.kernels().pointwise().crossEntropy(logits, target, weight, loss);
        });
        add("pointwise", "softCrossEntropy", "logits up to 300", w -> {
            Tensor logits = w.between(-300, 300, 9, 118);
            Tensor target = w.between(0, 1, 9, 118);
            Tensor weight = w.between(0, 1, 9);
            Tensor loss = w.out(1);
            return () -> w.kernels().pointwise().softCrossEntropy(logits, target, weight, loss);
        });
        add("pointwise", "softmax", "up to 30,000", w -> {
            Tensor x = w.in(wide, 1, wide.length);
            Tensor y = w.out(1, wide.length);
            return () -> w.kernels().pointwise().softmax(x, y);
        });
    }

    private void rows() {
        add("pointwise", "dropoutMask", "half", w -> {
            Tensor mask = w.out(n, c);
            return () -> w.kernels().pointwise().dropoutMask(-3, (1L << 32) - 1, 7, 0.5, mask);
        });
        add("optimiser", "adamW", "a large step, clipped, with decay", w -> {
            long p = s.parameters();
            Tensor parameter = w.in(p);
            Tensor gradient = w.in(p);
            Tensor m = w.in(p);
            Tensor v = w.between(0.1, 1, p);
            AdamStep step = new AdamStep(0.1, 0.9, 0.999, 1e-8, 0.01, 3, 0.25);
            return () -> w.kernels().optimiser().adamW(step, parameter, gradient, m, v);
        });
        add("optimiser", "sumOfSquares", "into float64", w -> {
            Tensor x = w.in(s.parameters());
            Tensor out = w.wideResult();
            return () -> w.kernels().optimiser().sumOfSquares(x, out);
        });
        add("pointwise", "scaleRows", "by crystal", w -> {
            Tensor x = w.in(n, s.coefficients(), c);
            Tensor scale = w.in(s.batch().crystals());
            Tensor index = w.in(s.batch().crystalOfNode(), n);
            Sink y = w.sink(n, s.coefficients(), c);
            return () -> w.kernels().pointwise().scaleRows(x, scale, index, y);
        });
        add("pointwise", "copyMatrix", "scaled, added, between rows of other lengths", w -> {
            Matrix from = new Matrix(w.in(n, c + 5), 3, n, c, c + 5, false);
            Matrix to = new Matrix(w.in(n, c + 2), 1, n, c, c + 2, false);
            return () -> w.kernels().pointwise().copyMatrix(-0.5, from, to, true);
        });
        add("pointwise", "axpby", "y not read", w -> {
            Tensor x = w.in(n, c);
            Tensor y = w.out(n, c);
            return () -> w.kernels().pointwise().axpby(-2, x, 0, y);
        });
    }
}
