package unitcell.trainer.gan;

import java.util.Locale;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;

/**
 * What the two networks play for. Both forms read two outputs of a discriminator for each crystal, [B, 2]: column 0
 * speaks for a fake, column 1 for a real crystal.
 */
public enum AdversarialLoss {
    /**
     * The paper's: {@code W(p, y) = mean over crystals of sum_k |softmax(outputs)_k - onehot(y)_k|}, which is twice the
     * probability of being wrong. It vanishes, and its gradient with it, where the discriminator is sure.
     */
    PAPER {
        @Override
        Var of(Tape tape, Var outputs, double[] labels, double weight) {
            double[] target = new double[2 * labels.length];
            for (int b = 0; b < labels.length; b++) {
                target[2 * b] = 1 - labels[b];
                target[2 * b + 1] = labels[b];
            }
            Var shares = PointwiseOps.softmax(tape, outputs);
            return LossOps.absoluteError(tape, weight, shares, tape.of(target, labels.length, 2));
        }
    },
    /**
     * A critic's: the score {@code s = output_1 - output_0} has no bounds; fakes cost their score, real crystals its
     * negative (Arjovsky et al., arXiv 1701.07875). The difference of the mean scores estimates the Wasserstein distance
     * of the two distributions, up to the factor by which the critic's slope is limited.
     */
    CRITIC {
        @Override
        Var of(Tape tape, Var outputs, double[] labels, double weight) {
            double[] slope = new double[2 * labels.length];
            for (int b = 0; b < labels.length; b++) {
                double sign = 1 - 2 * labels[b];
                slope[2 * b] = -sign * weight;
                slope[2 * b + 1] = sign * weight;
            }
            return LossOps.sum(
                    tape, PointwiseOps.multiply(tape, outputs, Var.constant(tape.of(slope, labels.length, 2))));
        }
    };

    /**
     * The cost of being taken for something else than the labels say.
     *
     * @param outputs [B, 2]
     * @param labels 1 for what should look real, 0 for what should look fake, [B]
     * @param weight of each crystal: one over the number of crystals that a mean is taken over
     */
    abstract Var of(Tape tape, Var outputs, double[] labels, double weight);

    /** Weight times the sum of the squared scores; keeps a critic's scores from drifting away together. */
    static Var drift(Tape tape, Var outputs, double weight) {
        Var score = PointwiseOps.axpby(
                tape,
                1,
                PointwiseOps.columns(tape, outputs, 2, 1, 1),
                -1,
                PointwiseOps.columns(tape, outputs, 2, 0, 1));
        return LossOps.squaredError(
                tape, weight, score, tape.zeros(score.value().shape()));
    }

    /** Lower case, for options and files. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT);
    }
}
