package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;

/** One linear map for each degree, shared over m: name.weight [L+1, out, in], name.bias [out] on l=0 (SO3_LinearV2). */
public final class SO3Linear {
    private final String name;

    public SO3Linear(ModelBuilder builder, String name, int lmax, int in, int out) {
        this.name = name;
        builder.declare(name + ".weight", true, builder.linear(in, 1), lmax + 1, out, in);
        builder.declare(name + ".bias", false, new Initialiser.Constant(0), out);
    }

    /** x [N, (L+1)^2, in] to [N, (L+1)^2, out]. */
    public Var forward(Tape tape, ParameterStore store, Var x) {
        return DenseOps.so3Linear(tape, x, store.get(name + ".weight"), store.get(name + ".bias"));
    }
}
