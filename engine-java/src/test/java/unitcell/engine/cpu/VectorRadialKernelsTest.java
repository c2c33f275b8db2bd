package unitcell.engine.cpu;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import unitcell.engine.kernel.GaussianBasis;

/** Bases, envelopes and embeddings against the float64 specification. */
class VectorRadialKernelsTest {
    private static final double CUTOFF = 6;

    private static Parity parity;

    @BeforeAll
    static void open() {
        parity = new Parity();
    }

    @AfterAll
    static void close() {
        if (parity != null) { // null where the backend was skipped
            parity.close();
        }
    }

    @Test
    void smearing() {
        for (GaussianBasis basis : List.of(
                GaussianBasis.of(CUTOFF, 600, 2), GaussianBasis.of(CUTOFF, 31, 1), GaussianBasis.of(CUTOFF, 2, 3))) {
            for (int edges : new int[] {0, 1, 16, 150}) {
                Parity.Case c = parity.call("gaussianSmearing " + basis + edges);
                int d = c.input(VectorRadialInputTest.distances(c.random(), edges), edges);
                int y = c.output(edges, basis.count());
                c.run(Parity.FORWARD, (k, a) -> k.radial().gaussianSmearing(basis, a.get(d), a.get(y)));
                for (boolean add : new boolean[] {false, true}) {
                    Parity.Case b = parity.call("gaussianSmearingBackward " + basis + edges + add);
                    int db = b.input(VectorRadialInputTest.distances(b.random(), edges), edges);
                    int g = b.input(edges, basis.count());
                    int dd = b.sink(add, edges);
                    b.run(Parity.BACKWARD, (k, a) -> {
                        k.radial().gaussianSmearingBackward(basis, a.get(g), a.get(db), a.sink(dd));
                        k.radial().gaussianSmearingBackward(basis, a.get(g), a.get(db), null);
                    });
                }
            }
        }
    }

    @Test
    void learnableBasis() {
        for (int[] s : new int[][] {{0, 5}, {1, 1}, {16, 7}, {70, 512}, {300, 33}}) {
            Parity.Case c = parity.call("gaussianRadialBasis " + s[0] + "x" + s[1]);
            int[] in = parameters(c, s[0], s[1]);
            int y = c.output(s[0], s[1]);
            c.run(
                    Parity.FORWARD,
                    (k, a) -> k.radial()
                            .gaussianRadialBasis(
                                    CUTOFF,
                                    a.get(in[0]),
                                    a.get(in[1]),
                                    a.get(in[2]),
                                    a.get(in[3]),
                                    a.get(in[4]),
                                    a.get(y)));
            for (int choice = 0; choice < 4; choice++) {
                learnableBasisBackward(s[0], s[1], choice);
            }
        }
    }

    /** Means in 0..1, deviations of either sign from 1/count up, as they are initialised; one that is zero. */
    private static int[] parameters(Parity.Case c, int edges, int count) {
        double[] mean = new double[count];
        double[] std = new double[count];
        for (int k = 0; k < count; k++) {
            mean[k] = c.random().nextDouble();
            std[k] = (1.0 / count + c.random().nextDouble()) * (k % 3 == 1 ? -1 : 1);
        }
        int m = c.input(mean, count);
        int s = c.input(std, count);
        int w = c.input(new double[] {1.1}, 1);
        int b = c.input(new double[] {-0.03}, 1);
        return new int[] {m, s, w, b, c.input(VectorRadialInputTest.distances(c.random(), edges), edges)};
    }

    private static void learnableBasisBackward(int edges, int count, int choice) {
        Parity.Case c = parity.call("gaussianRadialBasisBackward " + edges + "x" + count + " " + choice);
        int dy = c.input(edges, count);
        int[] in = parameters(c, edges, count);
        boolean add = choice % 2 == 0;
        int dmean = choice == 3 ? -1 : c.sink(add, count);
        int dstd = choice == 2 ? -1 : c.sink(!add, count);
        int dweight = choice == 3 ? -1 : c.sink(add, 1);
        int dbias = choice == 2 ? -1 : c.sink(!add, 1);
        int dd = choice == 1 ? -1 : c.sink(add, edges);
        c.run(
                Parity.BACKWARD,
                (k, a) -> k.radial()
                        .gaussianRadialBasisBackward(
                                CUTOFF,
                                a.get(dy),
                                a.get(in[0]),
                                a.get(in[1]),
                                a.get(in[2]),
                                a.get(in[3]),
                                a.get(in[4]),
                                a.sink(dmean),
                                a.sink(dstd),
                                a.sink(dweight),
                                a.sink(dbias),
                                a.sink(dd)));
    }

    @Test
    void envelopes() {
        for (int exponent : new int[] {1, 2, 5, 8}) {
            for (int edges : new int[] {0, 1, 17, 3001}) {
                Parity.Case c = parity.call("polynomialEnvelope " + exponent + " E" + edges);
                int d = c.input(VectorRadialInputTest.distances(c.random(), edges), edges);
                int y = c.output(edges);
                c.run(Parity.FORWARD, (k, a) -> k.radial().polynomialEnvelope(CUTOFF, exponent, a.get(d), a.get(y)));
                for (boolean add : new boolean[] {false, true}) {
                    Parity.Case b = parity.call("polynomialEnvelopeBackward " + exponent + " E" + edges + add);
                    int dy = b.input(edges);
                    int db = b.input(VectorRadialInputTest.distances(b.random(), edges), edges);
                    int dd = b.sink(add, edges);
                    b.run(Parity.BACKWARD, (k, a) -> {
                        k.radial().polynomialEnvelopeBackward(CUTOFF, exponent, a.get(dy), a.get(db), a.sink(dd));
                        k.radial().polynomialEnvelopeBackward(CUTOFF, exponent, a.get(dy), a.get(db), null);
                    });
                }
            }
        }
    }

    @Test
    void embeddings() {
        for (int[] s : new int[][] {{0, 4, 3, 5}, {1, 1, 1, 1}, {9, 4, 3, 7}, {50, 9, 90, 64}, {77, 1, 5, 33}}) {
            int nodes = s[0];
            Parity.Case c = parity.call("embedding N" + nodes + " C" + s[3]);
            int table = c.input(s[2], s[3]);
            int index = c.indices(rows(c, nodes, s[2]));
            int x = c.output(nodes, s[1], s[3]);
            c.run(Parity.FORWARD, (k, a) -> k.radial().embedding(a.get(table), a.get(index), a.get(x)));
            for (boolean add : new boolean[] {false, true}) {
                Parity.Case b = parity.call("embeddingBackward N" + nodes + " C" + s[3] + add);
                int dx = b.input(nodes, s[1], s[3]);
                int ib = b.indices(rows(b, nodes, s[2]));
                int dtable = b.sink(add, s[2], s[3]);
                b.run(Parity.BACKWARD, (k, a) -> {
                    k.radial().embeddingBackward(a.get(dx), a.get(ib), a.sink(dtable));
                    k.radial().embeddingBackward(a.get(dx), a.get(ib), null);
                });
            }
        }
    }

    private static int[] rows(Parity.Case c, int nodes, int count) {
        int[] rows = new int[nodes];
        for (int n = 0; n < nodes; n++) {
            rows[n] = c.random().nextInt(count);
        }
        return rows;
    }
}
