package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Sink;

/**
 * The second stage of sums over many rows ({@code parts.cu}): first-stage kernels leave one row of partial sums for
 * each part of the rows, and these are added in a fixed order.
 *
 * <p>Memory convention: partial sums in scratch memory of the call.
 */
final class CudaPartSums {
    private static final int THREADS = 512;
    private static final int COLUMNS = 32;

    private final CudaQueue queue;
    private final CudaKernel sumParts;

    CudaPartSums(CudaQueue queue, DType dtype) {
        this.queue = queue;
        sumParts = queue.kernel("parts", "sum_parts", dtype);
    }

    /** How many items each part has: {@code least}, or more where that would make more than {@code most} parts. */
    static long part(long items, long least, long most) {
        return Math.max(least, (items + most - 1) / most);
    }

    /**
     * Adds the rows of {@code parts}: the first columns go to {@code a}, the next to {@code b}, the rest to {@code c}.
     * Without rows the sums are zero.
     *
     * @param parts [count, width]
     * @param a may be null, as {@code b} and {@code c}
     */
    void put(Tensor parts, Sink a, long aWidth, Sink b, long bWidth, Sink c) {
        long width = parts.dim(1);
        queue.launch(sumParts)
                .tensor(parts)
                .wide(parts.dim(0))
                .wide(width)
                .sink(a)
                .wide(aWidth)
                .sink(b)
                .wide(bWidth)
                .sink(c)
                .blocks((width + COLUMNS - 1) / COLUMNS, THREADS);
    }
}
