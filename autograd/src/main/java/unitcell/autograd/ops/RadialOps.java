package unitcell.autograd.ops;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.RadialKernels;

/** Differentiable {@link RadialKernels}. */
public final class RadialOps {
    private RadialOps() {}

    /** Gaussian features of distances: [E] to [E, K]. */
    public static Var gaussianSmearing(Tape tape, GaussianBasis basis, Var distance) {
        RadialKernels kernels = tape.kernels().radial();
        Tensor y = tape.empty(distance.value().size(), basis.count());
        kernels.gaussianSmearing(basis, distance.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "gaussianSmearing",
                y,
                g -> kernels.gaussianSmearingBackward(basis, result[0].grad(), distance.value(), g.of(distance)),
                distance);
        return result[0];
    }

    /** First layer of a radial function; see {@link RadialKernels#radialInput}. Tables may be null together. */
    public static Var radialInput(
            Tape tape,
            GaussianBasis basis,
            EdgeIndex edges,
            Var distance,
            Tensor species,
            Var sourceTable,
            Var targetTable,
            Var w,
            Var bias) {
        RadialKernels kernels = tape.kernels().radial();
        Tensor source = DenseOps.valueOf(sourceTable);
        Tensor target = DenseOps.valueOf(targetTable);
        Tensor y = tape.empty(edges.edges(), w.value().dim(0));
        kernels.radialInput(basis, edges, distance.value(), species, source, target, w.value(), bias.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "radialInput",
                y,
                g -> kernels.radialInputBackward(
                        basis,
                        edges,
                        result[0].grad(),
                        distance.value(),
                        species,
                        source,
                        target,
                        w.value(),
                        g.of(distance),
                        g.of(sourceTable),
                        g.of(targetTable),
                        g.of(w),
                        g.of(bias)),
                distance,
                sourceTable,
                targetTable,
                w,
                bias);
        return result[0];
    }

    /** Smooth cutoff function of distances, [E]. */
    public static Var polynomialEnvelope(Tape tape, double cutoff, int exponent, Var distance) {
        RadialKernels kernels = tape.kernels().radial();
        Tensor y = tape.empty(distance.value().shape());
        kernels.polynomialEnvelope(cutoff, exponent, distance.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "polynomialEnvelope",
                y,
                g -> kernels.polynomialEnvelopeBackward(
                        cutoff, exponent, result[0].grad(), distance.value(), g.of(distance)),
                distance);
        return result[0];
    }

    /** Rows of a table as l=0 features of [N, coefficients, C]. */
    public static Var embedding(Tape tape, Var table, Tensor index, int coefficients) {
        RadialKernels kernels = tape.kernels().radial();
        Tensor x = tape.empty(index.size(), coefficients, table.value().dim(1));
        kernels.embedding(table.value(), index, x);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "embedding", x, g -> kernels.embeddingBackward(result[0].grad(), index, g.of(table)), table);
        return result[0];
    }
}
