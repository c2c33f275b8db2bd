package unitcell.engine.random;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The random numbers of one (seed, step, stream), addressed by element: a value without state. Two draws at the same
 * address are equal, draws at different addresses are independent, and no order of calls matters. Built on
 * {@link Philox}, whose class comment fixes the layout of key and counter; the use of the words is said per draw, so
 * that a kernel on another device can give the same numbers bit for bit.
 *
 * <p>Draws of different kinds share the words of a stream: give each purpose (dropout of block 3, noise, mask) a stream
 * of its own, for instance by {@link #streamId}. Elements lie in [0, 2^56).
 *
 * @param seed all 64 bits are used
 * @param step training step, epoch or 0; in [0, 2^32)
 * @param stream purpose of the numbers; any 32 bits
 */
public record RandomStream(long seed, long step, int stream) {
    private static final double UNIT_53 = 0x1p-53;
    private static final double UNIT_52 = 0x1p-52;
    private static final float UNIT_24 = 0x1p-24f;
    private static final int MAX_ATTEMPTS = 256;

    /**
     * @throws IllegalArgumentException if the step is outside [0, 2^32)
     */
    public RandomStream {
        if (step < 0 || step > 0xFFFFFFFFL) {
            throw new IllegalArgumentException("random stream: step is " + step + ", expected 0 <= step < 2^32");
        }
    }

    /** A stream number for a name: FNV-1a, 32 bits, over the name's UTF-8 bytes. */
    public static int streamId(String name) {
        int hash = 0x811C9DC5;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x01000193;
        }
        return hash;
    }

    /** The same seed and purpose at another step. */
    public RandomStream atStep(long otherStep) {
        return new RandomStream(seed, otherStep, stream);
    }

    /** The same seed and step for another purpose. */
    public RandomStream atStream(int otherStream) {
        return new RandomStream(seed, step, otherStream);
    }

    /** 32 random bits: word {@code e & 3} of block {@code e >> 2}. */
    public int bits32(long element) {
        checkElement(element);
        long pair = Philox.half(seed, element >>> 2, counterHigh(), (int) (element >>> 1) & 1);
        return (element & 1) == 0 ? (int) pair : (int) (pair >>> 32);
    }

    /** 64 random bits: words {@code 2h} (low) and {@code 2h + 1} (high) of block {@code e >> 1}, with {@code h = e & 1}. */
    public long bits64(long element) {
        checkElement(element);
        return Philox.half(seed, element >>> 1, counterHigh(), (int) element & 1);
    }

    /** Uniform in [0, 1), a multiple of 2^-24: the upper 24 bits of {@link #bits32}. */
    public float uniformFloat(long element) {
        return (bits32(element) >>> 8) * UNIT_24;
    }

    /** Uniform in [0, 1), a multiple of 2^-53: the upper 53 bits of {@link #bits64}. */
    public double uniform(long element) {
        return (bits64(element) >>> 11) * UNIT_53;
    }

    /**
     * Standard normal: {@link NormalQuantile} of {@code (k + 1/2) 2^-52}, k the upper 52 bits of {@link #bits64}; so
     * exactly symmetric, and never beyond 8.21 in magnitude.
     */
    public double normal(long element) {
        return normalOf(bits64(element));
    }

    /** True with the given probability: {@code uniform(element) < probability}. */
    public boolean bernoulli(long element, double probability) {
        if (!(probability >= 0.0 && probability <= 1.0)) {
            throw new IllegalArgumentException(
                    "random stream: probability is " + probability + ", expected a number from 0 to 1");
        }
        return uniform(element) < probability;
    }

    /**
     * Uniform in {0, .., bound-1} without modulo bias: the high 64 bits of {@code r * bound}, where r is refused while
     * the low 64 bits of that product are below {@code 2^64 mod bound} (Lemire, "Fast random integer generation in an
     * interval", ACM TOMACS 29, 2019). Candidates r are the two halves of block {@code e}, as in {@link #bits64}, at
     * attempt 0, then at attempt 1, and so on.
     *
     * @param bound at least 1
     */
    public long below(long element, long bound) {
        checkElement(element);
        if (bound < 1) {
            throw new IllegalArgumentException("random stream: bound is " + bound + ", expected at least 1");
        }
        long threshold = Long.remainderUnsigned(-bound, bound);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            long counterLow = element | (long) attempt << 56;
            for (int half = 0; half < 2; half++) {
                long r = Philox.half(seed, counterLow, counterHigh(), half);
                if (Long.compareUnsigned(r * bound, threshold) >= 0) {
                    return Math.unsignedMultiplyHigh(r, bound);
                }
            }
        }
        throw new IllegalStateException("random stream: 512 candidates below " + bound + " were all refused in " + this
                + ": this cannot happen by chance");
    }

    /** {@link #below(long, long)} for ints. */
    public int below(long element, int bound) {
        return (int) below(element, (long) bound);
    }

    /** A uniformly random order of 0..n-1: {@link #shuffle} of the identity. */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        shuffle(order);
        return order;
    }

    /** Shuffles in place: for i = n-1 down to 1 exchanges entry i with entry {@code below(i, i + 1)} (Fisher-Yates). */
    public void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = below(i, i + 1);
            int kept = values[i];
            values[i] = values[j];
            values[j] = kept;
        }
    }

    /**
     * k different numbers out of 0..n-1, every subset equally likely, in random order: the first k steps of a
     * Fisher-Yates shuffle from the front, entry i exchanged with entry {@code i + below(i, n - i)}.
     *
     * @throws IllegalArgumentException unless 0 <= k <= n
     */
    public int[] sample(int n, int k) {
        if (k < 0 || k > n) {
            throw new IllegalArgumentException("random stream: " + k + " of " + n + " asked for, expected 0 <= k <= n");
        }
        int[] pool = new int[n];
        for (int i = 0; i < n; i++) {
            pool[i] = i;
        }
        int[] chosen = new int[k];
        for (int i = 0; i < k; i++) {
            int j = i + below(i, n - i);
            chosen[i] = pool[j];
            pool[j] = pool[i];
        }
        return chosen;
    }

    /** Entries i = 0..n-1 become {@code uniform(first + i)}. */
    public void fillUniform(double[] target, long first) {
        for (int i = 0; i < target.length; i++) {
            target[i] = uniform(first + i);
        }
    }

    /** Entries i = 0..n-1 become {@code normal(first + i)}. */
    public void fillNormal(double[] target, long first) {
        for (int i = 0; i < target.length; i++) {
            target[i] = normal(first + i);
        }
    }

    /**
     * Element i of a float32 segment (native byte order, i = 0..count-1) becomes {@code uniformFloat(first + i)}. One
     * block serves four elements, so this is about four times as fast as single draws.
     *
     * @param count elements; the segment holds at least {@code 4 * count} bytes
     */
    public void fillUniform(MemorySegment target, long count, long first) {
        checkRange(count, first);
        int[] words = new int[4];
        long loaded = -1;
        for (long i = 0; i < count; i++) {
            long element = first + i;
            if (element >>> 2 != loaded) {
                loaded = element >>> 2;
                Philox.block(seed, loaded, counterHigh(), words);
            }
            target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (words[(int) element & 3] >>> 8) * UNIT_24);
        }
    }

    /** Element i of a float32 segment (native byte order, i = 0..count-1) becomes {@code (float) normal(first + i)}. */
    public void fillNormal(MemorySegment target, long count, long first) {
        checkRange(count, first);
        for (long i = 0; i < count; i++) {
            target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) normal(first + i));
        }
    }

    private static double normalOf(long bits) {
        return NormalQuantile.of(((bits >>> 12) + 0.5) * UNIT_52);
    }

    private long counterHigh() {
        return (long) stream << 32 | step;
    }

    private static void checkElement(long element) {
        if (element < 0 || element >= Philox.MAX_BLOCKS) {
            throw new IllegalArgumentException(
                    "random stream: element is " + element + ", expected 0 <= element < 2^56");
        }
    }

    private static void checkRange(long count, long first) {
        checkElement(first);
        if (count < 0 || count > Philox.MAX_BLOCKS - first) {
            throw new IllegalArgumentException(
                    "random stream: " + count + " elements from " + first + " asked for, expected to end below 2^56");
        }
    }
}
