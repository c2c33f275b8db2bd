package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * {@link NormKernels} on the GPU: layer norms here ({@code layer_norm.cu}, for rows of more than 512 channels {@code
 * layer_norm_long.cu}), equivariant norms in {@link CudaEquivariantNorm}.
 *
 * <p>Memory convention: all tensors in device memory. Gradients of scale and shift are summed part by part of the rows
 * into scratch memory, [dbeta | dgamma], then over the parts.
 */
final class CudaNormKernels implements NormKernels {
    private static final int THREADS = 256;
    private static final int WARP = 32;
    /** Longest row that a warp keeps in registers. */
    private static final int KEPT = 512;
    /** Rows of a part, and the most parts: enough blocks for a small batch. */
    private static final long PART_ROWS = 32;

    private static final long MOST_PARTS = 512;

    private final CudaQueue queue;
    private final DType dtype;
    private final LayerNorm plain;
    private final LayerNorm withSilu;
    private final CudaPartSums sums;
    private final CudaEquivariantNorm equivariant;

    CudaNormKernels(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        plain = new LayerNorm(queue, dtype, "layer_norm");
        withSilu = new LayerNorm(queue, dtype, "layer_norm_silu");
        sums = new CudaPartSums(queue, dtype);
        equivariant = new CudaEquivariantNorm(queue, dtype, sums);
    }

    /** The kernels of a layer norm with or without activation, by how a row is held. */
    private static final class LayerNorm {
        /** Vectors of a lane in each instance, for vectors of 16 bytes (float32 only) and for single elements. */
        private static final int[] WIDE = {1, 4};

        private static final int[] NARROW = {4, 16};

        private final CudaKernel[] wide = new CudaKernel[2];
        private final CudaKernel[] wideBackward = new CudaKernel[2];
        private final CudaKernel[] narrow = new CudaKernel[2];
        private final CudaKernel[] narrowBackward = new CudaKernel[2];
        private final CudaKernel lengthy;
        private final CudaKernel lengthyBackward;
        private final CudaKernel lengthyParameters;

        LayerNorm(CudaQueue queue, DType dtype, String name) {
            for (int i = 0; i < 2; i++) {
                String wideSuffix = "_r" + WIDE[i] + "_w4";
                String narrowSuffix = "_r" + NARROW[i] + "_w1";
                wide[i] = queue.kernel("layer_norm", name + wideSuffix, DType.F32);
                wideBackward[i] = queue.kernel("layer_norm", name + "_backward" + wideSuffix, DType.F32);
                narrow[i] = queue.kernel("layer_norm", name + narrowSuffix, dtype);
                narrowBackward[i] = queue.kernel("layer_norm", name + "_backward" + narrowSuffix, dtype);
            }
            lengthy = queue.kernel("layer_norm_long", name + "_long", dtype);
            lengthyBackward = queue.kernel("layer_norm_long", name + "_backward_long", dtype);
            lengthyParameters = queue.kernel("layer_norm_long", name + "_parameters_long", dtype);
        }

        /** The kernel for rows of so many vectors. */
        CudaKernel of(Rows rows, boolean backward) {
            if (rows.wide) {
                int i = rows.vectors <= WIDE[0] * WARP ? 0 : 1;
                return backward ? wideBackward[i] : wide[i];
            }
            int i = rows.vectors <= NARROW[0] * WARP ? 0 : 1;
            return backward ? narrowBackward[i] : narrow[i];
        }
    }

    /**
     * How a row lies in the lanes of a warp.
     *
     * @param wide vectors of four elements
     * @param lanes lanes that share a row, a power of two
     */
    private record Rows(boolean wide, int vectors, int lanes) {
        static Rows of(DType dtype, int channels, Tensor... tensors) {
            boolean wide = dtype == DType.F32 && channels % 4 == 0;
            for (Tensor tensor : tensors) {
                wide &= tensor == null || CudaQueue.aligned(tensor.address());
            }
            int vectors = wide ? channels / 4 : channels;
            int lanes = 1;
            while (lanes < WARP && lanes < vectors) {
                lanes *= 2;
            }
            return new Rows(wide, vectors, lanes);
        }

        /** Rows that a block has at a time. */
        int groups() {
            return THREADS / lanes;
        }
    }

    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        forward("layerNorm", plain, x, gamma, beta, eps, y);
    }

    @Override
    public void layerNormSilu(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        forward("layerNormSilu", withSilu, x, gamma, beta, eps, y);
    }

    private Shapes check(String kernel, Tensor gamma, Tensor x) {
        Shapes shapes = Shapes.of(kernel, "gamma", gamma, ANY)
                .that(gamma.dtype() == dtype, "gamma", gamma, "a tensor of " + dtype);
        boolean fits = x != null && x.dtype() == dtype && x.rank() > 0 && x.dim(-1) == gamma.dim(0);
        return shapes.that(fits, "x", x, "rows of " + gamma.dim(0) + " channels of " + dtype);
    }

    private void forward(String kernel, LayerNorm norm, Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y) {
        check(kernel, gamma, x).tensor("beta", beta, gamma.dim(0)).same("y", y, x);
        int channels = Math.toIntExact(gamma.dim(0));
        if (x.size() == 0) {
            return;
        }
        long rows = x.size() / channels;
        if (channels > KEPT) {
            queue.launch(norm.lengthy)
                    .tensor(x)
                    .tensor(gamma)
                    .tensor(beta)
                    .real(eps)
                    .tensor(y)
                    .wide(channels)
                    .blocks(rows, THREADS);
            return;
        }
        Rows layout = Rows.of(dtype, channels, x, gamma, beta, y);
        queue.launch(norm.of(layout, false))
                .tensor(x)
                .tensor(gamma)
                .tensor(beta)
                .real(eps)
                .tensor(y)
                .wide(rows)
                .whole(layout.vectors)
                .whole(layout.lanes)
                .over(rows * layout.lanes, THREADS);
    }

    @Override
    public void layerNormBackward(Tensor dy, Tensor x, Tensor gamma, double eps, Sink dx, Sink dgamma, Sink dbeta) {
        backward("layerNormBackward", plain, dy, x, gamma, null, eps, dx, dgamma, dbeta);
    }

    @Override
    public void layerNormSiluBackward(
            Tensor dy, Tensor x, Tensor gamma, Tensor beta, double eps, Sink dx, Sink dgamma, Sink dbeta) {
        Shapes.of("layerNormSiluBackward", "beta", beta, ANY);
        backward("layerNormSiluBackward", withSilu, dy, x, gamma, beta, eps, dx, dgamma, dbeta);
    }

    /** With {@code beta}, the backward pass through the activation comes first. */
    private void backward(
            String kernel,
            LayerNorm norm,
            Tensor dy,
            Tensor x,
            Tensor gamma,
            Tensor beta,
            double eps,
            Sink dx,
            Sink dgamma,
            Sink dbeta) {
        check(kernel, gamma, x)
                .optional("beta", beta, gamma.dim(0))
                .same("dy", dy, x)
                .same("dx", dx, x)
                .sink("dgamma", dgamma, gamma.dim(0))
                .sink("dbeta", dbeta, gamma.dim(0));
        int channels = Math.toIntExact(gamma.dim(0));
        long rows = channels == 0 ? 0 : x.size() / channels;
        boolean parameters = dgamma != null || dbeta != null;
        if (channels == 0 || (dx == null && !parameters)) {
            return;
        }
        long partRows = CudaPartSums.part(rows, PART_ROWS, MOST_PARTS);
        long count = (rows + partRows - 1) / partRows;
        try (Scope scratch = queue.scratch()) {
            Tensor parts = parameters ? scratch.empty(dtype, count, 2L * channels) : null;
            if (channels > KEPT) {
                lengthy(norm, scratch, dy, x, gamma, beta, eps, dx, parts, rows, partRows);
            } else {
                Tensor to = dx == null ? null : dx.tensor();
                Rows layout = Rows.of(dtype, channels, dy, x, gamma, beta, to);
                int shared = parameters ? layout.groups() * 2 * channels * dtype.bytes() : 0;
                queue.launch(norm.of(layout, true))
                        .tensor(dy)
                        .tensor(x)
                        .tensor(gamma)
                        .tensor(beta)
                        .real(eps)
                        .sink(dx)
                        .tensor(parts)
                        .wide(rows)
                        .wide(partRows)
                        .whole(layout.vectors)
                        .whole(layout.lanes)
                        .run(count, 1, 1, THREADS, shared);
            }
            if (parameters) {
                sums.put(parts, dbeta, channels, dgamma, channels, null);
            }
        }
    }

    private void lengthy(
            LayerNorm norm,
            Scope scratch,
            Tensor dy,
            Tensor x,
            Tensor gamma,
            Tensor beta,
            double eps,
            Sink dx,
            Tensor parts,
            long rows,
            long partRows) {
        long channels = gamma.dim(0);
        Tensor statistics = scratch.empty(dtype, rows, 2);
        queue.launch(norm.lengthyBackward)
                .tensor(dy)
                .tensor(x)
                .tensor(gamma)
                .tensor(beta)
                .real(eps)
                .sink(dx)
                .tensor(statistics)
                .wide(channels)
                .blocks(rows, THREADS);
        if (parts != null) {
            queue.launch(norm.lengthyParameters)
                    .tensor(dy)
                    .tensor(x)
                    .tensor(gamma)
                    .tensor(beta)
                    .tensor(statistics)
                    .tensor(parts)
                    .wide(rows)
                    .wide(partRows)
                    .wide(channels)
                    .run((channels + THREADS - 1) / THREADS, parts.dim(0), 1, THREADS, 0);
        }
    }

    @Override
    public void equivariantNorm(
            EquivariantNorm kind, int lmax, double eps, Tensor x, Tensor gamma0, Tensor gamma, Tensor beta, Tensor y) {
        equivariant.forward(kind, lmax, eps, x, gamma0, gamma, beta, y);
    }

    @Override
    public void equivariantNormBackward(
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
        equivariant.backward(kind, lmax, eps, dy, x, gamma0, gamma, dx, dgamma0, dgamma, dbeta);
    }
}
