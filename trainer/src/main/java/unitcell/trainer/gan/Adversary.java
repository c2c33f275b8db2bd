package unitcell.trainer.gan;

import java.util.Arrays;
import java.util.function.Supplier;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.Tensor;
import unitcell.net.Geometry;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.PropertyNetwork;
import unitcell.net.SoftSpecies;
import unitcell.nn.EdgeContext;
import unitcell.nn.SpeciesInput;

/**
 * The discriminator as the generator meets it: its parameters are held fixed, except where it learns itself, and what it
 * says of completed crystals is differentiated with respect to their species and positions.
 *
 * <p>The discriminator runs on a tape of its own, which ends before the generator's backward pass begins: it may have
 * dropout off where the generator's is on, and its intermediate values are gone by then. What crosses over are two
 * gradients, of the size of the species probabilities and of the positions.
 */
final class Adversary {
    private final PropertyNetwork discriminator;
    private final AdversarialOptions options;

    Adversary(PropertyNetwork discriminator, AdversarialOptions options) {
        this.discriminator = discriminator;
        this.options = options;
        discriminator.store().setTrainable(name -> false);
    }

    /** Which atoms are neighbours to the discriminator. */
    NeighborRule rule() {
        return GraphBatches.rule(discriminator.metadata().config());
    }

    /** Lets the discriminator's parameters learn while {@code body} runs. */
    <T> T learning(Supplier<T> body) {
        discriminator.store().setTrainable(name -> true);
        try {
            return body.get();
        } finally {
            discriminator.store().setTrainable(name -> false);
        }
    }

    /**
     * What the discriminator said of some fakes, as scalars on the generator's tape.
     *
     * @param loss the generator's part of the game: sum over these crystals, divided by the crystals of the whole batch
     * @param calledReal crystals taken for real, divided by the crystals of the whole batch
     */
    record Verdict(Var loss, Var calledReal) {}

    /**
     * Judges fakes.
     *
     * @param tape the generator's
     * @param logits of the generator, [N, 118]
     * @param whole crystals of the whole batch, of which these may be a part
     * @param setting of the step, or of the part of its batch that these are
     */
    Verdict judge(Tape tape, FakeCrystals fakes, Var logits, int whole, StepSetting setting) {
        boolean taught = options.enabled() && tape.mode() != Tape.Mode.INFERENCE;
        Var species = species(tape, taught ? logits : logits.detach(), setting);
        Tape.Mode mode = !taught ? Tape.Mode.INFERENCE : options.dropout() ? tape.mode() : Tape.Mode.EVALUATE;
        GraphBatch graph = fakes.batch();
        try (Tape own = new Tape(tape.device(), tape.dtype(), mode, setting.teaching(), setting.detectAnomaly())) {
            Var shares = taught ? Var.input(species.value()) : species.detach();
            Var position = taught
                    ? Var.input(fakes.position().value())
                    : fakes.position().detach();
            Var outputs = outputs(own, graph, shares, position);
            double[] real = new double[graph.crystals()];
            Arrays.fill(real, 1);
            Var loss = options.loss().of(own, outputs, real, 1.0 / whole);
            Var calledReal = constant(tape, (double) Scores.of(outputs).calledReal() / whole);
            Var value = constant(tape, loss.value().item());
            if (!taught) {
                return new Verdict(value, calledReal);
            }
            own.backward(loss);
            Var pull = along(tape, species, shares.grad());
            if (position.grad() != null) { // crystals without a single edge have none
                pull = PointwiseOps.add(tape, pull, along(tape, fakes.position(), position.grad()));
            }
            return new Verdict(valued(tape, pull, value), calledReal);
        }
    }

    private static Var constant(Tape tape, double value) {
        return Var.constant(tape.of(new double[] {value}, 1));
    }

    /** The gradient of one scalar with the value of another. */
    private static Var valued(Tape tape, Var pull, Var value) {
        double difference = value.value().item() - pull.value().item();
        return PointwiseOps.add(tape, pull, constant(tape, difference));
    }

    private Var outputs(Tape own, GraphBatch graph, Var shares, Var position) {
        Var cell = Var.constant(own.of(graph.cell(), graph.crystals(), 3, 3));
        int lmax = discriminator.metadata().config().lmax();
        EdgeContext context = Geometry.from(own, lmax, graph, position, cell, options.flow());
        EdgeContext judged = context.withSpecies(SpeciesInput.soft(own, shares));
        return own.named("discriminator", () -> discriminator.forward(own, judged, graph));
    }

    private Var species(Tape tape, Var logits, StepSetting setting) {
        return switch (options.species()) {
            case SOFT -> SoftSpecies.softmax(tape, logits);
            case STRAIGHT_THROUGH -> SoftSpecies.straightThrough(tape, logits);
            case GUMBEL -> SoftSpecies.gumbel(tape, logits, options.temperature(), setting.seed(), setting.step());
        };
    }

    /** The sum of x times a constant, whose gradient is that constant. */
    private static Var along(Tape tape, Var x, Tensor gradient) {
        Tensor kept = tape.empty(x.value().shape()).copyFrom(gradient);
        return LossOps.sum(tape, PointwiseOps.multiply(tape, x, Var.constant(kept)));
    }
}
