package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * The learnable Gaussian basis on the GPU: {@code radial_learnable.cu}.
 *
 * <p>Memory convention: inverse deviations and peaks, and partial sums over edges, in scratch memory of the call; sums
 * for weight and bias are float64.
 */
final class CudaLearnableGaussians {
    private static final int THREADS = 256;
    /** Edges that share the arguments a block forms at once. */
    private static final int TILE = 32;
    /** Edges of a part of the sums over edges, and the most parts. */
    private static final long PART_EDGES = 64;

    private static final long MOST_PARTS = 512;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaPartSums sums;
    private final CudaKernel parameters;
    private final CudaKernel forward;
    private final CudaKernel columns;
    private final CudaKernel rows;
    private final CudaKernel scalars;

    CudaLearnableGaussians(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        sums = new CudaPartSums(queue, dtype);
        parameters = queue.kernel("radial_learnable", "gaussian_parameters", dtype);
        forward = queue.kernel("radial_learnable", "gaussian_radial_basis", dtype);
        columns = queue.kernel("radial_learnable", "gaussian_radial_basis_backward_columns", dtype);
        rows = queue.kernel("radial_learnable", "gaussian_radial_basis_backward_rows", dtype);
        scalars = queue.kernel("radial_learnable", "gaussian_scalars", dtype);
    }

    private Shapes check(String kernel, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance) {
        return Shapes.of(kernel, "mean", mean, ANY)
                .that(mean.dtype() == dtype, "mean", mean, "a tensor of " + dtype)
                .tensor("std", std, mean.dim(0))
                .tensor("weight", weight, 1)
                .tensor("bias", bias, 1)
                .tensor("distance", distance, ANY);
    }

    /** 1/s and 1/(sqrt(2 pi) s), [2, K]. */
    private Tensor scales(Scope scratch, Tensor std) {
        Tensor scales = scratch.empty(dtype, 2, std.dim(0));
        queue.launch(parameters)
                .tensor(std)
                .tensor(scales)
                .wide(std.dim(0))
                .blocks(blocks(std.dim(0), THREADS), THREADS);
        return scales;
    }

    private static long blocks(long items, long size) {
        return (items + size - 1) / size;
    }

    void forward(double cutoff, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance, Tensor y) {
        check("gaussianRadialBasis", mean, std, weight, bias, distance).tensor("y", y, distance.dim(0), mean.dim(0));
        long edges = distance.dim(0);
        long count = mean.dim(0);
        if (y.size() == 0) {
            return;
        }
        try (Scope scratch = queue.scratch()) {
            Tensor scales = scales(scratch, std);
            queue.launch(forward)
                    .real(cutoff)
                    .tensor(mean)
                    .tensor(scales)
                    .tensor(weight)
                    .tensor(bias)
                    .tensor(distance)
                    .tensor(y)
                    .wide(edges)
                    .wide(count)
                    .run(blocks(edges, TILE), blocks(count, THREADS), 1, THREADS, 0);
        }
    }

    void backward(
            double cutoff,
            Tensor dy,
            Tensor mean,
            Tensor std,
            Tensor weight,
            Tensor bias,
            Tensor distance,
            Sink dmean,
            Sink dstd,
            Sink dweight,
            Sink dbias,
            Sink ddistance) {
        check("gaussianRadialBasisBackward", mean, std, weight, bias, distance)
                .tensor("dy", dy, distance.dim(0), mean.dim(0))
                .same("dmean", dmean, mean)
                .same("dstd", dstd, std)
                .same("dweight", dweight, weight)
                .same("dbias", dbias, bias)
                .same("ddistance", ddistance, distance);
        long edges = distance.dim(0);
        long count = mean.dim(0);
        long partEdges = CudaPartSums.part(edges, PART_EDGES, MOST_PARTS);
        long parts = blocks(edges, partEdges);
        try (Scope scratch = queue.scratch()) {
            Tensor scales = scales(scratch, std);
            if (dmean != null || dstd != null) {
                Tensor byPart = scratch.empty(dtype, parts, 2 * count);
                queue.launch(columns)
                        .real(cutoff)
                        .tensor(dy)
                        .tensor(mean)
                        .tensor(std)
                        .tensor(scales)
                        .tensor(weight)
                        .tensor(bias)
                        .tensor(distance)
                        .tensor(byPart)
                        .wide(edges)
                        .wide(partEdges)
                        .wide(count)
                        .run(parts, blocks(count, THREADS), 1, THREADS, 0);
                sums.put(byPart, dmean, count, dstd, count, null);
            }
            if (dweight != null || dbias != null || ddistance != null) {
                Tensor byPart = scratch.empty(DType.F64, parts, 2);
                queue.launch(rows)
                        .real(cutoff)
                        .tensor(dy)
                        .tensor(mean)
                        .tensor(scales)
                        .tensor(weight)
                        .tensor(bias)
                        .tensor(distance)
                        .sink(ddistance)
                        .tensor(byPart)
                        .wide(edges)
                        .wide(partEdges)
                        .wide(count)
                        .blocks(parts, THREADS);
                if (dweight != null || dbias != null) {
                    queue.launch(scalars)
                            .tensor(byPart)
                            .wide(parts)
                            .sink(dweight)
                            .sink(dbias)
                            .blocks(1, THREADS);
                }
            }
        }
    }
}
