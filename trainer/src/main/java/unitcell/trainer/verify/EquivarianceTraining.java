package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.optim.AdamW;
import unitcell.crystal.Crystal;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.net.Generator;
import unitcell.net.GraphBatches;
import unitcell.trainer.data.BatchBuilder;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.TrainingBatch;

/** Trains a network a little on a few crystals: masked species and noise, as pre-training does, in float64. */
final class EquivarianceTraining {
    private static final double RATE = 1e-2;

    private EquivarianceTraining() {}

    static void train(Device device, Generator generator, List<Crystal> crystals, int steps, long seed) {
        AdamW adam = new AdamW(generator.store(), AdamW.Settings.ADAM);
        for (int step = 0; step < steps; step++) {
            List<Corruption.Corrupted> spoilt = new ArrayList<>();
            for (Crystal crystal : crystals) {
                spoilt.add(Corruption.standard().apply(crystal, seed, step, 0));
            }
            TrainingBatch batch = BatchBuilder.of(spoilt, GraphBatches.rule(generator.config()));
            generator.store().zeroGradients();
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.TRAIN)) {
                tape.backward(loss(tape, generator.forward(tape, batch.graph()), batch));
            }
            adam.step(RATE, 1);
        }
    }

    private static Var loss(Tape tape, Generator.Output output, TrainingBatch batch) {
        int n = batch.graph().nodes();
        double[] weight = new double[n];
        Arrays.fill(weight, 1.0 / n);
        Var species = LossOps.crossEntropy(tape, output.logits(), tape.of(batch.target(), n), tape.of(weight, n));
        Var moved = LossOps.squaredError(tape, 1.0 / n, output.displacement(), tape.of(batch.noise(), n, 3));
        return PointwiseOps.add(tape, species, moved);
    }
}
