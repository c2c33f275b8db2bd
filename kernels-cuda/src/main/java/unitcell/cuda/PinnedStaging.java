package unitcell.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Page-locked host memory between Java and the device, in which copies run at the full speed of the bus and beside the
 * host's work.
 *
 * <p>Memory convention: a few buffers are used in turn. An upload returns when the data lie in a buffer: the copy to the
 * device follows on the stream, before everything submitted later. A buffer is filled again only after its last copy has
 * finished, which an event tells. Freed by {@link #close}.
 */
final class PinnedStaging implements AutoCloseable {
    private static final int BUFFERS = 4;
    private static final long BYTES = 4L << 20;

    private final CUstream stream;
    private final Pointer memory = new Pointer();
    private final MemorySegment host;
    private final CUevent[] copied = new CUevent[BUFFERS];
    private int next;

    PinnedStaging(CUstream stream) {
        this.stream = stream;
        CudaException.check(JCudaDriver.cuMemAllocHost(memory, BUFFERS * BYTES), "reserving page-locked host memory");
        host = MemorySegment.ofAddress(HostPointer.address(memory)).reinterpret(BUFFERS * BYTES);
        for (int i = 0; i < BUFFERS; i++) {
            copied[i] = new CUevent();
            CudaException.check(
                    JCudaDriver.cuEventCreate(copied[i], CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
        }
    }

    /** Copies a native segment to the device; the segment may be changed as soon as this returns. */
    void upload(long destination, MemorySegment source) {
        for (long done = 0; done < source.byteSize(); done += BYTES) {
            long bytes = Math.min(BYTES, source.byteSize() - done);
            int buffer = next;
            next = (next + 1) % BUFFERS;
            CudaException.check(JCudaDriver.cuEventSynchronize(copied[buffer]), "waiting for an earlier upload");
            MemorySegment staging = host.asSlice(buffer * BYTES, bytes);
            MemorySegment.copy(source, done, staging, 0, bytes);
            int status = JCudaDriver.cuMemcpyHtoDAsync(
                    HostPointer.device(destination + done), new HostPointer(staging.address()), bytes, stream);
            CudaException.check(status, "copying " + bytes + " bytes to the device");
            CudaException.check(JCudaDriver.cuEventRecord(copied[buffer], stream), "cuEventRecord");
        }
    }

    /** Copies from the device when everything submitted before has finished. */
    void download(long source, MemorySegment destination) {
        for (long done = 0; done < destination.byteSize(); done += BYTES) {
            long bytes = Math.min(BYTES, destination.byteSize() - done);
            int buffer = next;
            next = (next + 1) % BUFFERS;
            CudaException.check(JCudaDriver.cuEventSynchronize(copied[buffer]), "waiting for an earlier upload");
            MemorySegment staging = host.asSlice(buffer * BYTES, bytes);
            int status = JCudaDriver.cuMemcpyDtoHAsync(
                    new HostPointer(staging.address()), HostPointer.device(source + done), bytes, stream);
            CudaException.check(status, "copying " + bytes + " bytes from the device");
            CudaException.check(JCudaDriver.cuStreamSynchronize(stream), "waiting for a copy from the device");
            MemorySegment.copy(staging, 0, destination, done, bytes);
        }
    }

    @Override
    public void close() {
        for (CUevent event : copied) {
            CudaException.check(JCudaDriver.cuEventDestroy(event), "cuEventDestroy");
        }
        CudaException.check(JCudaDriver.cuMemFreeHost(memory), "cuMemFreeHost");
    }
}
