package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;

/** Attention and sums over crystals against the float64 specification, over ragged segments and widths. */
class VectorSegmentKernelsTest {
    private static final double EPS = 1e-5;

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
    void attentionLogits() {
        // edges, heads, size, columns before, columns behind
        int[][] shapes = {
            {0, 4, 8, 0, 0},
            {1, 1, 3, 0, 0},
            {5, 3, 7, 2, 3},
            {70, 4, 32, 0, 32},
            {300, 8, 16, 5, 0},
            {520, 2, 65, 1, 1},
            {9, 2, 132, 4, 0},
            {5, 1, 301, 1, 0}
        };
        for (int[] s : shapes) {
            for (boolean norm : new boolean[] {true, false}) {
                String name = "attentionLogits E" + s[0] + " H" + s[1] + " A" + s[2] + norm;
                int width = s[3] + s[1] * s[2] + s[4];
                Parity.Case c = parity.call(name);
                int x = c.input(s[0], width);
                int gamma = norm ? c.input(s[2]) : -1;
                int beta = norm ? c.input(s[2]) : -1;
                int dot = c.input(s[1], s[2]);
                int logits = c.output(s[0], s[1]);
                c.run(
                        Parity.FORWARD,
                        (k, a) -> k.segment()
                                .attentionLogits(
                                        new Columns(a.get(x), s[3], s[1] * s[2]),
                                        a.get(gamma),
                                        a.get(beta),
                                        EPS,
                                        a.get(dot),
                                        a.get(logits)));
                for (int choice = 0; choice < 4; choice++) {
                    attentionLogitsBackward(name, s, norm, choice);
                }
            }
        }
    }

    private static void attentionLogitsBackward(String name, int[] s, boolean norm, int choice) {
        int width = s[3] + s[1] * s[2] + s[4];
        boolean add = choice % 2 == 1;
        Parity.Case c = parity.call(name + " backward " + choice);
        int dlogits = c.input(s[0], s[1]);
        int x = c.input(s[0], width);
        int gamma = norm ? c.input(s[2]) : -1;
        int beta = norm ? c.input(s[2]) : -1;
        int dot = c.input(s[1], s[2]);
        // Columns beside the features must stay as they are, so there is something there also where nothing is added
        // to.
        int dx = choice == 2 ? -1 : c.inOut(c.normal(s[0], width), s[0], width);
        int dgamma = norm && choice != 3 ? c.sink(add, s[2]) : -1;
        int dbeta = norm && choice != 0 ? c.sink(!add, s[2]) : -1;
        int ddot = choice == 1 ? -1 : c.sink(add, s[1], s[2]);
        c.run(
                Parity.BACKWARD,
                (k, a) -> k.segment()
                        .attentionLogitsBackward(
                                a.get(dlogits),
                                new Columns(a.get(x), s[3], s[1] * s[2]),
                                a.get(gamma),
                                a.get(beta),
                                EPS,
                                a.get(dot),
                                dx < 0 ? null : new Columns(a.get(dx), s[3], s[1] * s[2]),
                                add,
                                a.sink(dgamma),
                                a.sink(dbeta),
                                a.sink(ddot)));
    }

    @Test
    void softmax() {
        int turn = 0;
        for (int[] s :
                new int[][] {{0, 0, 1}, {4, 0, 3}, {1, 1, 1}, {7, 30, 4}, {40, 300, 8}, {50, 700, 5}, {9, 90, 19}}) {
            for (boolean enveloped : new boolean[] {false, true}) {
                softmax(s[0], s[1], s[2], enveloped, turn++);
            }
        }
    }

    private static void softmax(int nodes, int edges, int heads, boolean enveloped, int turn) {
        String name = "segmentSoftmax N" + nodes + " E" + edges + " H" + heads + enveloped;
        Parity.Case c = parity.call(name);
        RaggedGraphs.Declared graph =
                RaggedGraphs.random(c.random(), nodes, edges, 4).declare(c);
        int z = c.input(logits(c, edges, heads), edges, heads);
        int envelope = enveloped ? c.input(envelope(c, edges), edges) : -1;
        int weight = c.output(edges, heads);
        c.run(
                Parity.FORWARD,
                (k, a) -> k.segment().segmentSoftmax(graph.of(a), a.get(z), a.get(envelope), a.get(weight)));
        for (int choice = 0; choice < 3; choice++) {
            boolean add = (choice + turn) % 2 == 0;
            Parity.Case b = parity.call(name + " backward " + choice);
            RaggedGraphs.Declared same =
                    RaggedGraphs.random(b.random(), nodes, edges, 4).declare(b);
            int dweight = b.input(edges, heads);
            int zb = b.input(logits(b, edges, heads), edges, heads);
            int cb = enveloped ? b.input(envelope(b, edges), edges) : -1;
            int dz = choice == 1 ? -1 : b.sink(add, edges, heads);
            int dc = !enveloped || choice == 2 ? -1 : b.sink(!add, edges);
            b.run(
                    Parity.BACKWARD,
                    (k, a) -> k.segment()
                            .segmentSoftmaxBackward(
                                    same.of(a), a.get(dweight), a.get(zb), a.get(cb), a.sink(dz), a.sink(dc)));
        }
    }

    /** Large enough that exponentials without a shift would overflow. */
    private static double[] logits(Parity.Case c, int edges, int heads) {
        double[] values = c.normal(edges, heads);
        for (int i = 0; i < values.length; i++) {
            values[i] = 100 + 2 * values[i];
        }
        return values;
    }

    /** Every fifth edge is absent. */
    private static double[] envelope(Parity.Case c, int edges) {
        double[] values = new double[edges];
        for (int e = 0; e < edges; e++) {
            values[e] = e % 5 == 0 ? 0 : 0.2 + 0.8 * c.random().nextDouble();
        }
        return values;
    }

    /** A node's last edge, shortly before it leaves: its weight is the envelope, whose square float32 does not hold. */
    @Test
    @Tag("cpu")
    void aLoneEdgeThatLeaves() {
        float c = 1e-21f;
        try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
                Scope scope = new Scope(pool, "test");
                VectorKernels kernels = new VectorKernels(1)) {
            EdgeIndex edges = new EdgeIndex(
                    1,
                    2,
                    scope.of(new int[] {0, 0}, 2),
                    scope.of(new int[] {0, 0}, 2),
                    scope.of(new int[] {0, 2}, 2),
                    scope.of(new int[] {0, 2}, 2),
                    scope.of(new int[] {0, 1}, 2));
            Tensor logits = scope.of(DType.F32, new double[] {300, -2}, 2, 1);
            Tensor envelope = scope.of(DType.F32, new double[] {0, c}, 2);
            Tensor weight = scope.empty(DType.F32, 2, 1);
            kernels.segment().segmentSoftmax(edges, logits, envelope, weight);
            assertEquals(0, weight.get(0));
            assertEquals(1, weight.get(1) / c, 1e-6);
            Tensor dweight = scope.of(DType.F32, new double[] {5, 3}, 2, 1);
            Tensor dlogits = scope.empty(DType.F32, 2, 1);
            Tensor denvelope = scope.empty(DType.F32, 2);
            kernels.segment()
                    .segmentSoftmaxBackward(
                            edges, dweight, logits, envelope, Sink.write(dlogits), Sink.write(denvelope));
            assertEquals(0, denvelope.get(0));
            assertEquals(3, denvelope.get(1), 1e-5);
            assertEquals(0, dlogits.get(0));
            assertEquals(0, dlogits.get(1), 1e-25);
        }
    }

    @Test
    void segmentSums() {
        int[][] starts = {{0}, {0, 0}, {0, 1}, {0, 0, 5, 5, 12, 12}, {0, 40, 41, 97, 140}};
        for (int[] start : starts) {
            for (int width : new int[] {1, 3, 8, 33}) {
                for (boolean scaled : new boolean[] {false, true}) {
                    segmentSums(start, width, scaled);
                }
            }
        }
    }

    private static void segmentSums(int[] start, int width, boolean scaled) {
        int segments = start.length - 1;
        int rows = start[segments];
        String name = "segmentSum " + segments + " of " + rows + "x" + width + scaled;
        Parity.Case c = parity.call(name);
        int x = c.input(rows, width);
        int s = c.indices(start);
        int scale = scaled ? c.input(segments) : -1;
        int y = c.output(segments, width);
        c.run(Parity.FORWARD, (k, a) -> k.segment().segmentSum(a.get(x), a.get(s), a.get(scale), a.get(y)));
        for (boolean add : new boolean[] {false, true}) {
            Parity.Case b = parity.call(name + " backward " + add);
            int dy = b.input(segments, width);
            int sb = b.indices(start);
            int factor = scaled ? b.input(segments) : -1;
            int dx = b.sink(add, rows, width);
            b.run(Parity.BACKWARD, (k, a) -> {
                k.segment().segmentSumBackward(a.get(dy), a.get(sb), a.get(factor), a.sink(dx));
                k.segment().segmentSumBackward(a.get(dy), a.get(sb), a.get(factor), null);
            });
        }
    }

    @Test
    void crystalMatrices() {
        for (int nodes : new int[] {0, 1, 30, 600}) {
            for (int choice = 0; choice < 4; choice++) {
                boolean transposed = choice % 2 == 1;
                Parity.Case c = parity.call("crystalMatrix N" + nodes + " " + choice);
                int[] crystal = new int[nodes];
                for (int n = 0; n < nodes; n++) {
                    crystal[n] = n / 9;
                }
                int x = c.input(nodes, 3);
                int matrices = c.input(nodes / 9 + 1, 3, 3);
                int of = c.indices(crystal);
                int y = c.sink(choice >= 2, nodes, 3);
                c.run(
                        Parity.FORWARD,
                        (k, a) ->
                                k.segment().crystalMatrix(a.get(x), a.get(matrices), a.get(of), transposed, a.sink(y)));
            }
        }
    }
}
