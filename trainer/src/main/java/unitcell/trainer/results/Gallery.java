package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.crystal.Crystal;

/**
 * Crystals to look at. Some are chosen by their place in the test set before anything is computed, the same for every
 * model; besides, for each model the first that came out invalid, and the first valid ones of another composition.
 *
 * <p>Memory: {@value #PLACES} numbers while choosing, then a few crystals for each model.
 */
final class Gallery {
    /** Most crystals of each special kind for each model. */
    static final int SPECIAL = 2;

    private static final int PLACES = 1024;
    private static final int LEAST_ATOMS = 3;
    private static final int MOST_ATOMS = 12;
    private static final double MOST_OBLIQUE = 20;

    private final int wanted;
    private List<Long> places = new ArrayList<>();
    private long stride = 1;
    private long drawable;
    private final Map<Long, Setting> chosen = new LinkedHashMap<>();
    private final Map<String, Shown> byModel = new LinkedHashMap<>();

    /** A trial to look at. */
    record Example(Setting setting, Trial trial) {}

    /**
     * What is shown of a model.
     *
     * @param chosen by index in the test set
     * @param structures invalid as structures
     * @param compositions valid structures with an invalid composition
     * @param changed valid ones of another composition
     */
    record Shown(
            Map<Long, Example> chosen, List<Example> structures, List<Example> compositions, List<Example> changed) {}

    /** @param wanted crystals to choose */
    Gallery(int wanted) {
        this.wanted = wanted;
    }

    /** Sees a crystal of the test set, in order. */
    void consider(long index, Crystal crystal) {
        if (!isDrawable(crystal)) {
            return;
        }
        if (drawable++ % stride == 0) {
            if (places.size() == PLACES) {
                List<Long> half = new ArrayList<>();
                for (int k = 0; k < PLACES; k += 2) {
                    half.add(places.get(k));
                }
                places = half;
                stride *= 2;
            }
            if ((drawable - 1) % stride == 0) {
                places.add(index);
            }
        }
    }

    /** Chooses evenly among those seen; settings take turns. */
    void choose(List<Setting> settings) {
        int count = Math.min(wanted, places.size());
        for (int k = 0; k < count; k++) {
            long place = places.get((2 * k + 1) * places.size() / (2 * count));
            chosen.put(place, settings.get(k % settings.size()));
        }
    }

    /** Looks at a trial of a model's first run. */
    void look(String model, Setting setting, Trial trial) {
        if (trial.draw() != 0) {
            return;
        }
        Shown shown = byModel.computeIfAbsent(
                model, m -> new Shown(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
        Example example = new Example(setting, trial);
        if (setting.equals(chosen.get(trial.index()))) {
            shown.chosen().put(trial.index(), example);
        } else if (isDrawable(trial.original())) {
            List<Example> kind = kind(shown, trial);
            // Another crystal each time, not one under several settings.
            if (kind != null
                    && kind.size() < SPECIAL
                    && kind.stream().noneMatch(e -> e.trial().index() == trial.index())) {
                kind.add(example);
            }
        }
    }

    private static List<Example> kind(Shown shown, Trial trial) {
        if (!trial.verdict().structure()) {
            return shown.structures();
        }
        if (!trial.verdict().composition()) {
            return shown.compositions();
        }
        return trial.keepsComposition() ? null : shown.changed();
    }

    /** A cell with few atoms and without sharp angles, in which few atoms hide others. */
    private static boolean isDrawable(Crystal crystal) {
        if (crystal.size() < LEAST_ATOMS || crystal.size() > MOST_ATOMS) {
            return false;
        }
        double[] parameters = crystal.lattice().parameters();
        for (int k = 3; k < 6; k++) {
            if (Math.abs(parameters[k] - 90) > MOST_OBLIQUE) {
                return false;
            }
        }
        return true;
    }

    /** The chosen crystals with their settings, in the order of the test set. */
    Map<Long, Setting> chosen() {
        return chosen;
    }

    /** What is shown, by model. */
    Map<String, Shown> byModel() {
        return byModel;
    }
}
