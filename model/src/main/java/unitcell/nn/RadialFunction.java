package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.NormOps;
import unitcell.autograd.ops.RadialOps;
import unitcell.engine.kernel.GaussianBasis;

/**
 * Weights of an edge from its length and species: Linear, LayerNorm, SiLU, Linear, LayerNorm, SiLU, Linear (net.0 to
 * net.6). The input [g(d) | source | target] of the first layer is never formed.
 */
public final class RadialFunction {
    private static final double EPS = 1e-5;

    private final String name;
    private final GaussianBasis basis;
    private final AtomEdgeEmbedding embedding;
    private final Linear first;
    private final Linear second;
    private final Linear last;

    /**
     * @param embedding species tables, or null for distances alone
     * @param embeddingChannels columns of one table
     * @param hidden width of both hidden layers
     * @param out number of weights of an edge
     */
    RadialFunction(
            ModelBuilder builder,
            String name,
            GaussianBasis basis,
            AtomEdgeEmbedding embedding,
            int embeddingChannels,
            int hidden,
            int out) {
        this.name = name;
        this.basis = basis;
        this.embedding = embedding;
        int in = basis.count() + (embedding == null ? 0 : 2 * embeddingChannels);
        first = new Linear(builder, name + ".net.0", in, hidden, true, uniform(in));
        declareNorm(builder, name + ".net.1", hidden);
        second = new Linear(builder, name + ".net.3", hidden, hidden, true, uniform(hidden));
        declareNorm(builder, name + ".net.4", hidden);
        last = new Linear(builder, name + ".net.6", hidden, out, true, uniform(hidden));
    }

    private static Initialiser uniform(int in) {
        return new Initialiser.Uniform(1 / Math.sqrt(in));
    }

    private static void declareNorm(ModelBuilder builder, String name, int width) {
        builder.declare(name + ".weight", false, new Initialiser.Constant(1), width);
        builder.declare(name + ".bias", false, new Initialiser.Constant(0), width);
    }

    /** What the function reads of the species of edges' ends. */
    EdgeSpecies species(Tape tape, ParameterStore store, SpeciesInput input) {
        return embedding == null
                ? EdgeSpecies.none(input)
                : EdgeSpecies.of(tape, input, embedding.source(store), embedding.target(store));
    }

    /** Weights of every edge, [E, out]. */
    Var forward(Tape tape, ParameterStore store, EdgeContext context, EdgeSpecies species) {
        return tape.local(name, () -> {
            Var h = RadialOps.radialInput(
                    tape,
                    basis,
                    context.edges(),
                    context.frames().distance(),
                    species.index(),
                    species.source(),
                    species.target(),
                    first.weight(store),
                    first.bias(store));
            return tail(tape, store, h);
        });
    }

    private Var tail(Tape tape, ParameterStore store, Var h) {
        Var a = normSilu(tape, store, ".net.1", h);
        Var b = normSilu(tape, store, ".net.4", second.forward(tape, store, a));
        return last.forward(tape, store, b);
    }

    private Var normSilu(Tape tape, ParameterStore store, String layer, Var h) {
        return NormOps.layerNormSilu(
                tape, h, store.get(name + layer + ".weight"), store.get(name + layer + ".bias"), EPS);
    }
}
