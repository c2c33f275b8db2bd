package unitcell.engine.cpu;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.engine.kernel.EquivariantNorm;

/** Normalisations against the float64 specification, over ragged sizes and both kinds of sinks. */
class VectorNormKernelsTest {
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
    void layerNorms() {
        int[][] shapes = {{0, 8}, {1, 1}, {3, 2}, {5, 7}, {17, 16}, {33, 31}, {255, 64}, {257, 33}, {600, 100}};
        for (int[] s : shapes) {
            for (boolean silu : new boolean[] {false, true}) {
                Parity.Case c = parity.call("layerNorm " + s[0] + "x" + s[1] + silu);
                int x = c.input(shifted(c, s[0], s[1]), s[0], s[1]);
                int gamma = c.input(s[1]);
                int beta = c.input(s[1]);
                int y = c.output(s[0], s[1]);
                c.run(Parity.FORWARD, (k, a) -> {
                    if (silu) {
                        k.norm().layerNormSilu(a.get(x), a.get(gamma), a.get(beta), EPS, a.get(y));
                    } else {
                        k.norm().layerNorm(a.get(x), a.get(gamma), a.get(beta), EPS, a.get(y));
                    }
                });
                // With two channels the normalised values are +-1 and all gradients cancel: nothing to compare.
                if (s[1] != 2) {
                    layerNormBackward(s[0], s[1], silu, false);
                    layerNormBackward(s[0], s[1], silu, true);
                }
            }
        }
    }

    /** Numbers around three: the mean must not drown the deviations. */
    private static double[] shifted(Parity.Case c, long... shape) {
        double[] values = c.normal(shape);
        for (int i = 0; i < values.length; i++) {
            values[i] += 3;
        }
        return values;
    }

    private static void layerNormBackward(int rows, int channels, boolean silu, boolean add) {
        Parity.Case c = parity.call("layerNormBackward " + rows + "x" + channels + silu + add);
        int dy = c.input(rows, channels);
        int x = c.input(rows, channels);
        int gamma = c.input(channels);
        int beta = c.input(channels);
        int dx = c.sink(add, rows, channels);
        int dgamma = c.sink(add, channels);
        int dbeta = c.sink(add, channels);
        int alone = c.sink(add, rows, channels);
        c.run(Parity.BACKWARD, (k, a) -> {
            if (silu) {
                k.norm()
                        .layerNormSiluBackward(
                                a.get(dy),
                                a.get(x),
                                a.get(gamma),
                                a.get(beta),
                                EPS,
                                a.sink(dx),
                                a.sink(dgamma),
                                a.sink(dbeta));
                k.norm()
                        .layerNormSiluBackward(
                                a.get(dy), a.get(x), a.get(gamma), a.get(beta), EPS, a.sink(alone), null, null);
            } else {
                k.norm()
                        .layerNormBackward(
                                a.get(dy), a.get(x), a.get(gamma), EPS, a.sink(dx), a.sink(dgamma), a.sink(dbeta));
                k.norm().layerNormBackward(a.get(dy), a.get(x), a.get(gamma), EPS, a.sink(alone), null, null);
            }
        });
    }

    @Test
    void layerNormBackwardOfParametersAlone() {
        Parity.Case c = parity.call("layerNormBackward parameters");
        int dy = c.input(300, 2, 40);
        int x = c.input(300, 2, 40);
        int gamma = c.input(40);
        int dgamma = c.sink(true, 40);
        int dbeta = c.sink(false, 40);
        c.run(
                Parity.BACKWARD,
                (k, a) -> k.norm()
                        .layerNormBackward(
                                a.get(dy), a.get(x), a.get(gamma), EPS, null, a.sink(dgamma), a.sink(dbeta)));
    }

    @ParameterizedTest
    @EnumSource
    void equivariantNorm(EquivariantNorm kind) {
        int[][] shapes = {{0, 2, 8}, {1, 0, 5}, {3, 1, 1}, {7, 2, 17}, {33, 3, 16}, {70, 4, 33}};
        for (int[] s : shapes) {
            int size = (s[1] + 1) * (s[1] + 1);
            String name = kind + " of " + s[0] + " nodes, lmax " + s[1] + ", " + s[2] + " channels";
            Parity.Case c = parity.call(name);
            int x = c.input(s[0], size, s[2]);
            int gamma0 = c.input(s[2]);
            int gamma = c.input(s[1], s[2]);
            int beta = c.input(s[2]);
            int y = c.output(s[0], size, s[2]);
            c.run(
                    Parity.FORWARD,
                    (k, a) -> k.norm()
                            .equivariantNorm(
                                    kind, s[1], EPS, a.get(x), a.get(gamma0), a.get(gamma), a.get(beta), a.get(y)));
            for (boolean add : new boolean[] {false, true}) {
                Parity.Case back = parity.call(name + " backward " + add);
                int dy = back.input(s[0], size, s[2]);
                int x2 = back.input(s[0], size, s[2]);
                int scale0 = back.input(s[2]);
                int scale = back.input(s[1], s[2]);
                int dx = back.sink(add, s[0], size, s[2]);
                int d0 = back.sink(add, s[2]);
                int d = back.sink(add, s[1], s[2]);
                int db = back.sink(add, s[2]);
                back.run(
                        Parity.BACKWARD,
                        (k, a) -> k.norm()
                                .equivariantNormBackward(
                                        kind,
                                        s[1],
                                        EPS,
                                        a.get(dy),
                                        a.get(x2),
                                        a.get(scale0),
                                        a.get(scale),
                                        a.sink(dx),
                                        a.sink(d0),
                                        a.sink(d),
                                        a.sink(db)));
            }
        }
    }

    @Test
    void equivariantNormBackwardOfSomeParameters() {
        Parity.Case c = parity.call("equivariantNormBackward parameters");
        int dy = c.input(40, 9, 20);
        int x = c.input(40, 9, 20);
        int scale0 = c.input(20);
        int scale = c.input(2, 20);
        int d = c.sink(true, 2, 20);
        c.run(
                Parity.BACKWARD,
                (k, a) -> k.norm()
                        .equivariantNormBackward(
                                EquivariantNorm.RMS_NORM_SH,
                                2,
                                EPS,
                                a.get(dy),
                                a.get(x),
                                a.get(scale0),
                                a.get(scale),
                                null,
                                null,
                                a.sink(d),
                                null));
    }
}
