package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Var;

/**
 * Tables that describe the species at both ends of an edge: source_embedding.weight and target_embedding.weight, each
 * [species, channels]. A block has its own pair, or all share the model's.
 */
public final class AtomEdgeEmbedding {
    private static final double INITIAL_BOUND = 1e-3;

    private final String prefix;

    /**
     * @param prefix path with trailing dot, empty for the model's own pair
     * @param initialiser uniform +-0.001 inside blocks, standard normal for the shared pair, as the reference has it
     */
    private AtomEdgeEmbedding(ModelBuilder builder, String prefix, int species, int channels, Initialiser initialiser) {
        this.prefix = prefix;
        builder.declare(prefix + "source_embedding.weight", true, initialiser, species, channels);
        builder.declare(prefix + "target_embedding.weight", true, initialiser, species, channels);
    }

    /** The pair of one block. */
    static AtomEdgeEmbedding ofBlock(ModelBuilder builder, String prefix, int species, int channels) {
        return new AtomEdgeEmbedding(builder, prefix, species, channels, new Initialiser.Uniform(INITIAL_BOUND));
    }

    /** The pair that all blocks share. */
    public static AtomEdgeEmbedding shared(ModelBuilder builder, int species, int channels) {
        return new AtomEdgeEmbedding(builder, "", species, channels, new Initialiser.Normal(1));
    }

    Var source(ParameterStore store) {
        return store.get(prefix + "source_embedding.weight");
    }

    Var target(ParameterStore store) {
        return store.get(prefix + "target_embedding.weight");
    }
}
