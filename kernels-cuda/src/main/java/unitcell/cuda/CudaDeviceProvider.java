package unitcell.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import unitcell.engine.Device;
import unitcell.engine.DeviceException;
import unitcell.engine.DeviceProvider;
import unitcell.engine.Precision;

/**
 * Answers whether CUDA can be used: looks for the driver, asks it for devices, and says what is missing; then opens them.
 *
 * <p>The questions go through java.lang.foreign, so that a machine without a driver never touches JCuda.
 */
public final class CudaDeviceProvider implements DeviceProvider {
    /** The oldest architecture that the kernels are compiled for. */
    private static final int OLDEST_MAJOR = 8;

    private static final String DEVICE = "device";
    private static final String NO_KERNELS =
            "this build carries no CUDA kernels (nvcc was not found when it was built)";

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
        String name = "";
        for (Requirement requirement : requirements(index)) {
            if (!requirement.found()) {
                return new Availability(false, requirement.detail());
            }
            name = requirement.what().equals(DEVICE) ? requirement.detail() : name;
        }
        return new Availability(true, name);
    }

    @Override
    public List<Requirement> requirements(int index) {
        List<Requirement> all = new ArrayList<>();
        Optional<CudaDriver> driver = CudaDriver.find(library);
        all.add(new Requirement(
                "driver",
                driver.isPresent(),
                driver.isPresent()
                        ? library + " is installed"
                        : "the NVIDIA driver is not installed (" + library + " cannot be loaded)"));
        driver.ifPresent(d -> all.add(answered(DEVICE, () -> device(d, index))));
        all.add(new Requirement("kernels", CudaModules.built(), CudaModules.built() ? "compiled" : NO_KERNELS));
        driver.ifPresent(d -> all.add(answered("JCuda", () -> {
            NativeLibraries.load();
            return "its native library is loaded";
        })));
        return all;
    }

    @Override
    public List<Requirement> inspect(int index) {
        return CudaInspection.of(this, index);
    }

    /** A requirement that is met if the question has an answer, and whose exception says why it is not. */
    private static Requirement answered(String what, Supplier<String> question) {
        try {
            return new Requirement(what, true, question.get());
        } catch (DeviceException e) {
            return new Requirement(what, false, e.getMessage());
        }
    }

    private static String device(CudaDriver driver, int index) {
        driver.initialise();
        int count = driver.deviceCount();
        if (index < 0 || index >= count) {
            throw new DeviceException("the NVIDIA driver offers " + count + (count == 1 ? " device" : " devices")
                    + ", and there is no number " + index);
        }
        String name = driver.deviceName(index);
        int major = driver.computeMajor(index);
        if (major < OLDEST_MAJOR) {
            throw new DeviceException(
                    name + " has compute capability " + major + ".x; the kernels need " + OLDEST_MAJOR + ".0 or newer");
        }
        return name + " is present";
    }

    @Override
    public Device open(int index, int threads, Precision precision) {
        Availability found = probe(index);
        if (!found.usable()) {
            throw new DeviceException("device cuda:" + index + " cannot be used: " + found.reason());
        }
        return CudaDevice.open(index, precision);
    }
}
