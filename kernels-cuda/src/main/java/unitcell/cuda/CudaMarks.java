package unitcell.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import unitcell.engine.Device;

/**
 * Moments on the device's clock: events of its stream, which the GPU stamps when it comes to them, to half a microsecond.
 * Recording one does not wait, so that work can be timed while the stream stays full.
 *
 * <p>Memory convention: closed marks are used again; all events live until {@link #close}.
 */
final class CudaMarks implements AutoCloseable {
    private final CUstream stream;
    private final List<CUevent> created = new ArrayList<>();
    private final Deque<CUevent> free = new ArrayDeque<>();

    CudaMarks(CUstream stream) {
        this.stream = stream;
    }

    /** A mark behind everything submitted so far. */
    Device.Mark mark() {
        CUevent event = free.isEmpty() ? create() : free.pop();
        CudaException.check(JCudaDriver.cuEventRecord(event, stream), "cuEventRecord");
        return new EventMark(event);
    }

    private CUevent create() {
        CUevent event = new CUevent();
        CudaException.check(JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT), "cuEventCreate");
        created.add(event);
        return event;
    }

    private final class EventMark implements Device.Mark {
        private final CUevent event;
        private boolean closed;

        private EventMark(CUevent event) {
            this.event = event;
        }

        @Override
        public double secondsSince(Device.Mark earlier) {
            CudaException.check(JCudaDriver.cuEventSynchronize(event), "waiting for a mark of the device");
            float[] milliseconds = new float[1];
            CudaException.check(
                    JCudaDriver.cuEventElapsedTime(milliseconds, ((EventMark) earlier).event, event),
                    "cuEventElapsedTime");
            return milliseconds[0] / 1e3;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                free.push(event);
            }
        }
    }

    @Override
    public void close() {
        for (CUevent event : created) {
            CudaException.check(JCudaDriver.cuEventDestroy(event), "cuEventDestroy");
        }
        created.clear();
        free.clear();
    }
}
