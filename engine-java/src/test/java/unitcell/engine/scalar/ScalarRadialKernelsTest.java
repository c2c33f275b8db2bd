package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.RadialKernels;

/** Radial kernels: values from their formulas, the fused input layer against its parts, gradients by differences. */
class ScalarRadialKernelsTest {
    private static final RadialKernels RADIAL = new ScalarKernels().radial();
    private static final DenseKernels DENSE = new ScalarKernels().dense();
    private static final GaussianBasis BASIS = GaussianBasis.of(5, 7, 1.5);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void gaussianSmearing(int edges) {
        try (KernelCase at = new KernelCase("gaussianSmearing")) {
            Tensor d = at.input("d", distances(at, edges));
            Tensor y = at.output(edges, 7);
            at.check(
                    () -> RADIAL.gaussianSmearing(BASIS, d, y),
                    (dy, s) -> RADIAL.gaussianSmearingBackward(BASIS, dy[0], d, s[0]));
            for (int e = 0; e < edges; e++) {
                for (int k = 0; k < 7; k++) {
                    double z = (d.get(e) - 5.0 * k / 6) / (1.5 * 5 / 6);
                    assertEquals(Math.exp(-z * z / 2), y.get(e * 7 + k), 1e-15);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void gaussianRadialBasis(int edges) {
        double cutoff = 5;
        try (KernelCase at = new KernelCase("gaussianRadialBasis")) {
            Tensor d = at.input("d", distances(at, edges));
            Tensor mean = at.input("mean", at.random(3));
            Tensor std = at.input("std", at.of(new double[] {0.7, -0.4, 1.2}, 3)); // the sign does not count
            Tensor weight = at.input("weight", at.random(1));
            Tensor bias = at.input("bias", at.random(1));
            Tensor y = at.output(edges, 3);
            at.check(
                    () -> RADIAL.gaussianRadialBasis(cutoff, mean, std, weight, bias, d, y),
                    (dy, s) -> RADIAL.gaussianRadialBasisBackward(
                            cutoff, dy[0], mean, std, weight, bias, d, s[1], s[2], s[3], s[4], s[0]));
            for (int i = 0; i < y.size(); i++) {
                double width = Math.abs(std.get(i % 3)) + 1e-5;
                double z = (weight.item() * d.get(i / 3) / cutoff + bias.item() - mean.get(i % 3)) / width;
                double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI * width * width);
                assertEquals(density, y.get(i), 1e-6 * density); // the contract's pi has six digits
            }
        }
    }

    private static Tensor distances(KernelCase at, int edges) {
        Tensor d = at.random(edges);
        for (int e = 0; e < edges; e++) {
            d.set(e, 2.5 + 2 * d.get(e));
        }
        return d;
    }

    @ParameterizedTest
    @CsvSource({"true,7", "false,7", "true,0", "true,2"})
    void radialInput(boolean tables, int edgeCount) {
        int embedding = 3;
        int out = 4;
        try (KernelCase at = new KernelCase("radialInput")) {
            EdgeIndex edges = edgeCount == 7
                    ? Graphs.ragged(at)
                    : edgeCount == 2 ? Graphs.single(at) : Graphs.withoutEdges(at, 2);
            Tensor d = at.input("distance", distances(at, edges.edges()));
            int[] z = {1, 0, 1, 3};
            Tensor species = at.of(Arrays.copyOf(z, edges.nodes()));
            Tensor source = tables ? at.input("source", at.random(5, embedding)) : null;
            Tensor target = tables ? at.input("target", at.random(5, embedding)) : null;
            int width = tables ? 7 + 2 * embedding : 7;
            Tensor w = at.input("w", at.random(out, width));
            Tensor bias = at.input("bias", at.random(out));
            Tensor y = at.output(edges.edges(), out);
            int next = tables ? 3 : 1;
            at.check(
                    () -> RADIAL.radialInput(BASIS, edges, d, species, source, target, w, bias, y),
                    (dy, s) -> RADIAL.radialInputBackward(
                            BASIS,
                            edges,
                            dy[0],
                            d,
                            species,
                            source,
                            target,
                            w,
                            s[0],
                            tables ? s[1] : null,
                            tables ? s[2] : null,
                            s[next],
                            s[next + 1]));

            Tensor gaussians = at.empty(edges.edges(), 7);
            RADIAL.gaussianSmearing(BASIS, d, gaussians);
            Tensor input = at.empty(edges.edges(), width);
            for (int e = 0; e < edges.edges(); e++) {
                for (int k = 0; k < width; k++) {
                    double value;
                    if (k < 7) {
                        value = gaussians.get(e * 7 + k);
                    } else if (k < 7 + embedding) {
                        value = source.get(z[(int) edges.source().get(e)] * embedding + k - 7);
                    } else {
                        value = target.get(z[(int) edges.target().get(e)] * embedding + k - 7 - embedding);
                    }
                    input.set(e * width + k, value);
                }
            }
            Tensor expected = at.empty(edges.edges(), out);
            DENSE.linear(input, w, bias, expected);
            assertArrayEquals(expected.toDoubles(), y.toDoubles(), 1e-14);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 6})
    void polynomialEnvelope(int exponent) {
        double cutoff = 4;
        try (KernelCase at = new KernelCase("polynomialEnvelope")) {
            Tensor d = at.input("distance", at.of(new double[] {0.5, 2, 3.9, 4.5, 100}, 5));
            Tensor y = at.output(5);
            at.check(
                    () -> RADIAL.polynomialEnvelope(cutoff, exponent, d, y),
                    (dy, s) -> RADIAL.polynomialEnvelopeBackward(cutoff, exponent, dy[0], d, s[0]));
            double p = exponent;
            double u = 0.5;
            double formula = 1
                    - (p + 1) * (p + 2) / 2 * Math.pow(u, p)
                    + p * (p + 2) * Math.pow(u, p + 1)
                    - p * (p + 1) / 2 * Math.pow(u, p + 2);
            assertEquals(formula, y.get(1), 1e-14);
            assertEquals(0, y.get(3));
            assertEquals(0, y.get(4));
            // 1 at the origin; value, slope and curvature vanish at the cutoff: like (1-u)^3 there.
            Tensor ends = at.of(new double[] {0, cutoff - 1e-4, cutoff, cutoff - 2e-4}, 4);
            Tensor atEnds = at.empty(4);
            RADIAL.polynomialEnvelope(cutoff, exponent, ends, atEnds);
            assertEquals(1, atEnds.get(0));
            assertEquals(0, atEnds.get(2));
            assertEquals(8, atEnds.get(3) / atEnds.get(1), 0.01);
        }
    }

    @ParameterizedTest
    @CsvSource({"4,9,3", "1,1,1", "0,4,2"})
    void embedding(int nodes, int coefficients, int channels) {
        try (KernelCase at = new KernelCase("embedding")) {
            Tensor table = at.input("table", at.random(6, channels));
            Tensor index = at.of(Arrays.copyOf(new int[] {2, 5, 2, 0}, nodes));
            Tensor x = at.output(nodes, coefficients, channels);
            at.check(() -> RADIAL.embedding(table, index, x), (dy, s) -> RADIAL.embeddingBackward(dy[0], index, s[0]));
            for (int i = 0; i < x.size(); i++) {
                int n = i / (coefficients * channels);
                int within = i % (coefficients * channels);
                int row = (int) index.get(n);
                double expected = within < channels ? table.get((long) row * channels + within) : 0;
                assertEquals(expected, x.get(i));
            }
        }
    }

    @Test
    void speciesOutsideTheTableAreNamed() {
        try (KernelCase at = new KernelCase("species")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> RADIAL.embedding(at.random(3, 2), at.of(new int[] {0, 3}), at.empty(2, 4, 2)));
            assertEquals("embedding: index[1] is 3; expected 0 to 2", e.getMessage());
        }
    }
}
