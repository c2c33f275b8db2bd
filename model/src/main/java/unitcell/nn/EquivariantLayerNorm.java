package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.NormOps;
import unitcell.engine.kernel.EquivariantNorm;

/** EquiformerV2's normalisations with its parameter names, which differ by kind. */
public final class EquivariantLayerNorm {
    private static final double EPS = 1e-5;

    private final String name;
    private final EquivariantNorm kind;
    private final int lmax;

    public EquivariantLayerNorm(ModelBuilder builder, String name, EquivariantNorm kind, int lmax, int channels) {
        this.name = name;
        this.kind = kind;
        this.lmax = lmax;
        Initialiser one = new Initialiser.Constant(1);
        Initialiser zero = new Initialiser.Constant(0);
        if (kind == EquivariantNorm.LAYER_NORM_SH) {
            builder.declare(name + ".norm_l0.weight", false, one, channels);
            builder.declare(name + ".norm_l0.bias", false, zero, channels);
            if (lmax > 0) {
                builder.declare(name + ".affine_weight", false, one, lmax, channels);
            }
        } else {
            builder.declare(name + ".affine_weight", false, one, lmax + 1, channels);
            builder.declare(name + ".affine_bias", false, zero, channels);
        }
    }

    /** x [N, (L+1)^2, C], same shape out. */
    public Var forward(Tape tape, ParameterStore store, Var x) {
        if (kind == EquivariantNorm.LAYER_NORM_SH) {
            Var scale0 = store.get(name + ".norm_l0.weight");
            Var scales = lmax > 0 ? store.get(name + ".affine_weight") : store.rows(name + ".norm_l0.weight", 0, 0);
            Var shift = store.get(name + ".norm_l0.bias");
            return NormOps.equivariantNorm(tape, kind, lmax, EPS, x, scale0, scales, shift);
        }
        Var scale0 = store.rows(name + ".affine_weight", 0, 1);
        Var scales = store.rows(name + ".affine_weight", 1, lmax + 1);
        return NormOps.equivariantNorm(tape, kind, lmax, EPS, x, scale0, scales, store.get(name + ".affine_bias"));
    }
}
