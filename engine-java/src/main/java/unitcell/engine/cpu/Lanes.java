package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector type of every CPU kernel, its loads and stores, and the elementary functions built on it.
 *
 * <p>Memory convention: addresses are absolute, in bytes, of native memory holding float32 values; offsets in names ending
 * in {@code At} are in elements. Every access goes through one constant segment over the whole address space: it costs as
 * much as an array access (a segment for each tensor costs bounds and liveness checks in the innermost loop, and a method
 * that sees heap and native segments is 6 to 19 times slower). Nothing here checks bounds; kernels obtain their addresses
 * from {@link Args}, which checks dtypes and sizes once per call. With {@code -Dunitcell.vector.checked=true} every access
 * is also held against the ranges that {@link Args} and {@link Scratch} gave out last.
 *
 * <p>The width is the machine's preferred one unless {@code -Dunitcell.vector.bits} says 128, 256 or 512.
 *
 * <p>All methods are small and static so that they inline; vectors never pass through an interface or a lambda, where they
 * would be boxed. A method that calls some forty of them exhausts C2's budget of nodes (reported as
 * NodeCountInliningCutoff by -XX:CompileCommand=PrintInlining), after which the rest are real calls with boxed vectors, 60
 * ns each. Long straight-line kernels therefore call {@link FloatVector#fromMemorySegment}, {@code intoMemorySegment} and
 * {@code fma} themselves, with {@link #ALL} and {@link #ORDER}: the JDK's methods are inlined whatever the budget. They
 * check their ranges once at the start ({@link Ranges#check} if {@link #CHECKED}).
 */
final class Lanes {
    /** The species of all kernels. */
    static final VectorSpecies<Float> F = choose(Integer.getInteger("unitcell.vector.bits", 0));

    /** Floats in a vector. */
    static final int WIDTH = F.length();

    /** Bytes of a vector. */
    static final long BYTES = 4L * WIDTH;

    static final boolean CHECKED = Boolean.getBoolean("unitcell.vector.checked");

    /** All of the address space. */
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Unaligned, because the aligned layout tests the address at every access. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Two floats at once, the first one in the low half. */
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Lanes() {}

    private static VectorSpecies<Float> choose(int bits) {
        return switch (bits) {
            case 0 -> FloatVector.SPECIES_PREFERRED;
            case 128 -> FloatVector.SPECIES_128;
            case 256 -> FloatVector.SPECIES_256;
            case 512 -> FloatVector.SPECIES_512;
            default ->
                throw new IllegalArgumentException(
                        "unitcell.vector.bits is " + bits + "; expected 128, 256, 512, or 0 for the machine's own");
        };
    }

    static FloatVector zero() {
        return FloatVector.zero(F);
    }

    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(F, value);
    }

    static FloatVector load(long address) {
        if (CHECKED) {
            Ranges.check(address, BYTES);
        }
        return FloatVector.fromMemorySegment(F, ALL, address, ORDER);
    }

    static FloatVector loadAt(long address, long element) {
        return load(address + 4 * element);
    }

    /** Lanes outside the mask are zero and their memory is not touched. */
    static FloatVector load(long address, VectorMask<Float> mask) {
        if (CHECKED) {
            Ranges.check(address, 4L * mask.trueCount());
        }
        return FloatVector.fromMemorySegment(F, ALL, address, ORDER, mask);
    }

    static void store(long address, FloatVector value) {
        if (CHECKED) {
            Ranges.check(address, BYTES);
        }
        value.intoMemorySegment(ALL, address, ORDER);
    }

    static void storeAt(long address, long element, FloatVector value) {
        store(address + 4 * element, value);
    }

    /** Memory outside the mask is not touched. */
    static void store(long address, FloatVector value, VectorMask<Float> mask) {
        if (CHECKED) {
            Ranges.check(address, 4L * mask.trueCount());
        }
        value.intoMemorySegment(ALL, address, ORDER, mask);
    }

    /** One float. Scalar accesses are for loop-invariant values; a loop over them is 4 to 6 times slower than vectors. */
    static float get(long address) {
        if (CHECKED) {
            Ranges.check(address, 4);
        }
        return ALL.get(FLOAT, address);
    }

    static float getAt(long address, long element) {
        return get(address + 4 * element);
    }

    static void set(long address, float value) {
        if (CHECKED) {
            Ranges.check(address, 4);
        }
        ALL.set(FLOAT, address, value);
    }

    static void setAt(long address, long element, float value) {
        set(address + 4 * element, value);
    }

    /** Element of an {@code I32} tensor. */
    static int intAt(long address, long element) {
        if (CHECKED) {
            Ranges.check(address + 4 * element, 4);
        }
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address + 4 * element);
    }

    /** Stores an element of an {@code I32} array. */
    static void setInt(long address, long element, int value) {
        if (CHECKED) {
            Ranges.check(address + 4 * element, 4);
        }
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address + 4 * element, value);
    }

    /** The first {@code count} lanes, {@code count} up to {@link #WIDTH}; the mask of a row's tail. */
    static VectorMask<Float> first(int count) {
        return F.indexInRange(0, count);
    }

    /** Largest multiple of the width that is at most {@code count}. */
    static long whole(long count) {
        return count & -WIDTH;
    }

    static int whole(int count) {
        return count & -WIDTH;
    }

    /** a * b + c, rounded once. */
    static FloatVector fma(FloatVector a, FloatVector b, FloatVector c) {
        return a.lanewise(VectorOperators.FMA, b, c);
    }

    /**
     * Sum of the lanes, pairwise: always in the same order, which depends on the width alone. The API's own reduction may
     * add in any order, and interpreted code does so in another one than compiled code: results would change as the
     * virtual machine warms up. (Reductions by minimum or maximum have no such trouble.)
     */
    static float sum(FloatVector v) {
        if (WIDTH >= 16) {
            v = v.add(v.rearrange(SWAP8));
        }
        if (WIDTH >= 8) {
            v = v.add(v.rearrange(SWAP4));
        }
        v = v.add(v.rearrange(SWAP2));
        v = v.add(v.rearrange(SWAP1));
        return v.lane(0);
    }

    private static final VectorShuffle<Float> SWAP8 = swap(8);
    private static final VectorShuffle<Float> SWAP4 = swap(4);
    private static final VectorShuffle<Float> SWAP2 = swap(2);
    private static final VectorShuffle<Float> SWAP1 = swap(1);

    /** Exchanges lanes that are {@code distance} apart. */
    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(F, i -> (i ^ distance) & (WIDTH - 1));
    }

    private static final float LOG2E = 1.442695f;
    /** 1.5 * 2^23 rounds a sum to whole numbers; 126 puts the rounded power, less one, where an exponent field wants it. */
    private static final float ROUND = 0x1.8p23f + 126;
    /** ln 2 in two parts; the first has trailing zeros, so that its product with an exponent is exact. */
    private static final float LN2_HIGH = 0x1.62e4p-1f;

    private static final float LN2_LOW = (float) (0.6931471805599453 - 0x1.62e4p-1);
    private static final float EXP_OVERFLOW = 0x1.62e42ep6f;
    private static final float EXP_UNDERFLOW = -86.9f;

    /**
     * e^x to about one unit in the last place; infinity above 88.7228, NaN for NaN. Below -86.9, where the result leaves the
     * normal range, it is 0 (subnormal results would need a second scaling and make what follows slow).
     *
     * <p>x = n ln 2 + r, e^r = 1 + r + r^2 q(r) with a minimax q (largest relative error 3e-9), then scaled by 2^n. The sum
     * that rounds x / ln 2 also leaves n in its low bits, from where a shift makes 2^(n-1); q's coefficients are doubled.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = fma(x, broadcast(LOG2E), broadcast(ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = fma(n, broadcast(-LN2_LOW), fma(n, broadcast(-LN2_HIGH), x));
        FloatVector q = fma(r, broadcast(2 * 0.0013814599f), broadcast(2 * 0.008368717f));
        q = fma(r, q, broadcast(2 * 0.04166839f));
        q = fma(r, q, broadcast(2 * 0.16666521f));
        q = fma(r, q, broadcast(2 * 0.49999994f));
        q = fma(r, q, broadcast(2));
        q = fma(r, q, broadcast(2));
        FloatVector half =
                shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return q.mul(half)
                .blend(0, x.compare(VectorOperators.LT, EXP_UNDERFLOW))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_OVERFLOW));
    }

    /** 1 / (1 + e^-x). */
    static FloatVector sigmoid(FloatVector x) {
        return broadcast(1).div(exp(x.neg()).add(1));
    }

    /** x / (1 + e^-x). */
    static FloatVector silu(FloatVector x) {
        return x.div(exp(x.neg()).add(1));
    }

    /**
     * Derivative of {@link #silu}: s + x s (1 - s) for s = sigmoid(x), from e = e^-|x|, since 1 - s has no correct digits
     * left where s is near 1.
     */
    static FloatVector siluDerivative(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector inverse = broadcast(1).div(e.add(1));
        FloatVector small = e.mul(inverse);
        FloatVector s = inverse.blend(small, x.compare(VectorOperators.LT, 0));
        return fma(x.mul(small), inverse, s);
    }
}
