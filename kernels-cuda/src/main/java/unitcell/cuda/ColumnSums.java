package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * Sums over rows, as gradients of biases are, in two stages: sums over runs of rows, then over the runs in order.
 *
 * <p>Memory convention: the sums of the runs lie in scratch memory of the call; their number depends on the rows only.
 */
final class ColumnSums {
    private static final int THREADS = 256;
    private static final long ROWS_OF_A_RUN = 64;
    private static final long MAX_RUNS = 256;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel runs;
    private final CudaKernel total;

    ColumnSums(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        runs = queue.kernel("dense", "column_sums", dtype);
        total = queue.kernel("dense", "column_sums_total", dtype);
    }

    /**
     * sink[offset + c] = or += sum over r of x[r*stride + c], c = 0..width-1.
     *
     * @param x device address
     * @param sink null where the sums are not wanted
     */
    void add(long x, long rows, long width, long stride, Sink sink, long offset) {
        if (sink == null || width == 0) {
            return;
        }
        long count = Math.clamp((rows + ROWS_OF_A_RUN - 1) / ROWS_OF_A_RUN, 1, MAX_RUNS);
        try (Scope scratch = queue.scratch()) {
            Tensor parts = scratch.empty(dtype, count, width);
            queue.launch(runs)
                    .wide(x)
                    .wide(rows)
                    .wide(width)
                    .wide(stride)
                    .wide((rows + count - 1) / count)
                    .tensor(parts)
                    .run((width + 31) / 32, count, 1, THREADS, 0);
            queue.launch(total)
                    .tensor(parts)
                    .wide(count)
                    .wide(width)
                    .wide(sink.tensor().address() + offset * dtype.bytes())
                    .flag(sink.add())
                    .over(width, THREADS);
        }
    }
}
