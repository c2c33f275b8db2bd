package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.Sink;
import unitcell.trainer.cases.KernelCase.Call;

/** What starts from edge lengths and species, attention over edges, sums over crystals. */
final class EdgeCases {
    private final List<KernelCase> cases = new ArrayList<>();
    private final KernelSizes s;
    private final long e;
    private final GaussianBasis basis;
    private final long k;

    private EdgeCases(KernelSizes s) {
        this.s = s;
        this.e = s.edges();
        this.basis = s.config().basis();
        this.k = basis.count();
    }

    static List<KernelCase> of(KernelSizes s) {
        EdgeCases made = new EdgeCases(s);
        made.bases();
        made.input();
        made.envelopeAndEmbedding();
        made.attention();
        made.crystals();
        return made.cases;
    }

    private void radial(String kernel, String shape, KernelCase.Setup setup) {
        cases.add(new KernelCase("radial", kernel, shape, setup));
    }

    private void segment(String kernel, String shape, KernelCase.Setup setup) {
        cases.add(new KernelCase("segment", kernel, shape, setup));
    }

    private void bases() {
        String shape = "[" + e + ", " + k + "]";
        double cutoff = s.config().maxRadius();
        radial("gaussianSmearing", shape, w -> {
            Tensor distance = w.in(s.distances(), e);
            Tensor y = w.out(e, k);
            return new Call(4.0 * e * k, () -> w.kernels().radial().gaussianSmearing(basis, distance, y));
        });
        radial("gaussianSmearingBackward", shape, w -> {
            Tensor dy = w.in(e, k);
            Tensor distance = w.in(s.distances(), e);
            Sink dd = w.sink(e);
            return new Call(7.0 * e * k, () -> w.kernels().radial().gaussianSmearingBackward(basis, dy, distance, dd));
        });
        radial("gaussianRadialBasis", shape, w -> {
            Tensor mean = w.in(k);
            Tensor std = w.between(0.1, 1, k);
            Tensor weight = w.in(1);
            Tensor bias = w.in(1);
            Tensor distance = w.in(s.distances(), e);
            Tensor y = w.out(e, k);
            return new Call(
                    6.0 * e * k,
                    () -> w.kernels().radial().gaussianRadialBasis(cutoff, mean, std, weight, bias, distance, y));
        });
        radial("gaussianRadialBasisBackward", shape, w -> {
            Tensor dy = w.in(e, k);
            Tensor mean = w.in(k);
            Tensor std = w.between(0.1, 1, k);
            Tensor weight = w.in(1);
            Tensor bias = w.in(1);
            Tensor distance = w.in(s.distances(), e);
            Sink dmean = w.sink(k);
            Sink dstd = w.sink(k);
            Sink dweight = w.sink(1);
            Sink dbias = w.sink(1);
            Sink dd = w.sink(e);
            return new Call(
                    16.0 * e * k,
                    () -> w.kernels()
                            .radial()
                            .gaussianRadialBasisBackward(
                                    cutoff, dy, mean, std, weight, bias, distance, dmean, dstd, dweight, dbias, dd));
        });
    }

    private void input() {
        long out = s.config().edgeChannels();
        long rows = s.config().maxNumElements();
        String shape = e + " edges to " + out;
        // The reference's dense product over all Gaussians and both tables, whatever of it is saved.
        double flops = 2.0 * e * (k + 2 * out) * out;
        radial("radialInput", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor distance = w.in(s.distances(), e);
            Tensor species = w.in(s.batch().species(), s.nodes());
            Tensor source = w.in(rows, out);
            Tensor target = w.in(rows, out);
            Tensor weight = w.in(out, k + 2 * out);
            Tensor bias = w.in(out);
            Tensor y = w.out(e, out);
            return new Call(
                    flops,
                    () -> w.kernels()
                            .radial()
                            .radialInput(basis, edges, distance, species, source, target, weight, bias, y));
        });
        radial("radialInputBackward", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dy = w.in(e, out);
            Tensor distance = w.in(s.distances(), e);
            Tensor species = w.in(s.batch().species(), s.nodes());
            Tensor source = w.in(rows, out);
            Tensor target = w.in(rows, out);
            Tensor weight = w.in(out, k + 2 * out);
            Sink dsource = w.sink(rows, out);
            Sink dtarget = w.sink(rows, out);
            Sink dweight = w.sink(out, k + 2 * out);
            Sink dbias = w.sink(out);
            // As in pre-training, where geometry is constant: no gradient to distances.
            return new Call(
                    2 * flops,
                    () -> w.kernels()
                            .radial()
                            .radialInputBackward(
                                    basis, edges, dy, distance, species, source, target, weight, null, dsource, dtarget,
                                    dweight, dbias));
        });
    }

    private void envelopeAndEmbedding() {
        double cutoff = s.config().maxRadius();
        int exponent = s.config().envelopeExponent() == 0 ? 5 : s.config().envelopeExponent();
        radial("polynomialEnvelope", e + " edges", w -> {
            Tensor distance = w.in(s.distances(), e);
            Tensor y = w.out(e);
            return new Call(8.0 * e, () -> w.kernels().radial().polynomialEnvelope(cutoff, exponent, distance, y));
        });
        radial("polynomialEnvelopeBackward", e + " edges", w -> {
            Tensor dy = w.in(e);
            Tensor distance = w.in(s.distances(), e);
            Sink dd = w.sink(e);
            return new Call(
                    9.0 * e, () -> w.kernels().radial().polynomialEnvelopeBackward(cutoff, exponent, dy, distance, dd));
        });
        long rows = s.config().maxNumElements();
        String shape = "[" + s.nodes() + ", " + s.coefficients() + ", " + s.channels() + "]";
        radial("embedding", shape, w -> {
            Tensor table = w.in(rows, s.channels());
            Tensor index = w.in(s.batch().species(), s.nodes());
            Tensor x = w.out(s.nodes(), s.coefficients(), s.channels());
            return new Call(0, () -> w.kernels().radial().embedding(table, index, x));
        });
        radial("embeddingBackward", shape, w -> {
            Tensor dx = w.in(s.nodes(), s.coefficients(), s.channels());
            Tensor index = w.in(s.batch().species(), s.nodes());
            Sink dtable = w.sink(rows, s.channels());
            return new Call(
                    (double) s.nodes() * s.channels(),
                    () -> w.kernels().radial().embeddingBackward(dx, index, dtable));
        });
    }

    private void attention() {
        long width = s.attention();
        long heads = s.config().numHeads();
        long a = s.config().attnAlphaChannels();
        String shape = "[" + e + ", " + heads + ", " + a + "]";
        segment("attentionLogits", shape, w -> {
            Columns features = w.columns(e, width);
            Tensor gamma = w.in(a);
            Tensor beta = w.in(a);
            Tensor dot = w.in(heads, a);
            Tensor logits = w.out(e, heads);
            return new Call(
                    16.0 * e * width,
                    () -> w.kernels().segment().attentionLogits(features, gamma, beta, EPS, dot, logits));
        });
        segment("attentionLogitsBackward", shape, w -> {
            Tensor dlogits = w.in(e, heads);
            Columns features = w.columns(e, width);
            Tensor gamma = w.in(a);
            Tensor beta = w.in(a);
            Tensor dot = w.in(heads, a);
            Columns dfeatures = w.columnSink(e, width);
            Sink dgamma = w.sink(a);
            Sink dbeta = w.sink(a);
            Sink ddot = w.sink(heads, a);
            return new Call(
                    30.0 * e * width,
                    () -> w.kernels()
                            .segment()
                            .attentionLogitsBackward(
                                    dlogits, features, gamma, beta, EPS, dot, dfeatures, w.adds(), dgamma, dbeta,
                                    ddot));
        });
        segment("segmentSoftmax", "[" + e + ", " + heads + "]", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor logits = w.in(e, heads);
            Tensor weight = w.out(e, heads);
            return new Call(5.0 * e * heads, () -> w.kernels().segment().segmentSoftmax(edges, logits, null, weight));
        });
        segment("segmentSoftmaxBackward", "[" + e + ", " + heads + "]", w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dweight = w.in(e, heads);
            Tensor logits = w.in(e, heads);
            Sink dlogits = w.sink(e, heads);
            return new Call(
                    9.0 * e * heads,
                    () -> w.kernels().segment().segmentSoftmaxBackward(edges, dweight, logits, null, dlogits, null));
        });
    }

    private static final double EPS = 1e-5;

    private void crystals() {
        long n = s.nodes();
        long b = s.batch().crystals();
        long c = s.channels();
        String shape = "[" + n + ", " + c + "] to " + b + " crystals";
        segment("segmentSum", shape, w -> {
            Tensor x = w.in(n, c);
            Tensor start = w.in(s.batch().crystalStart(), b + 1);
            Tensor scale = w.in(b);
            Tensor y = w.out(b, c);
            return new Call((double) n * c, () -> w.kernels().segment().segmentSum(x, start, scale, y));
        });
        segment("segmentSumBackward", shape, w -> {
            Tensor dy = w.in(b, c);
            Tensor start = w.in(s.batch().crystalStart(), b + 1);
            Tensor scale = w.in(b);
            Sink dx = w.sink(n, c);
            return new Call((double) n * c, () -> w.kernels().segment().segmentSumBackward(dy, start, scale, dx));
        });
        segment("crystalMatrix", n + " atoms", w -> {
            Tensor x = w.in(n, 3);
            Tensor a = w.in(b, 3, 3);
            Tensor crystal = w.in(s.batch().crystalOfNode(), n);
            Sink y = w.sink(n, 3);
            return new Call(15.0 * n, () -> w.kernels().segment().crystalMatrix(x, a, crystal, false, y));
        });
    }
}
