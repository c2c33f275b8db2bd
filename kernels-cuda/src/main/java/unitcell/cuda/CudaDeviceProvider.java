package unitcell.cuda;

import java.util.Optional;
import unitcell.engine.Device;
import unitcell.engine.DeviceException;
import unitcell.engine.DeviceProvider;

/**
 * Answers whether CUDA can be used: looks for the driver, asks it for devices, and says what is missing. This build
 * carries no CUDA kernels, so the answer is no on every machine, with the first reason that applies.
 */
public final class CudaDeviceProvider implements DeviceProvider {
    private final String library;

    /** Found by {@link java.util.ServiceLoader}. */
    public CudaDeviceProvider() {
        this("libcuda.so.1");
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
        return new Availability(false, reason(index));
    }

    @Override
    public Device open(int index, int threads) {
        throw new DeviceException("device cuda:" + index + " cannot be used: " + reason(index));
    }

    private String reason(int index) {
        Optional<CudaDriver> driver = CudaDriver.find(library);
        if (driver.isEmpty()) {
            return "the NVIDIA driver is not installed (" + library + " cannot be loaded)";
        }
        try {
            driver.get().initialise();
            int count = driver.get().deviceCount();
            if (index < 0 || index >= count) {
                return "the NVIDIA driver offers " + count + (count == 1 ? " device" : " devices")
                        + ", and there is no number " + index;
            }
            return driver.get().deviceName(index) + " is present, but this build carries no CUDA kernels yet";
        } catch (DeviceException e) {
            return e.getMessage();
        }
    }
}
