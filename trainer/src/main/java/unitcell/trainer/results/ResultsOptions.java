package unitcell.trainer.results;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;

/**
 * What a report is about.
 *
 * @param models in the order of the tables; the first is the one whose figures come first
 * @param test crystals that models are measured on; empty where there are no models
 * @param train crystals to tell new ones from, if that is wanted
 * @param tuned folders of fine-tuning runs
 * @param settings rows of the tables
 * @param choice what becomes of visible species, outside the two validity tables, which show both
 * @param oxidation states that charges are balanced with
 * @param comparisons pairs of models, besides those that names suggest
 * @param limit most test crystals, spread evenly
 * @param draws how often each crystal is spoilt anew under each setting
 * @param matched most test crystals that are compared as structures; 0 for none
 * @param exports whether completed crystals are written
 * @param cifs most of them as files of their own, under each setting
 * @param shown crystals drawn for every model
 * @param seed of masks, noise and resamples
 * @param strict whether a test crystal that cannot be used is a failure
 * @param out folder of the report
 */
public record ResultsOptions(
        List<ModelRuns> models,
        Optional<CrystalSource> test,
        Optional<CrystalSource> train,
        List<Path> tuned,
        List<Setting> settings,
        VisibleSpecies choice,
        OxidationStates oxidation,
        List<Comparison> comparisons,
        long limit,
        int draws,
        long matched,
        boolean exports,
        int cifs,
        int shown,
        long seed,
        boolean strict,
        Path out) {

    public ResultsOptions {
        models = List.copyOf(models);
        tuned = List.copyOf(tuned);
        settings = List.copyOf(settings);
        comparisons = List.copyOf(comparisons);
    }

    /** The pairs of models whose difference is told: those asked for, then those that names suggest. */
    List<Comparison> pairs() {
        Set<String> names = new LinkedHashSet<>();
        models.forEach(m -> names.add(m.name()));
        Set<Comparison> pairs = new LinkedHashSet<>(comparisons);
        pairs.addAll(Comparison.suggested(names));
        return List.copyOf(pairs);
    }
}
