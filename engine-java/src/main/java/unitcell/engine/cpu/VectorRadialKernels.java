package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@link RadialKernels} with vectors over Gaussians or channels: smearing here, the first layer in {@link
 * VectorRadialInput}, the learnable basis, the envelope and embeddings in classes of their own.
 *
 * <p>Memory convention: arguments are read and written in place.
 */
final class VectorRadialKernels implements RadialKernels {
    private static final int EDGES_PER_TASK = 64;

    private final Workers workers;

    VectorRadialKernels(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void gaussianSmearing(GaussianBasis basis, Tensor distance, Tensor y) {
        Shapes.of("gaussianSmearing", "distance", distance, ANY).tensor("y", y, distance.dim(0), basis.count());
        long d = Args.floats("distance", distance, distance.size());
        long to = Args.floats("y", y, y.size());
        VectorGaussians gaussians = new VectorGaussians(basis);
        workers.range(distance.size(), EDGES_PER_TASK, (first, last, scratch) -> {
            long row = scratch.floats(Partials.padded(gaussians.count));
            for (long e = first; e < last; e++) {
                gaussians.values(Lanes.getAt(d, e), 0, row, gaussians.count);
                Elementwise.scale(1, row, to + 4 * e * gaussians.count, false, gaussians.count);
            }
        });
    }

    @Override
    public void gaussianSmearingBackward(GaussianBasis basis, Tensor dy, Tensor distance, Sink ddistance) {
        Shapes.of("gaussianSmearingBackward", "distance", distance, ANY)
                .tensor("dy", dy, distance.dim(0), basis.count())
                .same("ddistance", ddistance, distance);
        if (ddistance == null) {
            return;
        }
        long d = Args.floats("distance", distance, distance.size());
        long g = Args.floats("dy", dy, dy.size());
        long to = Args.sink("ddistance", ddistance, distance.size());
        VectorGaussians gaussians = new VectorGaussians(basis);
        workers.range(distance.size(), EDGES_PER_TASK, (first, last, scratch) -> {
            long row = scratch.floats(Partials.padded(gaussians.count));
            for (long e = first; e < last; e++) {
                gaussians.derivatives(Lanes.getAt(d, e), 0, row, gaussians.count);
                float value = Elementwise.dot(row, g + 4 * e * gaussians.count, gaussians.count);
                Lanes.setAt(to, e, ddistance.add() ? Lanes.getAt(to, e) + value : value);
            }
        });
    }

    @Override
    public void gaussianRadialBasis(
            double cutoff, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance, Tensor y) {
        VectorLearnableGaussians.forward(workers, cutoff, mean, std, weight, bias, distance, y);
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
        VectorLearnableGaussians.backward(
                workers, cutoff, dy, mean, std, weight, bias, distance, dmean, dstd, dweight, dbias, ddistance);
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
        new VectorRadialInput("radialInput", workers, basis, edges, distance, species, sourceTable, targetTable, w)
                .forward(bias, y);
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
        new VectorRadialInput(
                        "radialInputBackward", workers, basis, edges, distance, species, sourceTable, targetTable, w)
                .backward(dy, ddistance, dsourceTable, dtargetTable, dw, dbias);
    }

    @Override
    public void polynomialEnvelope(double cutoff, int exponent, Tensor distance, Tensor y) {
        VectorEnvelope.forward(workers, cutoff, exponent, distance, y);
    }

    @Override
    public void polynomialEnvelopeBackward(double cutoff, int exponent, Tensor dy, Tensor distance, Sink ddistance) {
        VectorEnvelope.backward(workers, cutoff, exponent, dy, distance, ddistance);
    }

    @Override
    public void embedding(Tensor table, Tensor index, Tensor x) {
        VectorEmbedding.forward(workers, table, index, x);
    }

    @Override
    public void embeddingBackward(Tensor dx, Tensor index, Sink dtable) {
        VectorEmbedding.backward(workers, dx, index, dtable);
    }
}
