package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;

/** A linear layer over the innermost dimension: name.weight [out, in] and optionally name.bias [out]. */
public final class Linear {
    private final String name;
    private final boolean bias;

    /** Declares the layer with the model's own weight initialisation. */
    public Linear(ModelBuilder builder, String name, int in, int out, boolean bias) {
        this(builder, name, in, out, bias, builder.linear(in, 1));
    }

    /** Declares the layer with a given weight initialisation; biases start at 0. */
    public Linear(ModelBuilder builder, String name, int in, int out, boolean bias, Initialiser initialiser) {
        this.name = name;
        this.bias = bias;
        builder.declare(name + ".weight", true, initialiser, out, in);
        if (bias) {
            builder.declare(name + ".bias", false, new Initialiser.Constant(0), out);
        }
    }

    /** x [rows..., in] to [rows..., out]. */
    public Var forward(Tape tape, ParameterStore store, Var x) {
        return DenseOps.linear(tape, x, weight(store), bias(store));
    }

    Var weight(ParameterStore store) {
        return store.get(name + ".weight");
    }

    Var bias(ParameterStore store) {
        return bias ? store.get(name + ".bias") : null;
    }
}
