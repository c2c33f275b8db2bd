package unitcell.autograd.ops;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.NormKernels;

/** Differentiable {@link NormKernels}. */
public final class NormOps {
    private NormOps() {}

    /** Layer norm over the innermost dimension. x [rows, C]. */
    public static Var layerNorm(Tape tape, Var x, Var gamma, Var beta, double eps) {
        NormKernels kernels = tape.kernels().norm();
        Tensor y = tape.empty(x.value().shape());
        kernels.layerNorm(x.value(), gamma.value(), beta.value(), eps, y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "layerNorm",
                y,
                g -> kernels.layerNormBackward(
                        result[0].grad(), x.value(), gamma.value(), eps, g.of(x), g.of(gamma), g.of(beta)),
                x,
                gamma,
                beta);
        return result[0];
    }

    /** SiLU of a layer norm. x [rows, C]. */
    public static Var layerNormSilu(Tape tape, Var x, Var gamma, Var beta, double eps) {
        NormKernels kernels = tape.kernels().norm();
        Tensor y = tape.empty(x.value().shape());
        kernels.layerNormSilu(x.value(), gamma.value(), beta.value(), eps, y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "layerNormSilu",
                y,
                g -> kernels.layerNormSiluBackward(
                        result[0].grad(),
                        x.value(),
                        gamma.value(),
                        beta.value(),
                        eps,
                        g.of(x),
                        g.of(gamma),
                        g.of(beta)),
                x,
                gamma,
                beta);
        return result[0];
    }

    /** Equivariant normalisation of [N, (L+1)^2, C]; gamma0 and beta [C] or [1, C], gamma [L, C]. */
    public static Var equivariantNorm(
            Tape tape, EquivariantNorm kind, int lmax, double eps, Var x, Var gamma0, Var gamma, Var beta) {
        NormKernels kernels = tape.kernels().norm();
        Tensor y = tape.empty(x.value().shape());
        long channels = x.value().dim(-1);
        Tensor scale0 = gamma0.value().reshape(channels);
        kernels.equivariantNorm(kind, lmax, eps, x.value(), scale0, gamma.value(), beta.value(), y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "equivariantNorm",
                y,
                g -> kernels.equivariantNormBackward(
                        kind,
                        lmax,
                        eps,
                        result[0].grad(),
                        x.value(),
                        scale0,
                        gamma.value(),
                        g.of(x),
                        DenseOps.reshaped(g, gamma0, channels),
                        g.of(gamma),
                        g.of(beta)),
                x,
                gamma0,
                gamma,
                beta);
        return result[0];
    }
}
