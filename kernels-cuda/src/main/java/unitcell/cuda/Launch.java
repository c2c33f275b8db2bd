package unitcell.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import unitcell.engine.Launched;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Sink;

/**
 * Builds and starts one kernel launch: arguments in the order of the kernel's parameters, then {@link #run} or
 * {@link #over}.
 *
 * <p>Memory convention: one native table of parameter slots is written anew for every launch; the driver copies it before
 * it returns. Not thread-safe.
 */
final class Launch {
    private static final int SLOTS = 64;
    private static final int SLOT_BYTES = 8;
    /** The largest grid of one dimension that a device of any architecture takes in y and z. */
    static final int MAX_GRID_YZ = 65535;

    private final CUstream stream;
    private final boolean synchronous;
    private final int blocksAtOnce;
    private final MemorySegment slots;
    private final Pointer table;
    private Consumer<Launched> observer;
    private CudaKernel kernel;
    private int count;

    /**
     * @param synchronous wait after every launch, so that an error names its kernel
     * @param blocksAtOnce blocks of a grid-stride loop that fill the device
     */
    Launch(Arena arena, CUstream stream, boolean synchronous, int blocksAtOnce) {
        this.stream = stream;
        this.synchronous = synchronous;
        this.blocksAtOnce = blocksAtOnce;
        slots = arena.allocate((long) SLOTS * SLOT_BYTES, 64);
        MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, SLOTS);
        for (int i = 0; i < SLOTS; i++) {
            pointers.setAtIndex(ValueLayout.JAVA_LONG, i, slots.address() + (long) i * SLOT_BYTES);
        }
        table = new HostPointer(pointers.address());
    }

    /** Shows every launch to {@code watching}; null for nobody. */
    void observe(Consumer<Launched> watching) {
        observer = watching;
    }

    Launch of(CudaKernel next) {
        kernel = next;
        count = 0;
        return this;
    }

    /** An {@code int64_t} parameter. */
    Launch wide(long value) {
        slots.setAtIndex(ValueLayout.JAVA_LONG, count++, value);
        return this;
    }

    /** An {@code int} parameter. */
    Launch whole(int value) {
        slots.set(ValueLayout.JAVA_INT, (long) count++ * SLOT_BYTES, value);
        return this;
    }

    /** A {@code bool} parameter. */
    Launch flag(boolean value) {
        slots.set(ValueLayout.JAVA_BYTE, (long) count++ * SLOT_BYTES, (byte) (value ? 1 : 0));
        return this;
    }

    /** A {@code double} parameter: constants travel in float64 and are rounded by the kernel. */
    Launch real(double value) {
        slots.setAtIndex(ValueLayout.JAVA_DOUBLE, count++, value);
        return this;
    }

    /** A pointer parameter: the tensor's first element, or a null pointer. */
    Launch tensor(Tensor tensor) {
        return wide(tensor == null ? 0 : tensor.address());
    }

    /** A pointer parameter: the first of some columns. Its row stride is a parameter of its own. */
    Launch columns(Columns columns) {
        return wide(address(columns));
    }

    /** A pointer parameter: a matrix's first element. Its row stride is a parameter of its own. */
    Launch matrix(Matrix matrix) {
        return wide(address(matrix));
    }

    /** Two parameters: a gradient's pointer (null where it is not wanted) and {@code bool}, whether to add. */
    Launch sink(Sink sink) {
        return tensor(sink == null ? null : sink.tensor()).flag(sink != null && sink.add());
    }

    static long address(Columns columns) {
        return columns == null
                ? 0
                : columns.tensor().address()
                        + (long) columns.from() * columns.tensor().dtype().bytes();
    }

    static long address(Matrix matrix) {
        return matrix.tensor().address()
                + matrix.offset() * matrix.tensor().dtype().bytes();
    }

    /** Starts enough blocks for a grid-stride loop over {@code items}; none for no items. */
    void over(long items, int threads) {
        if (items > 0) {
            run(Math.min((items + threads - 1) / threads, blocksAtOnce), 1, 1, threads, 0);
        }
    }

    /** Starts {@code blocks} blocks in x; none for zero. */
    void blocks(long blocks, int threads) {
        run(blocks, 1, 1, threads, 0);
    }

    /**
     * Starts the kernel; does nothing if a grid size is zero.
     *
     * @param threads threads of a block, in x
     * @param shared bytes of dynamic shared memory
     */
    void run(long gridX, long gridY, long gridZ, int threads, int shared) {
        if (gridX == 0 || gridY == 0 || gridZ == 0) {
            return;
        }
        if (gridX > Integer.MAX_VALUE || gridY > MAX_GRID_YZ || gridZ > MAX_GRID_YZ) {
            throw new IllegalArgumentException("kernel " + kernel.name() + ": a grid of " + gridX + " x " + gridY
                    + " x " + gridZ + " blocks; a device takes 2147483647 x 65535 x 65535");
        }
        kernel.allowShared(shared);
        int status = JCudaDriver.cuLaunchKernel(
                kernel.function(), (int) gridX, (int) gridY, (int) gridZ, threads, 1, 1, shared, stream, table, null);
        if (status == 0 && synchronous) {
            status = JCudaDriver.cuStreamSynchronize(stream);
        }
        if (status != 0) {
            throw CudaException.of(
                    status,
                    "kernel " + kernel.name() + " (" + gridX + " x " + gridY + " x " + gridZ + " blocks of " + threads
                            + " threads, " + shared + " bytes of shared memory)");
        }
        if (observer != null) {
            observer.accept(new Launched.Kernel(
                    kernel.name(), kernel.family(), kernel.image(), gridX, gridY, gridZ, threads, shared));
        }
    }
}
