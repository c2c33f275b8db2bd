package unitcell.trainer.pretrain;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SegmentOps;
import unitcell.engine.Tensor;
import unitcell.net.Generator;
import unitcell.trainer.data.TrainingBatch;

/**
 * The pre-training loss of Liu et al. (arXiv 2312.14485): negative log-likelihood of the true species, averaged over all
 * atoms, plus {@code positionWeight} times the mean squared error of the fractional noise.
 *
 * <p>The network's displacement is Cartesian; it is turned into fractions of the lattice vectors before it is compared,
 * so that the task turns with the crystal. {@link Settings#rawDisplacement} compares it as it is, as the published code
 * does.
 */
public final class PretrainLoss {
    /**
     * Weights of the parts.
     *
     * @param positionWeight lambda_X; 200 in the paper
     * @param maskedWeight weight of a hidden atom's likelihood relative to a visible one's; 1 in the paper
     * @param rawDisplacement compare the Cartesian displacement itself with the fractional noise
     */
    public record Settings(double positionWeight, double maskedWeight, boolean rawDisplacement) {
        public Settings {
            if (!(positionWeight >= 0) || !(maskedWeight >= 0)) {
                throw new IllegalArgumentException("loss weights must be 0 or more, got position weight "
                        + positionWeight + " and masked weight " + maskedWeight);
            }
        }
    }

    /**
     * Parts of the loss, each a scalar.
     *
     * @param total what is minimised
     * @param species mean negative log-likelihood
     * @param position mean squared error of fractional noise times its weight
     */
    public record Parts(Var total, Var species, Var position) {}

    private PretrainLoss() {}

    /**
     * What the means of a batch are taken over. Parts of a batch that take them over the whole batch have losses and
     * gradients that sum to the whole batch's.
     *
     * @param atoms number of atoms
     * @param weight sum of their weights in the likelihood
     */
    public record Whole(int atoms, double weight) {
        /** Of all of a batch. */
        public static Whole of(TrainingBatch batch, Settings settings) {
            double sum = 0;
            for (boolean masked : batch.masked()) {
                sum += masked ? settings.maskedWeight() : 1;
            }
            return new Whole(batch.graph().nodes(), sum);
        }
    }

    /** Losses of a whole batch. */
    public static Parts of(Tape tape, Generator.Output output, TrainingBatch batch, Settings settings) {
        return of(tape, output, batch, settings, Whole.of(batch, settings));
    }

    /** As {@link #of(Tape, Generator.Output, TrainingBatch, Settings)}, for a part of a batch. */
    public static Parts of(Tape tape, Generator.Output output, TrainingBatch batch, Settings settings, Whole whole) {
        int n = batch.graph().nodes();
        Tensor target = tape.of(batch.target(), n);
        Tensor weight = tape.of(atomWeights(batch.masked(), settings.maskedWeight(), whole.weight()), n);
        Var species = LossOps.crossEntropy(tape, output.logits(), target, weight);
        Var moved = output.displacement();
        if (!settings.rawDisplacement()) {
            Tensor inverse = tape.of(batch.inverseCell(), batch.graph().crystals(), 3, 3);
            moved = SegmentOps.crystalMatrix(tape, moved, inverse, batch.graph().crystalTensor(tape));
        }
        Tensor noise = tape.of(batch.fractionalNoise(), n, 3);
        Var position = LossOps.squaredError(tape, settings.positionWeight() / (3.0 * whole.atoms()), moved, noise);
        return new Parts(PointwiseOps.add(tape, species, position), species, position);
    }

    /** Weights that sum to 1 over the whole batch; hidden atoms count {@code maskedWeight} times as much as visible ones. */
    private static double[] atomWeights(boolean[] masked, double maskedWeight, double sum) {
        double[] weights = new double[masked.length];
        for (int i = 0; sum > 0 && i < weights.length; i++) {
            weights[i] = (masked[i] ? maskedWeight : 1) / sum;
        }
        return weights;
    }
}
