package unitcell.engine;

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

    /** Answer of {@link #probe}. */
    record Availability(boolean usable, String reason) {}
}
