package unitcell.trainer.pretrain;

import java.lang.foreign.MemorySegment;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.DeviceException;
import unitcell.engine.Devices;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.Memory;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;

/** Scalar kernels over a memory that holds a limited number of bytes and can be lost, as a GPU's. */
final class LimitedDevice implements Device {
    private final Device kernels = Devices.open("cpu-scalar", 1);
    private final Limited memory;
    private final MemoryPool pool;

    LimitedDevice(long limit) {
        memory = new Limited(limit);
        pool = new MemoryPool(memory, false);
    }

    /** Counts what is reserved. */
    private static final class Limited implements Memory {
        private final NativeMemory memory = new NativeMemory();
        private final long limit;
        private long reserved;
        private long allocations;
        private long lostAfter = Long.MAX_VALUE;

        Limited(long limit) {
            this.limit = limit;
        }

        @Override
        public String name() {
            return "limited";
        }

        @Override
        public long allocate(long bytes) {
            if (allocations++ >= lostAfter) {
                throw new DeviceException("the device is lost");
            }
            if (reserved + bytes > limit) {
                throw MemoryException.exhausted("the device has no " + bytes + " bytes of memory left");
            }
            reserved += bytes;
            return memory.allocate(bytes);
        }

        @Override
        public long free() {
            return limit - reserved;
        }

        @Override
        public void release(long address, long bytes) {
            reserved -= bytes;
            memory.release(address, bytes);
        }

        @Override
        public void fill(long address, long bytes, byte value) {
            memory.fill(address, bytes, value);
        }

        @Override
        public void copy(long destination, long source, long bytes) {
            memory.copy(destination, source, bytes);
        }

        @Override
        public void upload(long destination, MemorySegment source) {
            memory.upload(destination, source);
        }

        @Override
        public void download(long source, MemorySegment destination) {
            memory.download(source, destination);
        }

        @Override
        public boolean hostAccessible() {
            return true;
        }

        @Override
        public double read(long address, DType dtype) {
            return memory.read(address, dtype);
        }

        @Override
        public void write(long address, DType dtype, double value) {
            memory.write(address, dtype, value);
        }
    }

    /** From so many further reservations on, each fails as on a device that is lost. */
    void loseAfter(long reservations) {
        memory.lostAfter = memory.allocations + reservations;
    }

    @Override
    public String name() {
        return "limited";
    }

    @Override
    public String description() {
        return "limited: for tests";
    }

    @Override
    public MemoryPool pool() {
        return pool;
    }

    @Override
    public Kernels kernels(DType dtype) {
        return kernels.kernels(dtype);
    }

    @Override
    public void close() {
        pool.close();
        kernels.close();
    }
}
