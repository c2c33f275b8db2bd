package unitcell.cuda;

import java.util.List;
import java.util.Optional;
import unitcell.engine.Device;
import unitcell.engine.DeviceException;
import unitcell.engine.DeviceProvider;

/**
 * Answers whether CUDA can be used: looks for the driver, asks it for devices, and says what is missing; then opens them.
 *
 * <p>The questions go through java.lang.foreign, so that a machine without a driver never touches JCuda.
 */
public final class CudaDeviceProvider implements DeviceProvider {
    /** The oldest architecture that the kernels are compiled for. */
    private static final int OLDEST_MAJOR = 8;

    private final String library;

    /** Found by {@link java.util.ServiceLoader}. */
    public CudaDeviceProvider() {
        this(NativeLibraries.driver());
    }

    CudaDeviceProvider(String library) {
        this.library = library;
    }

    @Override
    public String kind() {
        return "cuda";
    }

    @Override
    public Availability probe(int index) {
        try {
            Optional<CudaDriver> driver = CudaDriver.find(library);
            if (driver.isEmpty()) {
                return no("the NVIDIA driver is not installed (" + library + " cannot be loaded)");
            }
            driver.get().initialise();
            int count = driver.get().deviceCount();
            if (index < 0 || index >= count) {
                return no("the NVIDIA driver offers " + count + (count == 1 ? " device" : " devices")
                        + ", and there is no number " + index);
            }
            String name = driver.get().deviceName(index);
            int major = driver.get().computeMajor(index);
            if (major < OLDEST_MAJOR) {
                return no(name + " has compute capability " + major + ".x; the kernels need " + OLDEST_MAJOR
                        + ".0 or newer");
            }
            if (!CudaModules.built()) {
                return no(name + " is present, but this build carries no CUDA kernels (nvcc was not found when it was"
                        + " built)");
            }
            NativeLibraries.load();
            return new Availability(true, name + " is present");
        } catch (DeviceException e) {
            return no(e.getMessage());
        }
    }

    private static Availability no(String reason) {
        return new Availability(false, reason);
    }

    @Override
    public List<Finding> inspect(int index) {
        return CudaInspection.of(this, index);
    }

    @Override
    public Device open(int index, int threads) {
        Availability found = probe(index);
        if (!found.usable()) {
            throw new DeviceException("device cuda:" + index + " cannot be used: " + found.reason());
        }
        return CudaDevice.open(index);
    }
}
