package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EquivariantNorm;

/** One block (TransBlockV2): x += attention(norm(x)); x += feed-forward(norm(x)), with stochastic depth and dropout. */
public final class TransformerBlock {
    private final String name;
    private final EquivariantLayerNorm norm1;
    private final EquivariantGraphAttention attention;
    private final EquivariantLayerNorm norm2;
    private final FeedForwardNetwork feedForward;
    private final Regularisation regularisation;

    /**
     * @param alphaDrop probability of dropping an attention weight
     * @param dropPath probability of dropping a whole branch, drawn for each crystal
     * @param projDrop probability of dropping a channel of a node, all its coefficients together
     */
    public record Regularisation(double alphaDrop, double dropPath, double projDrop) {}

    public TransformerBlock(
            ModelBuilder builder,
            String name,
            AttentionConfig config,
            EquivariantNorm norm,
            int ffnHidden,
            boolean useGridMlp,
            boolean separableScalars,
            Regularisation regularisation) {
        this.name = name;
        this.regularisation = regularisation;
        int lmax = config.layout().lmax();
        int c = config.channels();
        this.norm1 = new EquivariantLayerNorm(builder, name + ".norm_1", norm, lmax, c);
        this.attention = new EquivariantGraphAttention(builder, name + ".ga", config, c, regularisation.alphaDrop());
        this.norm2 = new EquivariantLayerNorm(builder, name + ".norm_2", norm, lmax, c);
        this.feedForward = new FeedForwardNetwork(
                builder, name + ".ffn", lmax, c, ffnHidden, c, config.activation(), useGridMlp, separableScalars);
    }

    /** x [N, (L+1)^2, C], same shape out; crystal I32 [N]. */
    public Var forward(
            Tape tape, ParameterStore store, SO3Grid grid, EdgeContext context, Tensor crystal, int crystals, Var x) {
        return tape.local(name, () -> {
            Var a = observe(tape, "norm1_out", norm1.forward(tape, store, x));
            a = observe(tape, "attn_out", attention.forward(tape, store, grid, context, a));
            Var y = PointwiseOps.add(tape, x, regularise(tape, a, crystal, crystals));
            Var f = observe(tape, "norm2_out", norm2.forward(tape, store, y));
            f = observe(tape, "ffn_out", feedForward.forward(tape, store, grid, f));
            return PointwiseOps.add(tape, y, regularise(tape, f, crystal, crystals));
        });
    }

    private Var observe(Tape tape, String what, Var v) {
        return tape.observe(name + "." + what, v);
    }

    private Var regularise(Tape tape, Var branch, Tensor crystal, int crystals) {
        Var y = PointwiseOps.dropPath(tape, regularisation.dropPath(), branch, crystal, crystals);
        return PointwiseOps.equivariantDropout(tape, regularisation.projDrop(), y);
    }
}
