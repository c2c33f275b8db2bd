package unitcell.engine;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.engine.kernel.DenseKernels;
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

    /**
     * A moment in the order of what is submitted to a device.
     *
     * <p>Memory convention: may hold something of the device until it is closed; all are closed before the device is.
     */
    interface Mark extends AutoCloseable {
        /** Seconds from an earlier mark of the same device to this one; waits until the device has come to both. */
        double secondsSince(Mark earlier);

        @Override
        default void close() {}
    }

    /**
     * A mark behind everything submitted so far. A device that computes asynchronously reads its own clock when it gets
     * there, and the caller does not wait; all others wait, and read the clock of the host.
     */
    default Mark mark() {
        synchronise();
        return new HostMark(System.nanoTime());
    }

    /** Seconds of the device for what {@code submit} submits to it. */
    default double seconds(Runnable submit) {
        try (Mark begin = mark()) {
            submit.run();
            try (Mark end = mark()) {
                return end.secondsSince(begin);
            }
        }
    }

    /**
     * Submits work that leaves nothing of earlier work in the device's caches, so that a measurement that follows reads
     * its arguments from memory. Does nothing on a CPU, where benchmarks say what they measure.
     */
    default void flushCaches() {}

    /** Lines about the rates at which the hardware runs and may run, for readers of timings; none where nobody tells. */
    default List<String> clocks() {
        return List.of();
    }

    /**
     * Float32 matrix products in any precision that the device offers: the kernels of {@link #kernels} themselves where
     * theirs is that one, otherwise others beside them. Empty where the device has none in that precision.
     */
    default Optional<DenseKernels> products(Precision precision) {
        return precision == precision() ? Optional.of(kernels(DType.F32).dense()) : Optional.empty();
    }

    /** A part of the work begins that profilers shall show under this name. Costs nothing where none is attached. */
    default void pushRange(String name) {}

    /** The part begun last ends. */
    default void popRange() {}

    @Override
    void close();
}
