package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;

/**
 * Tensors for tests, in a pool whose debug mode fills fresh memory with NaN and finds writes past the end and leaks.
 */
final class Buffers implements AutoCloseable {
    private final MemoryPool pool = new MemoryPool(new NativeMemory(), true);
    private final Scope scope = new Scope(pool, "test");
    private final Random random;

    Buffers(long seed) {
        random = new Random(seed);
    }

    /** Normally distributed numbers. */
    Tensor random(long... shape) {
        double[] values = new double[Math.toIntExact(Tensor.sizeOf(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return scope.of(DType.F32, values, shape);
    }

    /** NaN everywhere, which a kernel that only writes must not let through. */
    Tensor poisoned(long... shape) {
        return scope.empty(DType.F32, shape);
    }

    Tensor indices(int... values) {
        return scope.of(values, values.length);
    }

    /** A float64 tensor of one element. */
    Tensor wide() {
        return scope.empty(DType.F64, 1);
    }

    @Override
    public void close() {
        scope.close();
        pool.close();
    }

    /** Fails unless all elements agree within {@code tolerance} times the largest expected magnitude (or one). */
    static void assertClose(String what, double[] expected, double[] found, double tolerance) {
        assertEquals(expected.length, found.length, what);
        double largest = 0;
        for (double e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        double allowed = tolerance * (largest == 0 ? 1 : largest);
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - found[i]);
            if (!(error <= allowed)) {
                throw new AssertionError(what + ": element " + i + " of " + expected.length + " is " + found[i]
                        + "; expected " + expected[i] + " within " + allowed);
            }
        }
    }

    /** Fails unless all elements are equal bit by bit. */
    static void assertSameBits(String what, double[] expected, double[] found) {
        assertEquals(expected.length, found.length, what);
        for (int i = 0; i < expected.length; i++) {
            int at = i;
            assertTrue(
                    Double.doubleToRawLongBits(expected[i]) == Double.doubleToRawLongBits(found[i]),
                    () -> what + ": element " + at + " is " + found[at] + "; expected exactly " + expected[at]);
        }
    }
}
