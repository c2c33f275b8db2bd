package unitcell.trainer.gan;

import java.nio.file.Path;
import java.util.Locale;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.InstanceNoise;
import unitcell.trainer.learn.OptimiserOptions;

/**
 * The discriminator: where it comes from and how it learns.
 *
 * @param start its first parameters
 * @param optimiser how they are updated
 * @param beta1 decay of Adam's first moment; 0.5 in the paper
 * @param beta2 decay of Adam's second moment
 * @param every it learns at every so many steps of the generator, the first included; 10 in the paper
 * @param lipschitz what keeps its slope from growing
 * @param limit largest singular value of a weight matrix, or largest magnitude of a weight
 * @param drift weight of the mean squared score, for a critic; 0 for none
 * @param noise added to the positions of real crystals
 */
public record DiscriminatorOptions(
        Start start,
        OptimiserOptions optimiser,
        double beta1,
        double beta2,
        int every,
        Lipschitz lipschitz,
        double limit,
        double drift,
        InstanceNoise noise) {
    /** Where a discriminator comes from. */
    public sealed interface Start {
        /** Random parameters. */
        record Fresh() implements Start {}

        /** The generator's backbone with a fresh head. */
        record Backbone() implements Start {}

        /** A fine-tuned classifier with two classes. */
        record Trained(Path path) implements Start {}
    }

    /** What is done to the weights after every update. */
    public enum Lipschitz {
        /** Nothing. */
        NONE,
        /** Every weight matrix with a larger singular value than the limit is scaled down to it. */
        SPECTRAL,
        /** Every weight is cut off at the limit (Arjovsky et al., arXiv 1701.07875). */
        CLIP;

        /** Lower case, for options and files. */
        public String slug() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public DiscriminatorOptions {
        if (every < 1 || !(limit > 0) || !(drift >= 0) || !(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("discriminator: it learns every " + every + " steps and the limit is "
                    + limit + ", expected positive numbers; drift " + drift + " must be 0 or more, betas " + beta1
                    + " and " + beta2 + " in [0, 1)");
        }
    }

    AdamW.Settings adam() {
        return new AdamW.Settings(beta1, beta2, 1e-8, optimiser.weightDecay());
    }

    /** Whether it learns at a step, 0 being the first. */
    boolean learnsAt(long step) {
        return step % every == 0;
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("optimiser", optimiser.toJson())
                .put("beta1", beta1)
                .put("beta2", beta2)
                .put("every", every)
                .put("lipschitz", lipschitz.slug())
                .put("limit", limit)
                .put("drift", drift)
                .put("instance_noise", noise.scale())
                .put("instance_noise_shape", noise.shape().slug())
                .build();
    }
}
