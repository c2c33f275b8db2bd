package unitcell.engine.cpu;

import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.scalar.ScalarKernels;

/**
 * The processor as a device: float64 with the scalar kernels, float32 with the fast ones (or, as {@code cpu-scalar}, with
 * the scalar ones as well).
 *
 * <p>Memory convention: one pool over native memory, 64-byte aligned; {@link #close} fails on leaked blocks.
 */
public final class CpuDevice implements Device {
    private final String name;
    private final int threads;
    private final MemoryPool pool = new MemoryPool(new NativeMemory());
    private final Kernels float64 = new ScalarKernels();
    private final Kernels float32;
    private final Runnable stop;

    private CpuDevice(String name, int threads, Kernels float32, Runnable stop) {
        this.name = name;
        this.threads = threads;
        this.float32 = float32;
        this.stop = stop;
    }

    /**
     * Device {@code cpu}.
     *
     * @param threads at least 1, the caller's included
     */
    public static CpuDevice open(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + "; expected 1 or more");
        }
        VectorKernels fast = new VectorKernels(threads);
        return new CpuDevice("cpu", threads, fast, fast::close);
    }

    /** Device {@code cpu-scalar}: one thread and the plain kernels for both element types, to compare with. */
    public static CpuDevice openScalar() {
        return new CpuDevice("cpu-scalar", 1, new ScalarKernels(), () -> {});
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        String cores = Runtime.getRuntime().availableProcessors() + " processors of " + System.getProperty("os.arch");
        return name + ": " + cores + ", " + threads + (threads == 1 ? " thread" : " threads") + ", kernels "
                + float32.name() + " (float32) and " + float64.name() + " (float64)";
    }

    @Override
    public MemoryPool pool() {
        return pool;
    }

    @Override
    public Kernels kernels(DType dtype) {
        return switch (dtype) {
            case F32 -> float32;
            case F64 -> float64;
            case I32 -> throw new IllegalArgumentException("device " + name + " computes in F32 and F64, not in I32");
        };
    }

    @Override
    public void close() {
        stop.run();
        pool.close();
    }
}
