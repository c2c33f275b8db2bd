package unitcell.cuda;

import jcuda.driver.CUresult;
import unitcell.engine.DeviceException;

/** A call of the CUDA driver that failed, with its status; one line says which call, why, and what to do. */
final class CudaException extends DeviceException {
    private static final long serialVersionUID = 1L;

    private final int status;

    CudaException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The driver's CUresult. */
    int status() {
        return status;
    }

    /** Throws unless the call succeeded. */
    static void check(int status, String call) {
        if (status != CUresult.CUDA_SUCCESS) {
            throw of(status, call);
        }
    }

    /** The exception for a failed call. */
    static CudaException of(int status, String call) {
        String text = call + " failed: " + CUresult.stringFor(status) + " (" + status + ")";
        return new CudaException(status, sticky(status) ? text + "; " + STICKY : text);
    }

    private static final String STICKY =
            "an earlier kernel went wrong and the device context is lost: nothing more can run in this process; "
                    + "-Dunitcell.cuda.synchronous=true names the kernel";

    /** Whether the context is unusable from now on (CUDA Driver API, section "Data types", notes of CUresult). */
    static boolean sticky(int status) {
        return switch (status) {
            case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_ECC_UNCORRECTABLE -> true;
            default -> false;
        };
    }
}
