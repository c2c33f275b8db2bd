package unitcell.cuda;

import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;

/**
 * One entry point of a kernel file; its module is loaded at the first launch.
 *
 * <p>Memory convention: the handle lives as long as the device.
 */
final class CudaKernel {
    /** Dynamic shared memory that every kernel may use without asking. */
    private static final int PLAIN_SHARED_BYTES = 48 << 10;

    private final CudaModules modules;
    private final String family;
    private final String name;
    private CUfunction function;
    private int shared = PLAIN_SHARED_BYTES;

    CudaKernel(CudaModules modules, String family, String name) {
        this.modules = modules;
        this.family = family;
        this.name = name;
    }

    /** The kernel file without its extension, as {@code pointwise}. */
    String family() {
        return family;
    }

    /** The entry point, as {@code silu_f32}. */
    String name() {
        return name;
    }

    /** Which form of the kernel file was loaded and why. */
    String image() {
        return modules.load(family).image();
    }

    /** The driver's handle. */
    CUfunction function() {
        if (function == null) {
            function = modules.function(family, name);
        }
        return function;
    }

    /** Asks the driver for more than 48 KiB of dynamic shared memory, once. */
    void allowShared(int bytes) {
        if (bytes > shared) {
            CudaException.check(
                    JCudaDriver.cuFuncSetAttribute(
                            function(), CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                    "asking for " + bytes + " bytes of shared memory for kernel " + name);
            shared = bytes;
        }
    }
}
