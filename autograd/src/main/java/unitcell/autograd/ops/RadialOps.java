package unitcell.autograd.ops;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.Sink;

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

    /** Learnable Gaussian basis; mean, std [1, K] or [K], weight and bias of one element, distance [E]: [E, K]. */
    public static Var gaussianRadialBasis(
            Tape tape, double cutoff, Var mean, Var std, Var weight, Var bias, Var distance) {
        RadialKernels kernels = tape.kernels().radial();
        Var[] inputs = {mean, std, weight, bias, distance};
        Tensor[] flat = new Tensor[inputs.length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = inputs[i].value().reshape(inputs[i].value().size());
        }
        Tensor y = tape.empty(flat[4].size(), flat[0].size());
        kernels.gaussianRadialBasis(cutoff, flat[0], flat[1], flat[2], flat[3], flat[4], y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "gaussianRadialBasis",
                y,
                g -> {
                    Sink[] sinks = new Sink[inputs.length];
                    for (int i = 0; i < sinks.length; i++) {
                        sinks[i] = DenseOps.reshaped(g, inputs[i], flat[i].size());
                    }
                    kernels.gaussianRadialBasisBackward(
                            cutoff,
                            result[0].grad(),
                            flat[0],
                            flat[1],
                            flat[2],
                            flat[3],
                            flat[4],
                            sinks[0],
                            sinks[1],
                            sinks[2],
                            sinks[3],
                            sinks[4]);
                },
                inputs);
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
