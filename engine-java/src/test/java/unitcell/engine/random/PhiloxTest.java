package unitcell.engine.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The block function against the published known answers and against the same rounds in big integers. */
class PhiloxTest {
    /** Rows "philox4x32 10" of Random123's kat_vectors: counter[4], key[2], result[4]. */
    private static final int[][] KNOWN_ANSWERS = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {-1, -1, -1, -1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {
            0x243f6a88,
            0x85a308d3,
            0x13198a2e,
            0x03707344,
            0xa4093822,
            0x299f31d0,
            0xd16cfe09,
            0x94fdcceb,
            0x5001e420,
            0x24126ea1
        }
    };

    @Test
    void givesThePublishedKnownAnswers() {
        for (int[] row : KNOWN_ANSWERS) {
            long key = pack(row[4], row[5]);
            int[] words = new int[4];
            Philox.block(key, pack(row[0], row[1]), pack(row[2], row[3]), words);
            assertArrayEquals(new int[] {row[6], row[7], row[8], row[9]}, words);
            assertEquals(pack(row[6], row[7]), Philox.half(key, pack(row[0], row[1]), pack(row[2], row[3]), 0));
            assertEquals(pack(row[8], row[9]), Philox.half(key, pack(row[0], row[1]), pack(row[2], row[3]), 1));
        }
    }

    @Test
    void agreesWithTheRoundsWrittenInBigIntegers() {
        SplittableRandom random = new SplittableRandom(11);
        for (int trial = 0; trial < 200; trial++) {
            int[] c = {random.nextInt(), random.nextInt(), random.nextInt(), random.nextInt()};
            int[] k = {random.nextInt(), random.nextInt()};
            int[] words = new int[4];
            Philox.block(pack(k[0], k[1]), pack(c[0], c[1]), pack(c[2], c[3]), words);
            assertArrayEquals(bigIntegerRounds(c, k), words);
        }
    }

    private static int[] bigIntegerRounds(int[] counter, int[] key) {
        int[] c = counter.clone();
        int[] k = key.clone();
        for (int round = 0; round < 10; round++) {
            BigInteger p0 = BigInteger.valueOf(0xD2511F53L).multiply(unsigned(c[0]));
            BigInteger p1 = BigInteger.valueOf(0xCD9E8D57L).multiply(unsigned(c[2]));
            c = new int[] {
                p1.shiftRight(32).intValue() ^ c[1] ^ k[0], p1.intValue(),
                p0.shiftRight(32).intValue() ^ c[3] ^ k[1], p0.intValue()
            };
            k[0] += 0x9E3779B9;
            k[1] += 0xBB67AE85;
        }
        return c;
    }

    private static BigInteger unsigned(int word) {
        return BigInteger.valueOf(Integer.toUnsignedLong(word));
    }

    private static long pack(int low, int high) {
        return (long) high << 32 | Integer.toUnsignedLong(low);
    }
}
