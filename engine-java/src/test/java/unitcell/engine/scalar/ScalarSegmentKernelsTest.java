package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.Sink;

/** Segment kernels on ragged, empty and single segments: values from their definitions, gradients by differences. */
class ScalarSegmentKernelsTest {
    private static final SegmentKernels SEGMENT = new ScalarKernels().segment();

    @ParameterizedTest
    @CsvSource({"4,2,3,true", "3,1,1,true", "3,2,5,false", "0,2,2,true"})
    void attentionLogits(int edges, int heads, int size, boolean normalised) {
        double eps = 1e-3;
        try (KernelCase at = new KernelCase("attentionLogits")) {
            Columns features = at.input("features", new Columns(at.random(edges, heads * size + 5), 2, heads * size));
            Tensor gamma = normalised ? at.input("gamma", at.random(size)) : null;
            Tensor beta = normalised ? at.input("beta", at.random(size)) : null;
            Tensor dot = at.input("dot", at.random(heads, size));
            Tensor logits = at.output(edges, heads);
            at.check(
                    () -> SEGMENT.attentionLogits(features, gamma, beta, eps, dot, logits),
                    (dy, s) -> SEGMENT.attentionLogitsBackward(
                            dy[0],
                            features,
                            gamma,
                            beta,
                            eps,
                            dot,
                            s[0] == null ? null : new Columns(s[0].tensor(), 2, heads * size),
                            s[0] != null && s[0].add(),
                            normalised ? s[1] : null,
                            normalised ? s[2] : null,
                            s[s.length - 1]));

            Tensor rows = at.empty((long) edges * heads, size);
            for (int i = 0; i < rows.size(); i++) {
                int e = i / (heads * size);
                rows.set(i, features.tensor().get((long) e * (heads * size + 5) + 2 + i % (heads * size)));
            }
            if (normalised) {
                Tensor plain = rows;
                rows = at.empty((long) edges * heads, size);
                new ScalarKernels().norm().layerNorm(plain, gamma, beta, eps, rows);
            }
            new ScalarKernels().pointwise().smoothLeakyRelu(0.2, rows, rows);
            for (int r = 0; r < edges * heads; r++) {
                double sum = 0;
                for (int a = 0; a < size; a++) {
                    sum += rows.get(r * size + a) * dot.get(r % heads * size + a);
                }
                assertEquals(sum, logits.get(r), 1e-14);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"ragged,2,false", "ragged,3,true", "single,1,true", "empty,2,true"})
    void segmentSoftmax(String graph, int heads, boolean enveloped) {
        try (KernelCase at = new KernelCase("segmentSoftmax")) {
            EdgeIndex edges = graph(at, graph);
            Tensor logits = at.input("logits", at.random(edges.edges(), heads));
            Tensor envelope = null;
            if (enveloped) {
                envelope = at.random(edges.edges());
                for (int e = 0; e < edges.edges(); e++) {
                    envelope.set(e, 0.5 + 0.4 * envelope.get(e));
                }
            }
            Tensor c = at.input("envelope", envelope);
            Tensor weight = at.output(edges.edges(), heads);
            at.check(
                    () -> SEGMENT.segmentSoftmax(edges, logits, c, weight),
                    (dy, s) -> SEGMENT.segmentSoftmaxBackward(edges, dy[0], logits, c, s[0], enveloped ? s[1] : null));
            for (int e = 0; e < edges.edges(); e++) {
                for (int h = 0; h < heads; h++) {
                    double sum = 0;
                    for (int f = 0; f < edges.edges(); f++) {
                        if (edges.target().get(f) == edges.target().get(e)) {
                            sum += (enveloped ? c.get(f) : 1) * Math.exp(logits.get(f * heads + h));
                        }
                    }
                    double squared = enveloped ? c.get(e) * c.get(e) : 1;
                    assertEquals(squared * Math.exp(logits.get(e * heads + h)) / sum, weight.get(e * heads + h), 1e-15);
                }
            }
        }
    }

    private static EdgeIndex graph(KernelCase at, String name) {
        return switch (name) {
            case "ragged" -> Graphs.ragged(at);
            case "single" -> Graphs.single(at);
            default -> Graphs.withoutEdges(at, 2);
        };
    }

    @Test
    void softmaxOfHugeLogitsIsFinite() {
        try (KernelCase at = new KernelCase("softmax huge")) {
            EdgeIndex edges = Graphs.single(at);
            Tensor weight = at.empty(2, 1);
            SEGMENT.segmentSoftmax(edges, at.of(new double[] {5000, 5000}, 2, 1), null, weight);
            assertArrayEquals(new double[] {0.5, 0.5}, weight.toDoubles());
            SEGMENT.segmentSoftmax(edges, at.of(new double[] {-5000, -4000}, 2, 1), null, weight);
            assertArrayEquals(new double[] {0, 1}, weight.toDoubles());
            // The absent edge must not decide what is subtracted.
            Tensor envelope = at.of(new double[] {0, 0.25}, 2);
            SEGMENT.segmentSoftmax(edges, at.of(new double[] {900, 0}, 2, 1), envelope, weight);
            assertArrayEquals(new double[] {0, 0.25}, weight.toDoubles());
            SEGMENT.segmentSoftmax(edges, at.of(new double[] {Double.NaN, 0}, 2, 1), null, weight);
            assertTrue(Double.isNaN(weight.get(1)), "a NaN must show");
        }
    }

    @Test
    void softmaxWithoutAnyEnvelopeIsZeroWithZeroGradients() {
        try (KernelCase at = new KernelCase("softmax zero envelope")) {
            EdgeIndex edges = Graphs.single(at);
            Tensor logits = at.random(2, 3);
            Tensor zero = at.empty(2).zero();
            Tensor weight = at.empty(2, 3);
            SEGMENT.segmentSoftmax(edges, logits, zero, weight);
            assertArrayEquals(new double[6], weight.toDoubles());
            Tensor dlogits = at.empty(2, 3);
            Tensor denvelope = at.empty(2);
            SEGMENT.segmentSoftmaxBackward(
                    edges, at.random(2, 3), logits, zero, Sink.write(dlogits), Sink.write(denvelope));
            assertArrayEquals(new double[6], dlogits.toDoubles(), 1e-300);
            assertArrayEquals(new double[2], denvelope.toDoubles(), 1e-300);
        }
    }

    /** Three edges of which the middle one has no envelope give what the two others give alone. */
    @Test
    void edgesWithoutEnvelopeCountAsAbsent() {
        try (KernelCase at = new KernelCase("softmax absent")) {
            EdgeIndex three = Graphs.of(at, 1, new int[][] {{0, 0}, {0, 0}, {0, 0}});
            EdgeIndex two = Graphs.single(at);
            Tensor z3 = at.of(new double[] {0.3, 7, -0.4}, 3, 1);
            Tensor z2 = at.of(new double[] {0.3, -0.4}, 2, 1);
            Tensor c3 = at.of(new double[] {0.3, 0, 0.8}, 3);
            Tensor c2 = at.of(new double[] {0.3, 0.8}, 2);
            Tensor w3 = at.empty(3, 1);
            Tensor w2 = at.empty(2, 1);
            SEGMENT.segmentSoftmax(three, z3, c3, w3);
            SEGMENT.segmentSoftmax(two, z2, c2, w2);
            assertArrayEquals(new double[] {w2.get(0), 0, w2.get(1)}, w3.toDoubles());
            Tensor dz3 = at.empty(3, 1);
            Tensor dz2 = at.empty(2, 1);
            Tensor dc3 = at.empty(3);
            Tensor dc2 = at.empty(2);
            Tensor g3 = at.of(new double[] {1, 5, -2}, 3, 1);
            Tensor g2 = at.of(new double[] {1, -2}, 2, 1);
            SEGMENT.segmentSoftmaxBackward(three, g3, z3, c3, Sink.write(dz3), Sink.write(dc3));
            SEGMENT.segmentSoftmaxBackward(two, g2, z2, c2, Sink.write(dz2), Sink.write(dc2));
            assertArrayEquals(new double[] {dz2.get(0), 0, dz2.get(1)}, dz3.toDoubles(), 1e-300);
            assertArrayEquals(new double[] {dc2.get(0), 0, dc2.get(1)}, dc3.toDoubles(), 1e-300);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void segmentSum(boolean scaled) {
        int[] starts = {0, 3, 3, 4};
        try (KernelCase at = new KernelCase("segmentSum")) {
            Tensor x = at.input("x", at.random(4, 3));
            Tensor start = at.of(starts);
            Tensor scale = scaled ? at.random(3) : null;
            Tensor y = at.output(3, 3);
            at.check(
                    () -> SEGMENT.segmentSum(x, start, scale, y),
                    (dy, s) -> SEGMENT.segmentSumBackward(dy[0], start, scale, s[0]));
            double factor = scaled ? scale.get(0) : 1;
            assertEquals(factor * (x.get(1) + x.get(4) + x.get(7)), y.get(1), 1e-15);
            assertEquals(0, y.get(4), 0.0);
        }
        try (KernelCase at = new KernelCase("segmentSum rows")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> SEGMENT.segmentSum(at.random(5, 3), at.of(starts), null, at.empty(3, 3)));
            assertEquals("segmentSum: last start is 4; expected 5 rows", e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void crystalMatrix(boolean transposed) {
        try (KernelCase at = new KernelCase("crystalMatrix")) {
            Tensor x = at.input("x", at.random(3, 3));
            Tensor a = at.random(2, 3, 3);
            Tensor crystal = at.of(new int[] {1, 0, 1});
            Tensor y = at.output(3, 3);
            at.check(() -> SEGMENT.crystalMatrix(x, a, crystal, transposed, Sink.write(y)), (dy, s) -> {
                if (s[0] != null) {
                    SEGMENT.crystalMatrix(dy[0], a, crystal, !transposed, s[0]);
                }
            });
            double sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += x.get(6 + i) * a.get(9 + (transposed ? 2 * 3 + i : i * 3 + 2));
            }
            assertEquals(sum, y.get(6 + 2), 1e-15);
        }
    }
}
