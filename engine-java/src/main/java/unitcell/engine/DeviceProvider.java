package unitcell.engine;

import java.util.List;

/** The seam through which backends are found ({@link java.util.ServiceLoader}). */
public interface DeviceProvider {
    /** The kind of device, as {@code cuda}. */
    String kind();

    /** Whether device {@code index} can be used, with the reason in one line. Must not throw where hardware is absent. */
    Availability probe(int index);

    /**
     * Opens device {@code index}.
     *
     * @throws DeviceException if it cannot be used
     */
    Device open(int index, int threads);

    /**
     * Looks at everything that device {@code index} needs of this machine, each by itself: libraries, their functions,
     * compiled kernels. Must not throw where hardware is absent.
     */
    default List<Finding> inspect(int index) {
        Availability found = probe(index);
        return List.of(new Finding(kind(), found.usable(), found.reason()));
    }

    /**
     * One thing that was looked at.
     *
     * @param subject in a few words
     * @param passed whether the device can be used in spite of it
     * @param found in one line
     */
    record Finding(String subject, boolean passed, String found) {}

    /** Answer of {@link #probe}. */
    record Availability(boolean usable, String reason) {}
}
