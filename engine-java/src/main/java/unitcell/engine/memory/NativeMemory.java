package unitcell.engine.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.lwjgl.system.MemoryUtil;
import unitcell.engine.DType;

/**
 * Host memory from LWJGL's allocator (jemalloc where its library is present), 64-byte aligned.
 *
 * <p>Memory convention: blocks are not zeroed; jemalloc keeps freed pages for reuse, so repeated steps do not fault.
 */
public final class NativeMemory implements Memory {
    /** All of the address space; the accessors below stay within blocks that {@link unitcell.engine.Tensor} checked. */
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final int ALIGNMENT = 64;

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public long allocate(long bytes) {
        long rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        long address = MemoryUtil.nmemAlignedAlloc(ALIGNMENT, rounded);
        if (address == MemoryUtil.NULL) {
            throw MemoryException.exhausted("the host has no " + rounded + " bytes of memory left");
        }
        return address;
    }

    @Override
    public void release(long address, long bytes) {
        MemoryUtil.nmemAlignedFree(address);
    }

    @Override
    public void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }

    @Override
    public void copy(long destination, long source, long bytes) {
        MemorySegment.copy(ALL, source, ALL, destination, bytes);
    }

    @Override
    public void upload(long destination, MemorySegment source) {
        MemorySegment.copy(source, 0, ALL, destination, source.byteSize());
    }

    @Override
    public void download(long source, MemorySegment destination) {
        MemorySegment.copy(ALL, source, destination, 0, destination.byteSize());
    }

    @Override
    public boolean hostAccessible() {
        return true;
    }

    @Override
    public double read(long address, DType dtype) {
        return switch (dtype) {
            case F32 -> ALL.get(ValueLayout.JAVA_FLOAT, address);
            case F64 -> ALL.get(ValueLayout.JAVA_DOUBLE, address);
            case I32 -> ALL.get(ValueLayout.JAVA_INT, address);
        };
    }

    @Override
    public void write(long address, DType dtype, double value) {
        switch (dtype) {
            case F32 -> ALL.set(ValueLayout.JAVA_FLOAT, address, (float) value);
            case F64 -> ALL.set(ValueLayout.JAVA_DOUBLE, address, value);
            case I32 -> ALL.set(ValueLayout.JAVA_INT, address, (int) value);
        }
    }
}
