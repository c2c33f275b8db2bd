package unitcell.engine;

import java.util.function.Consumer;
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

    /** How float32 matrices are multiplied. */
    default Precision precision() {
        return Precision.FP32;
    }

    /** Waits until everything submitted has finished. */
    default void synchronise() {}

    /**
     * Shows to {@code observer} whatever kernels of this device start from now on, on the thread that calls them; null for
     * nobody. Devices whose kernels are plain Java start nothing.
     */
    default void observe(Consumer<Launched> observer) {}

    @Override
    void close();
}
