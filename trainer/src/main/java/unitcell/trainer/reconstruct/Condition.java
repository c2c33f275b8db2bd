package unitcell.trainer.reconstruct;

import java.util.Comparator;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.data.Corruption.Rules;

/**
 * How crystals were spoilt before they were completed; results are told apart by it. Ordered by noise, then mask.
 *
 * @param mask how hidden sites were chosen
 * @param noise standard deviation of displacements in units of each crystal's shortest distance
 */
public record Condition(MaskType mask, double noise) implements Comparable<Condition> {
    private static final Comparator<Condition> ORDER =
            Comparator.comparingDouble(Condition::noise).thenComparing(Condition::mask);

    @Override
    public int compareTo(Condition other) {
        return ORDER.compare(this, other);
    }

    /**
     * What spoils crystals in this way.
     *
     * @param maskRatio share of sites that a random mask hides
     */
    Corruption corruption(double maskRatio) {
        return switch (mask) {
            case RANDOM -> new Corruption(maskRatio, 0, noise, Rules.CORRECTED);
            case SPECIES -> new Corruption(maskRatio, 1, noise, Rules.CORRECTED);
            case GIVEN, NONE -> new Corruption(0, 0, noise, Rules.CORRECTED);
        };
    }
}
