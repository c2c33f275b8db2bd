package unitcell.trainer.results;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything measured on one model.
 *
 * <p>Memory: does not grow with the test set.
 */
final class ModelResults {
    private final String name;
    private final List<RunInfo> runs;
    private final Map<Setting, Scores> scores;
    private final SizeCounts sizes;
    private final Exchanges exchanges = new Exchanges();
    private final Map<String, Exchanges> firstRun = new TreeMap<>();

    ModelResults(String name, List<RunInfo> runs, List<Setting> settings, int draws) {
        this.name = name;
        this.runs = List.copyOf(runs);
        this.scores = Measurement.empty(settings, draws);
        this.sizes = new SizeCounts((double) runs.size() * draws * settings.size());
    }

    /**
     * Adds a trial to what is counted over all of them.
     *
     * @param run number of the run, from 0
     */
    void add(Setting setting, int run, Trial trial) {
        sizes.add(trial);
        exchanges.add(trial);
        if (run == 0 && trial.draw() == 0) {
            firstRun.computeIfAbsent(setting.slug(), s -> new Exchanges()).add(trial);
        }
    }

    String name() {
        return name;
    }

    List<RunInfo> runs() {
        return runs;
    }

    Scores scores(Setting setting) {
        return scores.get(setting);
    }

    SizeCounts sizes() {
        return sizes;
    }

    /** Over all settings, draws and runs. */
    Exchanges exchanges() {
        return exchanges;
    }

    /** Of the first run and draw under one setting, so that each crystal counts once. */
    Exchanges firstRun(Setting setting) {
        return firstRun.getOrDefault(setting.slug(), new Exchanges());
    }
}
