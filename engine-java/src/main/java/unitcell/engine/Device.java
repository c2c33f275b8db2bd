package unitcell.engine;

import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;

/**
 * A place to compute: memory and kernels. Obtained from {@link Devices}; closing it fails on leaked memory.
 *
 * <p>Memory convention: every tensor given to the kernels of a device lies in the device's pool.
 */
public interface Device extends AutoCloseable {
    /** What the user calls it, as {@code cpu} or {@code cuda:0}. */
    String name();

    /** One line about the hardware and the kernels chosen. */
    String description();

    MemoryPool pool();

    /**
     * Kernels for an element type.
     *
     * @throws IllegalArgumentException if the device does not compute in that type
     */
    Kernels kernels(DType dtype);

    /** Waits until everything submitted has finished. */
    default void synchronise() {}

    @Override
    void close();
}
