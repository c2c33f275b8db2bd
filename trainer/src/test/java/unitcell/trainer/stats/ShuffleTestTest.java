package unitcell.trainer.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Chance by shuffles against all permutations of a few pairs, and against a calculation by hand. */
class ShuffleTestTest {
    /** Things 0, 1 and 2, 3 are alike. */
    private static boolean alike(int a, int b) {
        return a / 2 == b / 2;
    }

    @Test
    void expectedShareByHand() {
        long[][] counts = new long[4][4];
        counts[0][1] = 2;
        counts[0][2] = 1;
        counts[3][2] = 1;
        // Originals: 0 three times, 3 once. Replacements: 1 twice, 2 twice. All of 3*2 + 3*2 + 1*2 + 1*2 = 16
        // combinations
        // are unlike; alike are (0,1): 6 and (3,2): 2.
        ShuffleTest test = ShuffleTest.of(counts, ShuffleTestTest::alike, 5);
        assertEquals(0.75, test.observed(), 1e-12);
        assertEquals(0.5, test.expected(), 1e-12);
        // Of the 24 orders of the replacements those that give 3 a 2 have 3 alike pairs, half of all; the rest 1.
        assertEquals(0.5, test.p(), 0.05);
        assertEquals(0.25, test.low(), 1e-12);
        assertEquals(0.75, test.high(), 1e-12);
    }

    @Test
    void pairsOfEqualThingsDoNotCount() {
        long[][] counts = new long[4][4];
        counts[0][1] = 1;
        counts[1][0] = 1;
        counts[2][0] = 1;
        // By chance (0,0) comes up in place of an unlike pair. Originals 0, 1, 2; replacements 1, 0, 0.
        int[] a = {0, 1, 2};
        int[][] orders = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        int atLeast = 0;
        double observed = share(a, orders[0]);
        for (int[] order : orders) {
            atLeast += share(a, order) >= observed - 1e-12 ? 1 : 0;
        }
        ShuffleTest test = ShuffleTest.of(counts, ShuffleTestTest::alike, 1);
        assertEquals(observed, test.observed(), 1e-12);
        assertEquals(atLeast / 3.0, test.p(), 0.05);
        // r = (1,1,1), c = (2,1): unlike weights 0-1: 1, 1-0: 2, 2-0: 2, 2-1: 1; alike of these 0-1 and 1-0.
        assertEquals(3.0 / 6, test.expected(), 1e-12);
    }

    private static double share(int[] a, int[] b) {
        double alike = 0;
        double unlike = 0;
        for (int i = 0; i < a.length; i++) {
            unlike += a[i] != b[i] ? 1 : 0;
            alike += a[i] != b[i] && alike(a[i], b[i]) ? 1 : 0;
        }
        return alike / unlike;
    }

    @Test
    void likenessFarBeyondChanceIsSeenAndRepeats() {
        long[][] counts = new long[6][6];
        for (int pair = 0; pair < 3; pair++) {
            counts[2 * pair][2 * pair + 1] = 20;
            counts[2 * pair + 1][2 * pair] = 20;
        }
        ShuffleTest test = ShuffleTest.of(counts, ShuffleTestTest::alike, 0);
        assertEquals(1, test.observed());
        assertEquals(0.2, test.expected(), 1e-12);
        assertTrue(test.low() < 0.2 && test.high() > 0.2 && test.high() < 0.4);
        assertEquals(1.0 / (test.shuffles() + 1), test.p());
        assertEquals(test, ShuffleTest.of(counts, ShuffleTestTest::alike, 0));
        assertEquals(ShuffleTest.NONE, ShuffleTest.of(new long[3][3], ShuffleTestTest::alike, 0));
    }
}
