package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * Equivariant norms on the GPU: {@code equivariant_norm.cu} and {@code equivariant_norm_backward.cu}.
 *
 * <p>Memory convention: a node's features lie in shared memory where they fit into what every architecture has.
 * Gradients of scales and shift are summed part by part of the nodes into scratch memory, [dbeta | dgamma0 | dgamma],
 * then over the parts.
 */
final class CudaEquivariantNorm {
    private static final int THREADS = 256;
    /** Shared memory of a block that every architecture from compute capability 8.0 on has. */
    private static final long MOST_SHARED = 96 << 10;

    private static final long MOST_PARTS = 512;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaPartSums sums;
    private final CudaKernel wide;
    private final CudaKernel wideBackward;
    private final CudaKernel narrow;
    private final CudaKernel narrowBackward;

    CudaEquivariantNorm(CudaQueue queue, DType dtype, CudaPartSums sums) {
        this.queue = queue;
        this.dtype = dtype;
        this.sums = sums;
        wide = queue.kernel("equivariant_norm", "equivariant_norm_w4", DType.F32);
        wideBackward = queue.kernel("equivariant_norm_backward", "equivariant_norm_backward_w4", DType.F32);
        narrow = queue.kernel("equivariant_norm", "equivariant_norm_w1", dtype);
        narrowBackward = queue.kernel("equivariant_norm_backward", "equivariant_norm_backward_w1", dtype);
    }

    private Shapes check(String kernel, int lmax, Tensor x, Tensor gamma0, Tensor gamma) {
        Shapes shapes = Shapes.of(kernel, "x", x, ANY, (lmax + 1L) * (lmax + 1L), ANY)
                .that(x.dtype() == dtype, "x", x, "a tensor of " + dtype);
        return shapes.tensor("gamma0", gamma0, x.dim(2)).tensor("gamma", gamma, lmax, x.dim(2));
    }

    private boolean wide(long channels, Tensor... tensors) {
        boolean wide = dtype == DType.F32 && channels % 4 == 0;
        for (Tensor tensor : tensors) {
            wide &= tensor == null || CudaQueue.aligned(tensor.address());
        }
        return wide;
    }

    /** The number of a kind in the kernels. */
    private static int number(EquivariantNorm kind) {
        return switch (kind) {
            case LAYER_NORM -> 0;
            case LAYER_NORM_SH -> 1;
            case RMS_NORM_SH -> 2;
        };
    }

    void forward(
            EquivariantNorm kind, int lmax, double eps, Tensor x, Tensor gamma0, Tensor gamma, Tensor beta, Tensor y) {
        check("equivariantNorm", lmax, x, gamma0, gamma)
                .tensor("beta", beta, x.dim(2))
                .same("y", y, x);
        if (x.size() == 0) {
            return;
        }
        int channels = Math.toIntExact(x.dim(2));
        boolean vectors = wide(channels, x, gamma0, gamma, beta, y);
        long node = x.size() / x.dim(0) * dtype.bytes();
        long numbers = (2L * (lmax + 1) + 1) * dtype.bytes();
        boolean staged = node + numbers <= MOST_SHARED;
        queue.launch(vectors ? wide : narrow)
                .whole(number(kind))
                .whole(lmax)
                .real(eps)
                .tensor(x)
                .tensor(gamma0)
                .tensor(gamma)
                .tensor(beta)
                .tensor(y)
                .whole(vectors ? channels / 4 : channels)
                .flag(staged)
                .run(x.dim(0), 1, 1, THREADS, (int) (staged ? node + numbers : numbers));
    }

    void backward(
            EquivariantNorm kind,
            int lmax,
            double eps,
            Tensor dy,
            Tensor x,
            Tensor gamma0,
            Tensor gamma,
            Sink dx,
            Sink dgamma0,
            Sink dgamma,
            Sink dbeta) {
        check("equivariantNormBackward", lmax, x, gamma0, gamma)
                .same("dy", dy, x)
                .same("dx", dx, x)
                .same("dgamma0", dgamma0, gamma0)
                .same("dgamma", dgamma, gamma)
                .sink("dbeta", dbeta, x.dim(2));
        int channels = Math.toIntExact(x.dim(2));
        boolean parameters = dgamma0 != null || dgamma != null || dbeta != null;
        if (channels == 0 || (dx == null && !parameters)) {
            return;
        }
        long nodes = x.dim(0);
        long partNodes = CudaPartSums.part(nodes, 1, MOST_PARTS);
        long count = (nodes + partNodes - 1) / partNodes;
        Tensor to = dx == null ? null : dx.tensor();
        boolean vectors = wide(channels, dy, x, gamma0, gamma, to);
        long node = (lmax + 1L) * (lmax + 1L) * channels * dtype.bytes();
        long numbers = ((lmax + 1L) * (channels + 4) + 2) * dtype.bytes();
        boolean staged = 2 * node + numbers <= MOST_SHARED;
        try (Scope scratch = queue.scratch()) {
            Tensor parts = parameters ? scratch.empty(dtype, count, (lmax + 2L) * channels) : null;
            queue.launch(vectors ? wideBackward : narrowBackward)
                    .whole(number(kind))
                    .whole(lmax)
                    .real(eps)
                    .tensor(dy)
                    .tensor(x)
                    .tensor(gamma0)
                    .tensor(gamma)
                    .sink(dx)
                    .tensor(parts)
                    .wide(nodes)
                    .wide(partNodes)
                    .whole(vectors ? channels / 4 : channels)
                    .flag(staged)
                    .run(count, 1, 1, THREADS, Math.toIntExact(staged ? 2 * node + numbers : numbers));
            if (parameters) {
                sums.put(parts, dbeta, channels, dgamma0, channels, dgamma);
            }
        }
    }
}
