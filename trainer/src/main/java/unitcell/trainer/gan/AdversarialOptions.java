package unitcell.trainer.gan;

import java.util.Locale;
import unitcell.engine.io.JsonObject;
import unitcell.net.Geometry;

/**
 * How the generator is taught by the discriminator.
 *
 * @param enabled whether the adversarial term has a gradient; without, it is computed and recorded only, as in the
 *     published code
 * @param loss which game
 * @param weight of the adversarial term in the generator's loss, lambda_W; 0.1 in the paper
 * @param species how species reach the discriminator
 * @param temperature of the Gumbel-softmax; positive
 * @param flow how positions reach it: {@link Geometry.Flow#FULL}, or {@link Geometry.Flow#DETACHED_FRAMES}
 * @param dropout whether the discriminator's dropout is active while it teaches
 */
public record AdversarialOptions(
        boolean enabled,
        AdversarialLoss loss,
        double weight,
        SpeciesPath species,
        double temperature,
        Geometry.Flow flow,
        boolean dropout) {
    /** Ways from the generator's logits to what the discriminator sees. */
    public enum SpeciesPath {
        /** Probabilities mix the rows of the discriminator's species tables. */
        SOFT,
        /** The discriminator sees the most probable species; the gradient is that of the probabilities. */
        STRAIGHT_THROUGH,
        /** A random species drawn with the probabilities, softened by a temperature (Jang et al., arXiv 1611.01144). */
        GUMBEL;

        /** Lower case, for options and files. */
        public String slug() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public AdversarialOptions {
        if (!(weight >= 0 && Double.isFinite(weight)) || !(temperature > 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException("weight " + weight + " of the adversarial term must be 0 or more, the"
                    + " temperature " + temperature + " positive");
        }
        if (flow == Geometry.Flow.FIXED) {
            throw new IllegalArgumentException("positions must carry a gradient to the generator");
        }
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("enabled", enabled)
                .put("loss", loss.slug())
                .put("weight", weight)
                .put("species", species.slug())
                .put("temperature", temperature)
                .put("frames", flow == Geometry.Flow.FULL ? "full" : "detached")
                .put("discriminator_dropout", dropout)
                .build();
    }
}
