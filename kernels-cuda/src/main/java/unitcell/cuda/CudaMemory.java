package unitcell.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import unitcell.engine.memory.Memory;
import unitcell.engine.memory.MemoryException;

/**
 * Memory of one CUDA device.
 *
 * <p>Memory convention: addresses are device addresses, aligned to 256 bytes by the driver; the host cannot follow them.
 * Fills and copies are submitted to the device's stream and keep their place among the kernels there.
 */
final class CudaMemory implements Memory {
    /** Said of the emulator, whose closed pages are as near as guard bytes. */
    static final String GUARDED = "unitcell.cuda.guarded";

    private final String name;
    private final CUstream stream;
    private final PinnedStaging staging;

    CudaMemory(String name, CUstream stream, PinnedStaging staging) {
        this.name = name;
        this.stream = stream;
        this.staging = staging;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long allocate(long bytes) {
        CUdeviceptr pointer = new CUdeviceptr();
        int status = JCudaDriver.cuMemAlloc(pointer, bytes);
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            long[] information = information();
            throw MemoryException.exhausted("the device " + name + " has no " + bytes + " bytes of memory left: of "
                    + (information[1] >> 20) + " MiB " + (information[0] >> 20) + " MiB are free");
        }
        CudaException.check(status, "reserving " + bytes + " bytes on " + name);
        return HostPointer.address(pointer);
    }

    @Override
    public void release(long address, long bytes) {
        CudaException.check(JCudaDriver.cuMemFree(HostPointer.device(address)), "cuMemFree");
    }

    @Override
    public void fill(long address, long bytes, byte value) {
        if (bytes > 0) {
            CudaException.check(
                    JCudaDriver.cuMemsetD8Async(HostPointer.device(address), value, bytes, stream),
                    "filling " + bytes + " bytes on " + name);
        }
    }

    @Override
    public void copy(long destination, long source, long bytes) {
        if (bytes > 0) {
            int status = JCudaDriver.cuMemcpyDtoDAsync(
                    HostPointer.device(destination), HostPointer.device(source), bytes, stream);
            CudaException.check(status, "copying " + bytes + " bytes on " + name);
        }
    }

    @Override
    public void upload(long destination, MemorySegment source) {
        staging.upload(destination, source);
    }

    @Override
    public void download(long source, MemorySegment destination) {
        staging.download(source, destination);
    }

    @Override
    public long capacity() {
        return information()[1];
    }

    @Override
    public long free() {
        return information()[0];
    }

    /** Free and total bytes. */
    private static long[] information() {
        long[] free = new long[1];
        long[] total = new long[1];
        CudaException.check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
        return new long[] {free[0], total[0]};
    }

    @Override
    public boolean guarded() {
        return Boolean.getBoolean(GUARDED);
    }

    @Override
    public boolean hostAccessible() {
        return false;
    }
}
