package unitcell.engine.random;

/**
 * The block function Philox4x32-10: 128 bits of counter and 64 bits of key give 128 random bits, by ten rounds of two
 * 32 x 32 -> 64 bit products. Stateless; integer arithmetic only, so every device computes the same bits.
 *
 * <p>Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * <h2>Counter layout of this project</h2>
 *
 * <pre>
 *   key     k0 = seed bits 0..31          k1 = seed bits 32..63
 *   counter c0 = block bits 0..31         c1 = block bits 32..55 | attempt << 24
 *           c2 = step  (unsigned 32 bit)  c3 = stream (any 32 bits)
 *   round   (c0,c1,c2,c3) <- (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0)),  then k0 += W0, k1 += W1
 *   result  words w0..w3 = c0..c3 after ten rounds (the key is raised nine times, between rounds)
 * </pre>
 *
 * {@code block} numbers the 128-bit results of one (seed, step, stream); {@code attempt} is 0 except in the re-draws of
 * {@link RandomStream#below}. How elements map to blocks and words is said at each draw of {@link RandomStream}.
 */
public final class Philox {
    /** Blocks of one (seed, step, stream): {@code block < 2^56}. */
    public static final long MAX_BLOCKS = 1L << 56;

    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long LOW = 0xFFFFFFFFL;

    private Philox() {}

    /**
     * One block.
     *
     * @param key k1 in the high, k0 in the low 32 bits
     * @param counterLow c1 in the high, c0 in the low 32 bits
     * @param counterHigh c3 in the high, c2 in the low 32 bits
     * @param words receives w0..w3; length at least 4
     */
    public static void block(long key, long counterLow, long counterHigh, int[] words) {
        int c0 = (int) counterLow;
        int c1 = (int) (counterLow >>> 32);
        int c2 = (int) counterHigh;
        int c3 = (int) (counterHigh >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = M0 * (c0 & LOW);
            long p1 = M1 * (c2 & LOW);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
    }

    /**
     * Half a block without an array: {@code w1 << 32 | w0} for half 0, {@code w3 << 32 | w2} for half 1.
     *
     * @param half 0 or 1; other arguments as in {@link #block}
     */
    public static long half(long key, long counterLow, long counterHigh, int half) {
        // The rounds stand here again rather than behind an array: a single draw must not allocate.
        int c0 = (int) counterLow;
        int c1 = (int) (counterLow >>> 32);
        int c2 = (int) counterHigh;
        int c3 = (int) (counterHigh >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = M0 * (c0 & LOW);
            long p1 = M1 * (c2 & LOW);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        return half == 0 ? (long) c1 << 32 | (c0 & LOW) : (long) c3 << 32 | (c2 & LOW);
    }
}
