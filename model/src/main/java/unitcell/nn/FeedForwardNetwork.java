package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SphericalOps;

/**
 * EquiformerV2's feed-forward network on nodes: degree-wise linear map, non-linearity, degree-wise linear map. The
 * non-linearity is one of {@link SphereActivation}, or a small network applied at every point of the S2 grid
 * (use_grid_mlp), beside which l=0 may go through a network of its own.
 */
public final class FeedForwardNetwork {
    private final String name;
    private final int lmax;
    private final int hidden;
    private final SphereActivation activation;
    private final SO3Linear first;
    private final SO3Linear second;
    private final Linear gating;
    private final Linear scalarMlp;
    private final Linear[] gridMlp;

    /**
     * @param activation non-linearity; with a grid network only whether it is separable matters
     * @param useGridMlp a network at every grid point instead of a plain SiLU
     */
    public FeedForwardNetwork(
            ModelBuilder builder,
            String name,
            int lmax,
            int in,
            int hidden,
            int out,
            SphereActivation activation,
            boolean useGridMlp,
            boolean separableScalars) {
        this.name = name;
        this.lmax = lmax;
        this.hidden = hidden;
        this.activation = activation;
        this.first = new SO3Linear(builder, name + ".so3_linear_1", lmax, in, hidden);
        if (useGridMlp) {
            this.scalarMlp = separableScalars ? new Linear(builder, name + ".scalar_mlp.0", in, hidden, true) : null;
            this.gridMlp = new Linear[] {
                new Linear(builder, name + ".grid_mlp.0", hidden, hidden, false),
                new Linear(builder, name + ".grid_mlp.2", hidden, hidden, false),
                new Linear(builder, name + ".grid_mlp.4", hidden, hidden, false)
            };
            this.gating = null;
        } else {
            int scalars = activation.scalars(lmax, hidden);
            this.gating = scalars > 0 ? new Linear(builder, name + ".gating_linear", in, scalars, true) : null;
            this.scalarMlp = null;
            this.gridMlp = null;
        }
        this.second = new SO3Linear(builder, name + ".so3_linear_2", lmax, hidden, out);
    }

    /** x [N, (L+1)^2, in] to [N, (L+1)^2, out]. */
    public Var forward(Tape tape, ParameterStore store, SO3Grid grid, Var x) {
        return tape.local(name, () -> {
            Var h = first.forward(tape, store, x);
            Var active = gridMlp != null ? gridNetwork(tape, store, grid, x, h) : activate(tape, store, grid, x, h);
            return second.forward(tape, store, active);
        });
    }

    private static Var scalars(Tape tape, Var x) {
        long width = x.value().dim(1) * x.value().dim(2);
        return PointwiseOps.columns(tape, x, width, 0, x.value().dim(2));
    }

    private Var gridNetwork(Tape tape, ParameterStore store, SO3Grid grid, Var x, Var h) {
        Var g = DenseOps.leftMultiply(tape, grid.node().toGrid(), false, h);
        g = PointwiseOps.silu(tape, gridMlp[0].forward(tape, store, g));
        g = PointwiseOps.silu(tape, gridMlp[1].forward(tape, store, g));
        g = gridMlp[2].forward(tape, store, g);
        Var y = DenseOps.leftMultiply(tape, grid.node().fromGrid(), true, g);
        if (scalarMlp == null) {
            return y;
        }
        Var s = PointwiseOps.silu(tape, scalarMlp.forward(tape, store, scalars(tape, x)));
        return PointwiseOps.replaceColumns(tape, y, s, y.value().dim(1) * hidden);
    }

    private Var activate(Tape tape, ParameterStore store, SO3Grid grid, Var x, Var h) {
        Var s = gating == null ? null : gating.forward(tape, store, scalars(tape, x));
        return switch (activation) {
            case SEPARABLE_S2, S2 -> SphericalOps.s2Activation(tape, grid.node(), h, s, 0);
            case GATE -> SphericalOps.gateActivation(tape, nodeDegrees(), lmax, h, s, 0);
        };
    }

    private int[] nodeDegrees() {
        int[] degrees = new int[(lmax + 1) * (lmax + 1)];
        for (int l = 0; l <= lmax; l++) {
            java.util.Arrays.fill(degrees, l * l, (l + 1) * (l + 1), l);
        }
        return degrees;
    }
}
