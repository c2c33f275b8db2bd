package unitcell.trainer.learn;

import java.util.List;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.net.GraphBatch;

/**
 * What one optimiser step learns from: some crystals, the network that sees them, and what is minimised. Losses depend on
 * the crystals and the network's parameters alone, so that they may be computed again, whole or in parts.
 */
public interface LossBatch {
    /** The crystals; their edges and atoms say how much memory the losses need. */
    GraphBatch graph();

    /**
     * Some consecutive crystals, whose losses take their means over the whole batch: losses and gradients of all parts add
     * up to the whole's.
     *
     * @param from first crystal
     * @param to the crystal after the last
     */
    LossBatch part(int from, int to);

    /** Scalars [1]: what is minimised first, then whatever else is worth telling. */
    List<Var> losses(Tape tape);
}
