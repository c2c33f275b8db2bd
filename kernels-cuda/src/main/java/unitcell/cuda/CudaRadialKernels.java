package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@link RadialKernels} on the GPU: smearing and envelopes ({@code radial_basis.cu}) and embeddings ({@code
 * embedding.cu}) here, the learnable basis in {@link CudaLearnableGaussians}, the first radial layer in {@link
 * CudaRadialInput}.
 *
 * <p>Memory convention: all tensors in device memory; nothing is read back.
 */
final class CudaRadialKernels implements RadialKernels {
    private static final int THREADS = 256;
    private static final int WARP = 32;
    /** Channels of a block of {@code embedding_backward}. */
    private static final int EMBEDDING_CHANNELS = 128;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel smearing;
    private final CudaKernel smearingWide;
    private final CudaKernel smearingBackward;
    private final CudaKernel envelope;
    private final CudaKernel envelopeBackward;
    private final CudaKernel embedding;
    private final CudaKernel embeddingWide;
    private final CudaKernel embeddingBackward;
    private final CudaLearnableGaussians learnable;
    private final CudaRadialInput input;

    CudaRadialKernels(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        smearing = queue.kernel("radial_basis", "gaussian_smearing_w1", dtype);
        smearingWide = queue.kernel("radial_basis", "gaussian_smearing_w4", DType.F32);
        smearingBackward = queue.kernel("radial_basis", "gaussian_smearing_backward", dtype);
        envelope = queue.kernel("radial_basis", "polynomial_envelope", dtype);
        envelopeBackward = queue.kernel("radial_basis", "polynomial_envelope_backward", dtype);
        embedding = queue.kernel("embedding", "embedding_w1", dtype);
        embeddingWide = queue.kernel("embedding", "embedding_w4", DType.F32);
        embeddingBackward = queue.kernel("embedding", "embedding_backward", dtype);
        learnable = new CudaLearnableGaussians(queue, dtype);
        input = new CudaRadialInput(queue, dtype);
    }

    private Shapes distances(String kernel, Tensor distance) {
        return Shapes.of(kernel, "distance", distance, ANY)
                .that(distance.dtype() == dtype, "distance", distance, "a tensor of " + dtype);
    }

    /** Whether rows of so many elements may be accessed in vectors of four. */
    private boolean wide(long elements, Tensor... tensors) {
        boolean wide = dtype == DType.F32 && elements % 4 == 0;
        for (Tensor tensor : tensors) {
            wide &= CudaQueue.aligned(tensor.address());
        }
        return wide;
    }

    @Override
    public void gaussianSmearing(GaussianBasis basis, Tensor distance, Tensor y) {
        distances("gaussianSmearing", distance).tensor("y", y, distance.dim(0), basis.count());
        long edges = distance.dim(0);
        queue.launch(wide(basis.count(), y) ? smearingWide : smearing)
                .real(basis.spacing())
                .real(basis.coefficient())
                .whole(basis.count())
                .tensor(distance)
                .tensor(y)
                .wide(edges)
                .over(edges * WARP, THREADS);
    }

    @Override
    public void gaussianSmearingBackward(GaussianBasis basis, Tensor dy, Tensor distance, Sink ddistance) {
        distances("gaussianSmearingBackward", distance)
                .tensor("dy", dy, distance.dim(0), basis.count())
                .same("ddistance", ddistance, distance);
        long edges = distance.dim(0);
        if (ddistance != null) {
            CudaGaussians.of(basis, dtype)
                    .arguments(queue.launch(smearingBackward))
                    .tensor(dy)
                    .tensor(distance)
                    .sink(ddistance)
                    .wide(edges)
                    .over(edges * WARP, THREADS);
        }
    }

    @Override
    public void gaussianRadialBasis(
            double cutoff, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance, Tensor y) {
        learnable.forward(cutoff, mean, std, weight, bias, distance, y);
    }

    @Override
    public void gaussianRadialBasisBackward(
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
        learnable.backward(cutoff, dy, mean, std, weight, bias, distance, dmean, dstd, dweight, dbias, ddistance);
    }

    @Override
    public void radialInput(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Tensor bias,
            Tensor y) {
        input.forward(basis, edges, distance, species, sourceTable, targetTable, w, bias, y);
    }

    @Override
    public void radialInputBackward(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor dy,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Sink ddistance,
            Sink dsourceTable,
            Sink dtargetTable,
            Sink dw,
            Sink dbias) {
        input.backward(
                basis,
                edges,
                dy,
                distance,
                species,
                sourceTable,
                targetTable,
                w,
                ddistance,
                dsourceTable,
                dtargetTable,
                dw,
                dbias);
    }

    private Shapes envelope(String kernel, double cutoff, int exponent, Tensor distance) {
        return distances(kernel, distance)
                .that(cutoff > 0, "cutoff", cutoff, "a positive length")
                .that(exponent >= 1, "exponent", exponent, "at least 1");
    }

    @Override
    public void polynomialEnvelope(double cutoff, int exponent, Tensor distance, Tensor y) {
        envelope("polynomialEnvelope", cutoff, exponent, distance).same("y", y, distance);
        queue.launch(envelope)
                .real(cutoff)
                .whole(exponent)
                .tensor(distance)
                .tensor(y)
                .wide(distance.size())
                .over(distance.size(), THREADS);
    }

    @Override
    public void polynomialEnvelopeBackward(double cutoff, int exponent, Tensor dy, Tensor distance, Sink ddistance) {
        envelope("polynomialEnvelopeBackward", cutoff, exponent, distance)
                .same("dy", dy, distance)
                .same("ddistance", ddistance, distance);
        if (ddistance != null) {
            queue.launch(envelopeBackward)
                    .real(cutoff)
                    .whole(exponent)
                    .tensor(dy)
                    .tensor(distance)
                    .sink(ddistance)
                    .wide(distance.size())
                    .over(distance.size(), THREADS);
        }
    }

    @Override
    public void embedding(Tensor table, Tensor index, Tensor x) {
        Shapes.of("embedding", "table", table, ANY, ANY)
                .that(table.dtype() == dtype, "table", table, "a tensor of " + dtype)
                .indices("index", index, ANY)
                .tensor("x", x, index.dim(0), ANY, table.dim(1))
                .that(x.dim(1) >= 1, "x", x, "a coefficient l=0");
        long channels = table.dim(1);
        long size = x.dim(1) * channels;
        if (size > 0) {
            queue.launch(wide(channels, table, x) ? embeddingWide : embedding)
                    .tensor(table)
                    .tensor(index)
                    .tensor(x)
                    .wide(size)
                    .wide(channels)
                    .blocks(x.dim(0), THREADS);
        }
    }

    @Override
    public void embeddingBackward(Tensor dx, Tensor index, Sink dtable) {
        Shapes.of("embeddingBackward", "dx", dx, ANY, ANY, ANY)
                .that(dx.dtype() == dtype, "dx", dx, "a tensor of " + dtype)
                .that(dx.dim(1) >= 1, "dx", dx, "a coefficient l=0")
                .indices("index", index, dx.dim(0))
                .sink("dtable", dtable, ANY, dx.dim(2));
        if (dtable != null) {
            long channels = dx.dim(2);
            queue.launch(embeddingBackward)
                    .tensor(dx)
                    .tensor(index)
                    .sink(dtable)
                    .wide(dx.dim(0))
                    .wide(dx.dim(1) * channels)
                    .wide(channels)
                    .run(
                            dtable.tensor().dim(0),
                            (channels + EMBEDDING_CHANNELS - 1) / EMBEDDING_CHANNELS,
                            1,
                            EMBEDDING_CHANNELS,
                            0);
        }
    }
}
