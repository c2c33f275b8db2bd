package unitcell.trainer.pretrain;

import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.Device;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelMetadata;
import unitcell.trainer.data.BatchBuilder;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.learn.OptimiserOptions;

/** One step of pre-training with a fresh network and the usual options, of which nothing is kept: for watching what it does. */
public final class SingleStep {
    private SingleStep() {}

    /**
     * Spoils the crystals, computes losses and gradients, and updates parameters and their average.
     *
     * @param seed of the network, of what is spoilt and of dropout
     */
    public static void run(
            Device device, EquiformerV2Config config, List<Crystal> crystals, NeighborRule rule, long seed) {
        Corruption corruption = Corruption.standard();
        TrainingBatch batch = BatchBuilder.of(
                crystals.stream().map(c -> corruption.apply(c, seed, 0, 0)).toList(), rule);
        double degree =
                Math.max(1, (double) batch.graph().edges() / batch.graph().nodes());
        double nodes = (double) batch.graph().nodes() / crystals.size();
        ModelMetadata metadata = new ModelMetadata(config, degree, nodes, ModelMetadata.Displacement.CARTESIAN);
        OptimiserOptions optimiser = new OptimiserOptions(1e-3, 1e-3, 0, 1, 10, 0.999, 1);
        PretrainLoss.Settings loss = new PretrainLoss.Settings(200, 1, false);
        try (Trainee trainee = new Trainee(device, metadata, optimiser, loss, seed, line -> {})) {
            trainee.step(batch, seed, 0, 1, false);
        }
    }
}
