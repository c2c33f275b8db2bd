package unitcell.trainer.gan;

import java.util.List;
import java.util.Optional;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.learn.LossBatch;
import unitcell.trainer.pretrain.PretrainLoss;

/**
 * Spoilt crystals as the generator of a game learns from them: the losses of pre-training and what the discriminator says
 * of the completed crystals. These stay behind for the discriminator to learn from, with the parameters before the
 * update.
 */
final class GeneratorBatch implements LossBatch {
    /** Places among the losses. */
    static final int SPECIES = 1;

    static final int POSITION = 2;
    static final int ADVERSARIAL = 3;
    static final int CALLED_REAL = 4;

    private final Shared shared;
    private final TrainingBatch batch;
    private final int first;

    /**
     * What all parts of a batch have in common.
     *
     * @param weights of the losses of pre-training
     * @param weight of the adversarial loss
     * @param whole what means of pre-training's losses are taken over
     * @param fakes completed crystals of the whole batch, [B], null before they are computed
     * @param graphs their neighbours, [B]
     */
    private record Shared(
            Generator generator,
            Adversary adversary,
            PretrainLoss.Settings weights,
            double weight,
            StepSetting setting,
            PretrainLoss.Whole whole,
            Crystal[] fakes,
            NeighborGraph[] graphs) {}

    /**
     * @param weights of the losses of pre-training
     * @param weight of the adversarial loss
     */
    GeneratorBatch(
            Generator generator,
            Adversary adversary,
            TrainingBatch batch,
            PretrainLoss.Settings weights,
            double weight,
            StepSetting setting) {
        int crystals = batch.graph().crystals();
        this(
                new Shared(
                        generator,
                        adversary,
                        weights,
                        weight,
                        setting,
                        PretrainLoss.Whole.of(batch, weights),
                        new Crystal[crystals],
                        new NeighborGraph[crystals]),
                batch,
                0);
    }

    /** @param first where this part begins in the whole batch */
    private GeneratorBatch(Shared shared, TrainingBatch batch, int first) {
        this.shared = shared;
        this.batch = batch;
        this.first = first;
    }

    @Override
    public GraphBatch graph() {
        return batch.graph();
    }

    @Override
    public LossBatch part(int from, int to) {
        return new GeneratorBatch(shared, batch.part(from, to), first + from);
    }

    @Override
    public List<Var> losses(Tape tape) {
        Generator generator = shared.generator();
        Adversary adversary = shared.adversary();
        Generator.Output output = generator.forward(tape, batch.graph());
        PretrainLoss.Parts parts = PretrainLoss.of(tape, output, batch, shared.weights(), shared.whole());
        Optional<FakeCrystals> completed = FakeCrystals.of(tape, generator, output, batch.graph(), adversary.rule());
        if (completed.isEmpty()) {
            // Losses are not finite either: the step will be refused.
            Var unknown = Var.constant(tape.of(new double[] {Double.NaN}, 1));
            Var total = PointwiseOps.add(tape, parts.total(), unknown);
            return List.of(total, parts.species(), parts.position(), unknown, unknown);
        }
        keep(completed.get());
        Adversary.Verdict verdict = adversary.judge(
                tape,
                completed.get(),
                output.logits(),
                shared.fakes().length,
                shared.setting().ofPart(first));
        Var total = PointwiseOps.axpby(tape, 1, parts.total(), shared.weight(), verdict.loss());
        return List.of(total, parts.species(), parts.position(), verdict.loss(), verdict.calledReal());
    }

    private void keep(FakeCrystals completed) {
        for (int b = 0; b < completed.crystals().size(); b++) {
            shared.fakes()[first + b] = completed.crystals().get(b);
            shared.graphs()[first + b] = completed.graphs().get(b);
        }
    }

    /** The completed crystals of the last computation, all of the batch; empty if some were not finite. */
    Optional<JudgedCrystals> fakes() {
        for (Crystal fake : shared.fakes()) {
            if (fake == null) {
                return Optional.empty();
            }
        }
        return Optional.of(new JudgedCrystals(
                List.of(shared.fakes()), List.of(shared.graphs()), new double[shared.fakes().length]));
    }
}
