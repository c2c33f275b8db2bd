package unitcell.trainer.pretrain;

import java.util.List;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.learn.LossBatch;

/**
 * Spoilt crystals, the generator that sees them and what it should say. Losses: total, species, position, as in {@link
 * PretrainLoss.Parts}.
 *
 * @param whole what means are taken over
 */
record PretrainBatch(Generator generator, TrainingBatch batch, PretrainLoss.Settings settings, PretrainLoss.Whole whole)
        implements LossBatch {
    /** Place of the species' likelihood among the losses. */
    static final int SPECIES = 1;

    /** Place of the positions' error among the losses. */
    static final int POSITION = 2;

    static PretrainBatch of(Generator generator, TrainingBatch batch, PretrainLoss.Settings settings) {
        return new PretrainBatch(generator, batch, settings, PretrainLoss.Whole.of(batch, settings));
    }

    @Override
    public GraphBatch graph() {
        return batch.graph();
    }

    @Override
    public PretrainBatch part(int from, int to) {
        return new PretrainBatch(generator, batch.part(from, to), settings, whole);
    }

    @Override
    public List<Var> losses(Tape tape) {
        PretrainLoss.Parts parts =
                PretrainLoss.of(tape, generator.forward(tape, batch.graph()), batch, settings, whole);
        return List.of(parts.total(), parts.species(), parts.position());
    }
}
