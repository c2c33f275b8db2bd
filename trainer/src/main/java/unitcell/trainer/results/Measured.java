package unitcell.trainer.results;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.trainer.reconstruct.SpeciesBaseline;

/**
 * Everything measured on models.
 *
 * @param test the crystals
 * @param truth the rules of validity applied to the true crystals
 * @param guess the most frequent species on hidden sites, by setting
 * @param baseline which species these are
 * @param models in the order asked for
 * @param gallery crystals to look at
 * @param matching what crystals were compared with as structures; empty where they were not
 */
record Measured(
        TestSet test,
        Scores truth,
        Map<Setting, Scores> guess,
        SpeciesBaseline baseline,
        List<ModelResults> models,
        Gallery gallery,
        Optional<Matching> matching) {

    Optional<ModelResults> model(String name) {
        return models.stream().filter(m -> m.name().equals(name)).findFirst();
    }
}
