package unitcell.net;

import java.util.ArrayList;
import java.util.List;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.RadialOps;
import unitcell.engine.Tensor;
import unitcell.nn.AtomEdgeEmbedding;
import unitcell.nn.AttentionConfig;
import unitcell.nn.EdgeContext;
import unitcell.nn.EdgeDegreeEmbedding;
import unitcell.nn.EdgeRun;
import unitcell.nn.EquivariantGraphAttention;
import unitcell.nn.EquivariantLayerNorm;
import unitcell.nn.FeedForwardNetwork;
import unitcell.nn.Initialiser;
import unitcell.nn.ModelBuilder;
import unitcell.nn.SO3Grid;
import unitcell.nn.SpeciesInput;
import unitcell.nn.TransformerBlock;

/**
 * The EquiformerV2 backbone (Liao et al., arXiv 2306.12059): species embedding plus edge-degree embedding, transformer
 * blocks, final norm. Heads are added beside it with {@link #scalarHead} and {@link #vectorHead}.
 */
public final class EquiformerV2 {
    private final EquiformerV2Config config;
    private final AttentionConfig attention;
    private final EdgeDegreeEmbedding edgeDegree;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final EquivariantLayerNorm norm;

    /** Declares the backbone's parameters, in the order of the reference's state_dict. */
    public EquiformerV2(ModelBuilder builder, EquiformerV2Config config) {
        this.config = config;
        builder.declare(
                "sphere_embedding.weight",
                true,
                new Initialiser.Normal(1),
                config.maxNumElements(),
                config.sphereChannels());
        AtomEdgeEmbedding shared = config.shareAtomEdgeEmbedding()
                ? AtomEdgeEmbedding.shared(builder, config.maxNumElements(), config.edgeChannels())
                : null;
        this.attention = new AttentionConfig(
                config.layout(),
                config.sphereChannels(),
                config.attnHiddenChannels(),
                config.numHeads(),
                config.attnAlphaChannels(),
                config.attnValueChannels(),
                config.basis(),
                config.maxNumElements(),
                config.edgeChannels(),
                config.useAtomEdgeEmbedding() && !config.shareAtomEdgeEmbedding(),
                shared,
                config.useAttnRenorm(),
                config.activation());
        this.edgeDegree = new EdgeDegreeEmbedding(builder, attention);
        for (int i = 0; i < config.numLayers(); i++) {
            blocks.add(new TransformerBlock(
                    builder,
                    "blocks." + i,
                    attention,
                    config.norm(),
                    config.ffnHiddenChannels(),
                    config.useGridMlp(),
                    config.useSepS2Act(),
                    config.regularisation()));
        }
        this.norm = new EquivariantLayerNorm(builder, "norm", config.norm(), config.lmax(), config.sphereChannels());
    }

    public EquiformerV2Config config() {
        return config;
    }

    /** A head that reads scalars: a feed-forward network with {@code out} channels, of which l=0 counts. */
    public FeedForwardNetwork scalarHead(ModelBuilder builder, String name, int out) {
        return new FeedForwardNetwork(
                builder,
                name,
                config.lmax(),
                config.sphereChannels(),
                config.ffnHiddenChannels(),
                out,
                config.activation(),
                config.useGridMlp(),
                config.useSepS2Act());
    }

    /** A head that reads one vector for each node: an attention block with one channel, of which l=1 counts. */
    public EquivariantGraphAttention vectorHead(ModelBuilder builder, String name) {
        return new EquivariantGraphAttention(builder, name, attention, 1, 0);
    }

    /**
     * Adds what this network needs of edges with known frames: the smooth cutoff, where the configuration asks for one,
     * and runs of targets, where memory does not allow attention over all edges at once.
     */
    public EdgeContext prepare(Tape tape, EdgeContext context) {
        EdgeContext prepared = context;
        if (config.envelopeExponent() != 0) {
            prepared = prepared.withEnvelope(RadialOps.polynomialEnvelope(
                    tape,
                    config.maxRadius(),
                    config.envelopeExponent(),
                    context.frames().distance()));
        }
        int edges = context.edges().edges();
        long atOnce = EdgeBudget.edgesAtOnce(config, tape, edges);
        return edges <= atOnce ? prepared : prepared.withRuns(EdgeRun.of(tape, context.edges(), atOnce));
    }

    /**
     * Node features after the final norm, [N, (L+1)^2, C].
     *
     * @param crystal I32 [N]
     * @param averageDegree divides the edge-degree embedding; measured on the training data
     */
    public Var forward(
            Tape tape,
            ParameterStore store,
            SO3Grid grid,
            EdgeContext context,
            Tensor crystal,
            int crystals,
            double averageDegree) {
        Var embedded = tape.local("embedding", () -> {
            SpeciesInput.Rows rows = context.species().read(tape, store.get("sphere_embedding.weight"));
            Var x = RadialOps.embedding(
                    tape, rows.table(), rows.index(), config.layout().coefficients());
            Var degree = tape.observe("edge_degree_embedding", edgeDegree.forward(tape, store, context, averageDegree));
            return PointwiseOps.add(tape, x, degree);
        });
        Var x = tape.observe("x_embedding", embedded);
        for (int i = 0; i < blocks.size(); i++) {
            x = blocks.get(i).forward(tape, store, grid, context, crystal, crystals, x);
            tape.observe("x_after_block" + i, x);
        }
        return tape.observe("x_final_norm", norm.forward(tape, store, x));
    }
}
