package unitcell.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import unitcell.autograd.DropoutStreams.Rows;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Recomputation;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps.So2Result;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SegmentOps;
import unitcell.autograd.ops.SphericalOps;
import unitcell.autograd.ops.SphericalOps.EdgeFrames;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.SphericalLayout;

/**
 * EquiformerV2's SO(2) equivariant graph attention: both ends of an edge are rotated into its frame, an SO(2) convolution
 * with radial weights gives messages and attention features, an activation and a second convolution give values; values
 * weighted by attention are rotated back, summed at the target and projected.
 */
public final class EquivariantGraphAttention {
    private static final double EPS = 1e-5;

    private final String name;
    private final AttentionConfig config;
    private final RadialFunction radial;
    private final SO2Convolution first;
    private final SO2Convolution second;
    private final SO3Linear projection;
    private final double dropout;

    /**
     * @param out output channels
     * @param dropout probability of dropping an attention weight while training
     */
    public EquivariantGraphAttention(
            ModelBuilder builder, String name, AttentionConfig config, int out, double dropout) {
        this.name = name;
        this.config = config;
        this.dropout = dropout;
        SphericalLayout layout = config.layout();
        int messageChannels = 2 * config.channels();
        int valueChannels = config.heads() * config.value();
        double bound = 1 / Math.sqrt(config.alpha());
        builder.declare(name + ".alpha_dot", true, new Initialiser.Uniform(bound), config.heads(), config.alpha());
        AtomEdgeEmbedding embedding = config.embedding(builder, name + ".");
        String radialName = layout.radialPerDegree() ? name + ".rad_func" : name + ".so2_conv_1.rad_func";
        this.radial = config.radialFunction(builder, radialName, embedding, layout.radialSlots() * messageChannels);
        int extra = config.heads() * config.alpha() + config.activation().scalars(layout.lmax(), config.hidden());
        this.first = new SO2Convolution(builder, name + ".so2_conv_1", layout, messageChannels, config.hidden(), extra);
        if (config.renormalise()) {
            builder.declare(name + ".alpha_norm.weight", false, new Initialiser.Constant(1), config.alpha());
            builder.declare(name + ".alpha_norm.bias", false, new Initialiser.Constant(0), config.alpha());
        }
        this.second = new SO2Convolution(builder, name + ".so2_conv_2", layout, config.hidden(), valueChannels, 0);
        this.projection = new SO3Linear(builder, name + ".proj", layout.lmax(), valueChannels, out);
    }

    /** x [N, (L+1)^2, C] to [N, (L+1)^2, out]. */
    public Var forward(Tape tape, ParameterStore store, SO3Grid grid, EdgeContext context, Var x) {
        return tape.local(name, () -> {
            Var kept = PointwiseOps.dropoutFactors(
                    tape, dropout, Rows.EDGES, context.edges().edges(), config.heads());
            EdgeSpecies species = radial.species(tape, store, context.species());
            Var sum = context.runs().isEmpty()
                    ? messages(tape, store, grid, context, context.edges(), species, kept, x)
                    : inRuns(tape, store, grid, context, species, kept, x);
            return projection.forward(tape, store, sum);
        });
    }

    /** Attention over one run of targets after the other, of which nothing is kept for the backward pass. */
    private Var inRuns(
            Tape tape, ParameterStore store, SO3Grid grid, EdgeContext context, EdgeSpecies species, Var kept, Var x) {
        // Tables are parameters, whose gradients pieces add to by themselves; rows made from them flow through the
        // tape.
        boolean made = context.species() instanceof SpeciesInput.Soft;
        List<Recomputation.Piece> pieces = new ArrayList<>();
        for (EdgeRun run : context.runs()) {
            pieces.add(new RunOfTargets(run, (inner, in) -> {
                int from = run.fromEdge();
                int to = run.toEdge();
                EdgeFrames frames =
                        new EdgeFrames(Recomputation.rows(in[1], from, to), Recomputation.rows(in[2], from, to));
                Var envelope = Recomputation.rows(in[3], from, to);
                EdgeContext part = new EdgeContext(run.among(), frames, context.species(), envelope, List.of());
                Var factors = Recomputation.rows(in[4], from, to);
                EdgeSpecies read = made ? new EdgeSpecies(species.index(), in[5], in[6]) : species;
                return messages(inner, store, grid, part, run.targets(), read, factors, in[0]);
            }));
        }
        long[] shape = {context.edges().nodes(), config.layout().coefficients(), (long) config.heads() * config.value()
        };
        EdgeFrames frames = context.frames();
        boolean trained = store.requiresGrad(name + ".") || tape.tracks(species.source(), species.target());
        return Recomputation.run(
                tape,
                "attentionRuns",
                shape,
                pieces,
                trained,
                x,
                frames.distance(),
                frames.wigner(),
                context.envelope(),
                kept,
                made ? species.source() : null,
                made ? species.target() : null);
    }

    /** The part of the result that a run of targets gives. */
    private record RunOfTargets(EdgeRun run, BiFunction<Tape, Var[], Var> body) implements Recomputation.Piece {
        @Override
        public long fromRow() {
            return run.fromNode();
        }

        @Override
        public long toRow() {
            return run.toNode();
        }

        @Override
        public Var compute(Tape tape, Var[] inputs) {
            return body.apply(tape, inputs);
        }
    }

    /**
     * Messages summed at their targets.
     *
     * @param targets the edges of the context as operations on targets see them
     * @param species what the radial function reads of species
     * @param kept factors of attention dropout, or null
     */
    private Var messages(
            Tape tape,
            ParameterStore store,
            SO3Grid grid,
            EdgeContext context,
            EdgeIndex targets,
            EdgeSpecies species,
            Var kept,
            Var x) {
        SphericalLayout layout = config.layout();
        Var wigner = context.frames().wigner();
        Var weights = observe(tape, "radial_out", radial.forward(tape, store, context, species));
        Var rotated = SphericalOps.gatherRotate(tape, layout, context.edges(), x, wigner, weights);
        So2Result hidden = first.forward(tape, store, rotated);
        observe(tape, "conv1_out", hidden.features());
        observe(tape, "conv1_extra", hidden.extra());
        Var attention = attention(tape, store, context, targets, kept, hidden.extra());
        Var active = observe(tape, "act_out", activation(tape, grid, hidden));
        Var value =
                observe(tape, "conv2_out", second.forward(tape, store, active).features());
        if (context.envelope() != null) {
            value = PointwiseOps.scaleRows(tape, value, context.envelope());
        }
        return SphericalOps.rotateSegmentSum(tape, layout, targets, 1, value, attention, wigner);
    }

    private Var observe(Tape tape, String what, Var v) {
        return tape.observe(name + "." + what, v);
    }

    private Var attention(
            Tape tape, ParameterStore store, EdgeContext context, EdgeIndex targets, Var kept, Var features) {
        Var gamma = config.renormalise() ? store.get(name + ".alpha_norm.weight") : null;
        Var beta = config.renormalise() ? store.get(name + ".alpha_norm.bias") : null;
        Var logits = SegmentOps.attentionLogits(tape, features, gamma, beta, EPS, store.get(name + ".alpha_dot"));
        observe(tape, "attn_logits", logits);
        Var weights = SegmentOps.segmentSoftmax(tape, targets, logits, context.envelope());
        observe(tape, "attn_weights", weights);
        return kept == null ? weights : PointwiseOps.multiply(tape, weights, kept);
    }

    private Var activation(Tape tape, SO3Grid grid, So2Result hidden) {
        int gating = config.heads() * config.alpha();
        return switch (config.activation()) {
            case SEPARABLE_S2 ->
                SphericalOps.s2Activation(tape, grid.edge(), hidden.features(), hidden.extra(), gating);
            case S2 -> SphericalOps.s2Activation(tape, grid.edge(), hidden.features(), null, 0);
            case GATE ->
                SphericalOps.gateActivation(
                        tape,
                        config.layout().degrees(),
                        config.layout().lmax(),
                        hidden.features(),
                        hidden.extra(),
                        gating);
        };
    }
}
