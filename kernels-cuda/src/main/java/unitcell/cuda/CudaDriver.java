package unitcell.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import unitcell.engine.DeviceException;

/**
 * The few calls of the CUDA driver API that tell whether there is a device: cuInit, cuDeviceGetCount, cuDeviceGet,
 * cuDeviceGetName and cuDeviceGetAttribute (NVIDIA CUDA Driver API reference, sections "Initialization" and "Device Management").
 *
 * <p>Memory convention: the library stays loaded until the process ends; results are read from confined segments.
 */
final class CudaDriver {
    private static final int NAME_BYTES = 256;
    /** CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR. */
    private static final int COMPUTE_CAPABILITY_MAJOR = 75;

    private final String library;
    private final SymbolLookup symbols;

    private CudaDriver(String library, SymbolLookup symbols) {
        this.library = library;
        this.symbols = symbols;
    }

    /** The driver library, if the dynamic linker finds it under that name. */
    static Optional<CudaDriver> find(String library) {
        try {
            return Optional.of(new CudaDriver(library, SymbolLookup.libraryLookup(library, Arena.global())));
        } catch (IllegalArgumentException absent) {
            return Optional.empty(); // the documented answer of libraryLookup for a library that cannot be loaded
        }
    }

    /** Must come first. */
    void initialise() {
        call("cuInit", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), 0);
    }

    int deviceCount() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            call("cuDeviceGetCount", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS), count);
            return count.get(ValueLayout.JAVA_INT, 0);
        }
    }

    String deviceName(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            call(
                    "cuDeviceGetName",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                    name,
                    NAME_BYTES,
                    device(arena, index));
            return name.getString(0);
        }
    }

    /** Major number of the compute capability. */
    int computeMajor(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            call(
                    "cuDeviceGetAttribute",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                    value,
                    COMPUTE_CAPABILITY_MAJOR,
                    device(arena, index));
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private int device(Arena arena, int index) {
        MemorySegment device = arena.allocate(ValueLayout.JAVA_INT);
        call(
                "cuDeviceGet",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                device,
                index);
        return device.get(ValueLayout.JAVA_INT, 0);
    }

    private void call(String function, FunctionDescriptor descriptor, Object... arguments) {
        MemorySegment address = symbols.find(function)
                .orElseThrow(() -> new DeviceException(library + " has no " + function + ": not an NVIDIA driver"));
        int status;
        try {
            status = (int)
                    Linker.nativeLinker().downcallHandle(address, descriptor).invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw new DeviceException("calling " + function + " of " + library + " failed: " + t.getMessage(), t);
        }
        if (status != 0) {
            throw new DeviceException(
                    "the NVIDIA driver refused " + function + " with error " + status + meaning(status));
        }
    }

    /** What the statuses mean that a machine without a working GPU gives; the numbers are those of CUresult. */
    private static String meaning(int status) {
        return switch (status) {
            case 3 -> " (not initialised)";
            case 34 -> " (a stub library, not a driver)";
            case 100 -> " (no CUDA device)";
            case 101 -> " (no such device)";
            case 803 -> " (driver and kernel module do not fit each other)";
            case 804 -> " (compatibility mode is not supported on this device)";
            default -> "";
        };
    }
}
