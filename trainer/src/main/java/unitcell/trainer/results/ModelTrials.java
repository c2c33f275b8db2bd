package unitcell.trainer.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import unitcell.crystal.Crystal;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.reconstruct.ReconstructionTrials;
import unitcell.trainer.reconstruct.Reconstructor;
import unitcell.trainer.reconstruct.SpeciesBaseline;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.Progress;
import unitcell.trainer.stats.Resampling;

/**
 * Lets every run of every model complete the test set under every setting, one run in memory at a time, and hands each
 * trial to whoever counts, draws or writes it. Masks and noise are the same for all models.
 */
final class ModelTrials {
    private final ResultsOptions options;
    private final ResultsRun.Environment environment;
    private final TestSet test;
    private final Measurement measurement;
    private final Resampling resampling;
    private final Gallery gallery;
    private final Path structures;

    /** @param structures folder for completed crystals */
    ModelTrials(
            ResultsOptions options,
            ResultsRun.Environment environment,
            TestSet test,
            Measurement measurement,
            Gallery gallery,
            Path structures) {
        this.options = options;
        this.environment = environment;
        this.test = test;
        this.measurement = measurement;
        this.resampling = new Resampling(options.seed());
        this.gallery = gallery;
        this.structures = structures;
    }

    /** Trials in all, those of the guess among them. */
    static long count(ResultsOptions options, long crystals) {
        long runs = options.models().stream().mapToLong(m -> m.runs().size()).sum();
        return crystals * options.settings().size() * options.draws() * (runs + 1);
    }

    /** The guess that needs no network, under every setting. */
    Map<Setting, Scores> guess(SpeciesBaseline baseline, Progress progress, long[] done) {
        Map<Setting, Scores> scores = Measurement.empty(options.settings(), options.draws());
        scores.values().forEach(Scores::startRun);
        Iterator<Crystal> crystals = test.crystals(environment.stop());
        for (long index = 0; crystals.hasNext(); index++) {
            Crystal crystal = crystals.next();
            byte[] weights = resampling.weights(index);
            for (Setting setting : options.settings()) {
                for (int draw = 0; draw < options.draws(); draw++) {
                    Corrupted spoilt = ReconstructionTrials.spoilt(
                            crystal, setting.condition(), setting.ratio(), options.seed() + draw);
                    measurement.addGuess(scores.get(setting), index, weights, spoilt, baseline);
                    progress.done(++done[0]);
                }
            }
        }
        return scores;
    }

    /** All runs of one model. */
    ModelResults run(String name, List<RunInfo> runs, Progress progress, long[] done) throws IOException {
        ModelResults results = new ModelResults(name, runs, options.settings(), options.draws());
        for (int run = 0; run < runs.size(); run++) {
            try (TrainedModel model =
                    TrainedModel.open(runs.get(run).path(), environment.device(), environment.warn())) {
                Reconstructor reconstructor =
                        new Reconstructor(model, new Reconstructor.Options(1, true, Reconstructor.EDGES_PER_BATCH));
                for (Setting setting : options.settings()) {
                    results.scores(setting).startRun();
                    for (int draw = 0; draw < options.draws(); draw++) {
                        pass(results, reconstructor, setting, run, draw, progress, done);
                    }
                }
            }
        }
        return results;
    }

    private void pass(
            ModelResults results,
            Reconstructor reconstructor,
            Setting setting,
            int run,
            int draw,
            Progress progress,
            long[] done)
            throws IOException {
        Path folder = structures.resolve(results.name() + "-" + setting.slug());
        boolean shown = run == 0 && draw == 0;
        measurement.startPass();
        try (StructureExport export = shown && options.exports() ? new StructureExport(folder, options.cifs()) : null) {
            long[] index = {0};
            new ReconstructionTrials(reconstructor, setting.ratio(), options.seed() + draw)
                    .run(test.crystals(environment.stop()), setting.condition(), (spoilt, result) -> {
                        byte[] weights = resampling.weights(index[0]);
                        Trial trial = measurement.add(
                                results.scores(setting), index[0]++, draw, weights, spoilt, result, options.choice());
                        results.add(setting, run, trial);
                        if (shown) {
                            gallery.look(results.name(), setting, trial);
                        }
                        if (export != null) {
                            export.add(trial);
                        }
                        progress.done(++done[0]);
                    });
        }
    }
}
