package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;
import unitcell.autograd.ops.DenseOps.So2Result;
import unitcell.engine.kernel.SphericalLayout;

/**
 * Linear maps that commute with rotations about the edge: fc_m0 on m=0, one complex product for each m &gt; 0
 * (so2_m_conv). Radial weights are applied where features are gathered, see {@link EquivariantGraphAttention}.
 */
public final class SO2Convolution {
    private final String name;
    private final SphericalLayout layout;
    private final int out;

    /**
     * @param in input channels
     * @param out output channels
     * @param extra scalars put out beside the features
     */
    SO2Convolution(ModelBuilder builder, String name, SphericalLayout layout, int in, int out, int extra) {
        this.name = name;
        this.layout = layout;
        this.out = out;
        int lmax = layout.lmax();
        int in0 = (lmax + 1) * in;
        int out0 = (lmax + 1) * out + extra;
        builder.declare(name + ".fc_m0.weight", true, builder.linear(in0, 1), out0, in0);
        builder.declare(name + ".fc_m0.bias", false, new Initialiser.Constant(0), out0);
        for (int m = 1; m <= layout.mmax(); m++) {
            int degrees = lmax - m + 1;
            builder.declare(
                    weightName(m),
                    true,
                    builder.linear(degrees * in, 1 / Math.sqrt(2)),
                    2L * degrees * out,
                    (long) degrees * in);
        }
    }

    private String weightName(int m) {
        return name + ".so2_m_conv." + (m - 1) + ".fc.weight";
    }

    /** x [E, R, in] to features [E, R, out] and extra scalars. */
    So2Result forward(Tape tape, ParameterStore store, Var x) {
        Var[] wm = new Var[layout.mmax()];
        for (int m = 1; m <= wm.length; m++) {
            wm[m - 1] = store.get(weightName(m));
        }
        return DenseOps.so2Linear(
                tape, layout, x, store.get(name + ".fc_m0.weight"), store.get(name + ".fc_m0.bias"), wm, out);
    }
}
