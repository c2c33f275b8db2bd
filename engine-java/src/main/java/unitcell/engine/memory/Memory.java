package unitcell.engine.memory;

import java.lang.foreign.MemorySegment;
import unitcell.engine.DType;

/**
 * Raw memory of one device: addresses in, addresses out. Everything above it goes through a {@link MemoryPool}.
 *
 * <p>Memory convention: addresses are 64-byte aligned; the caller of {@link #allocate} must {@link #release} each once.
 */
public interface Memory {
    /** A short name for messages, as {@code cpu} or {@code cuda:0}. */
    String name();

    /**
     * Reserves {@code bytes} (positive) of uninitialised memory at a 64-byte-aligned address.
     *
     * @throws MemoryException that {@linkplain MemoryException#isExhausted says so} if the device has not enough
     */
    long allocate(long bytes);

    /** Gives back what {@link #allocate} returned. */
    void release(long address, long bytes);

    /** Sets every byte of the range. */
    void fill(long address, long bytes, byte value);

    /** Copies within the device; the ranges must not overlap. */
    void copy(long destination, long source, long bytes);

    /** Copies a native host segment to the device. */
    void upload(long destination, MemorySegment source);

    /** Copies from the device into a native host segment. */
    void download(long source, MemorySegment destination);

    /** Bytes that the device has in all; {@code Long.MAX_VALUE} where nobody plans by it. */
    default long capacity() {
        return Long.MAX_VALUE;
    }

    /** Bytes that can still be reserved; {@code Long.MAX_VALUE} where nobody knows. */
    default long free() {
        return Long.MAX_VALUE;
    }

    /** Whether the device itself notices accesses behind an allocation: the pool's debug mode then adds no guard bytes. */
    default boolean guarded() {
        return false;
    }

    /** Whether the host may dereference addresses of this memory. */
    boolean hostAccessible();

    /** Reads one element on the host. */
    default double read(long address, DType dtype) {
        throw new IllegalStateException("memory of " + name() + " cannot be read element by element from the host");
    }

    /** Writes one element on the host. */
    default void write(long address, DType dtype, double value) {
        throw new IllegalStateException("memory of " + name() + " cannot be written element by element from the host");
    }
}
