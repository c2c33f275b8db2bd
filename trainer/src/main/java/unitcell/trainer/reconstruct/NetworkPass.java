package unitcell.trainer.reconstruct;

import java.util.List;
import unitcell.autograd.Tape;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.engine.DType;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.SpeciesRanking;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption;

/**
 * What the network says of a batch of crystals: probabilities of species, and displacements.
 *
 * <p>Memory convention: copies on the heap; nothing of the device is kept.
 */
final class NetworkPass {
    private final TrainedModel model;
    private final List<Crystal> crystals;
    private final int[] start; // [B + 1] first site of each crystal
    private final float[] logits; // [N, classes]
    private final double[] displacement; // [N, 3] Cartesian

    /**
     * @param crystals as the network shall see them, hidden sites with species 0
     * @param graphs one for each
     */
    NetworkPass(TrainedModel model, List<Crystal> crystals, List<NeighborGraph> graphs) {
        this.model = model;
        this.crystals = crystals;
        GraphBatch batch = GraphBatches.of(crystals, graphs);
        this.start = batch.crystalStart();
        try (Tape tape = new Tape(model.device(), DType.F32, Tape.Mode.INFERENCE)) {
            Generator.Output output = model.generator().forward(tape, batch);
            this.logits = output.logits().value().toFloats();
            this.displacement = model.generator().cartesian(output, batch);
        }
    }

    /** What it says about the species of a site. */
    SpeciesRanking ranking(int crystal, int site) {
        SpeciesRanking ranking = new SpeciesRanking(logits, start[crystal] + site, Generator.CLASSES);
        requireFinite(ranking.probability(1), crystal);
        return ranking;
    }

    /** A crystal without the displacements that the network sees, wrapped into the cell. */
    Crystal restored(int crystal) {
        double[] back = new double[3 * crystals.get(crystal).size()];
        for (int i = 0; i < back.length; i++) {
            back[i] = -displacement[3 * start[crystal] + i];
            requireFinite(back[i], crystal);
        }
        return Corruption.displaced(crystals.get(crystal), back);
    }

    private void requireFinite(double value, int crystal) {
        if (!Double.isFinite(value)) {
            throw TrainerException.nonFinite("the network says " + value + " about crystal '"
                    + crystals.get(crystal).id() + "': the weights in " + model.checkpoint()
                    + " are of no use; take an earlier checkpoint");
        }
    }
}
