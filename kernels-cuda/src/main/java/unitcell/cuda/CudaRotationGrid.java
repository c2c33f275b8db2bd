package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.SphericalLayout;

/**
 * How a rotation kernel is spread over the device; the counterpart of {@code rotation.cuh}. A block of 128 threads owns
 * one degree of one node for one slice of the channels; groups of {@code lanes} threads handle an edge each.
 *
 * <p>Memory convention: the numbers depend on shapes only, and with them the order of all sums.
 *
 * @param lanes threads of a group, a power of two up to a warp: enough for the channels
 * @param slices blocks that share the channels of a degree of a node
 * @param items edges whose Wigner blocks are kept in shared memory at a time
 * @param shared bytes of dynamic shared memory
 */
record CudaRotationGrid(int lanes, int slices, int items, int shared) {
    static final int THREADS = 128;
    /** Highest degree for which there are kernels. */
    static final int MAX_DEGREE = 6;

    private static final int WARP = 32;
    /** {@code MAX_ITEMS} of {@code rotation.cuh}. */
    private static final int MAX_ITEMS = 64;
    /** Steps of the ring of rows on their way, {@code StepQueue::DEPTH}. */
    private static final int DEPTH = 4;
    /** Bytes of Wigner blocks in shared memory: several blocks must fit a multiprocessor. */
    private static final int STAGED_BYTES = 20 << 10;

    /**
     * The grid of one launch.
     *
     * @param mmax highest order whose rows of the Wigner matrices are needed
     * @param wide channels of a thread
     * @param rows rows that a step of the kernel reads, {@code StepQueue::PARTS}
     * @param sums whether the kernel ends with a sum over groups of lanes
     */
    static CudaRotationGrid of(int lmax, int mmax, long channels, int wide, DType dtype, int rows, boolean sums) {
        int vectors = Math.toIntExact((channels + wide - 1) / wide);
        int lanes = Math.min(WARP, vectors <= 1 ? 1 : 2 * Integer.highestOneBit(vectors - 1));
        int stride = 0;
        for (int l = 0; l <= lmax; l++) {
            stride = Math.max(stride, stagedBytes(l, Math.min(l, mmax), dtype));
        }
        int items = Math.clamp(STAGED_BYTES / stride, 1, MAX_ITEMS);
        int row = THREADS * wide * dtype.bytes();
        int sum = sums ? (2 * lmax + 1) * row : 0; // in the place of all the rest
        int shared = Math.max(DEPTH * rows * row + items * stride, sum);
        return new CudaRotationGrid(lanes, (vectors + lanes - 1) / lanes, items, shared);
    }

    /** {@code staged_stride} of {@code rotation.cuh}, in bytes. */
    private static int stagedBytes(int l, int kept, DType dtype) {
        int pitch = (2 * l + 1 + 3) / 4 * 4;
        return ((2 * kept + 1) * pitch * dtype.bytes() / 16 | 1) * 16;
    }

    /**
     * Channels of a thread: {@code most} if they divide the channels that belong together and all tensors are aligned
     * to them, else one.
     */
    static int wide(int most, DType dtype, long together, Tensor... tensors) {
        int bytes = most * dtype.bytes();
        boolean wide = dtype == DType.F32 && together % most == 0;
        for (Tensor tensor : tensors) {
            wide &= tensor == null || tensor.address() % bytes == 0;
        }
        return wide ? most : 1;
    }

    /** A kernel for one channel a thread and, for float32, for {@code most}; {@link #wide} says which one to launch. */
    static CudaKernel[] kernels(CudaQueue queue, String family, String name, int most, DType dtype) {
        CudaKernel[] kernels = new CudaKernel[most + 1];
        kernels[1] = queue.kernel(family, name + "_w1", dtype);
        if (dtype == DType.F32) {
            kernels[most] = queue.kernel(family, name + "_w" + most, dtype);
        }
        return kernels;
    }

    /** Starts a block for every degree of every node and every slice. */
    void run(Launch launch, SphericalLayout layout, int nodes) {
        launch.whole(lanes).whole(items).run((long) nodes * (layout.lmax() + 1), slices, 1, THREADS, shared);
    }
}
