package unitcell.trainer.reconstruct.guide;

import java.util.List;
import java.util.Optional;

/**
 * Elements for the hidden sites of a crystal.
 *
 * @param species [H] atomic numbers, in the order of the sites
 * @param logProbability sum over the sites of the logarithm of the network's probability, renormalised over what the
 *     site allows, in nats
 */
public record SpeciesChoice(int[] species, double logProbability) {
    /**
     * What a search came to.
     *
     * @param choices one at least, the best first
     * @param neutral whether their compositions pass the rule of charges; empty where that was not asked for
     * @param note why there is less than was asked for, in a few words; empty where there is not
     */
    public record Result(List<SpeciesChoice> choices, Optional<Boolean> neutral, String note) {
        public Result {
            choices = List.copyOf(choices);
        }
    }
}
