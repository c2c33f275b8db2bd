package unitcell.engine;

import java.util.List;

/** The seam through which backends are found ({@link java.util.ServiceLoader}). */
public interface DeviceProvider {
    /** The kind of device, as {@code cuda}. */
    String kind();

    /** Whether device {@code index} can be used, with the reason in one line. Must not throw where hardware is absent. */
    Availability probe(int index);

    /** What device {@code index} needs, and which of it this machine and this build have. Must not throw either. */
    default List<Requirement> requirements(int index) {
        return List.of();
    }

    /**
     * Looks at everything that device {@code index} needs, each by itself, and as deep as only an opened device can be
     * looked into: functions of libraries, compiled kernels. Must not throw where hardware is absent.
     */
    default List<Requirement> inspect(int index) {
        return requirements(index);
    }

    /**
     * Opens device {@code index}.
     *
     * @param precision of products of float32 matrices
     * @throws DeviceException if it cannot be used
     */
    Device open(int index, int threads, Precision precision);

    /** Answer of {@link #probe}. */
    record Availability(boolean usable, String reason) {}

    /**
     * One thing that a device needs.
     *
     * @param what as {@code driver}
     * @param found whether it is there
     * @param detail what was found, or what is missing and what to do
     */
    record Requirement(String what, boolean found, String detail) {}
}
