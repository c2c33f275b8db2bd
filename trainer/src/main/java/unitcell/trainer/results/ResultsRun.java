package unitcell.trainer.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import unitcell.crystal.Element;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.Device;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.trainer.TrainerException;
import unitcell.trainer.reconstruct.SpeciesBaseline;
import unitcell.trainer.results.tuned.TunedRun;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.stats.Resampling;

/**
 * Measures models, reads fine-tuning runs, and writes the report into its folder: {@code structures/},
 * {@code report.json}, {@code report.html}. Everything is made under other names first; a run that is stopped or fails
 * leaves what was there before.
 */
public final class ResultsRun {
    /** The page. */
    public static final String PAGE = "report.html";

    /** Every number of the page. */
    public static final String NUMBERS = "report.json";

    /** Completed crystals. */
    public static final String STRUCTURES = "structures";

    private final ResultsOptions options;
    private final Environment environment;

    /**
     * What a run needs of the world.
     *
     * @param device computes
     * @param progress where progress goes
     * @param messages receives lines for the user
     * @param warn receives warnings
     * @param stop whether somebody asked for a stop; read between crystals
     * @param command how a user would run it again
     * @param version of the program
     * @param date now
     */
    public record Environment(
            Device device,
            ProgressOutput progress,
            Consumer<String> messages,
            Consumer<String> warn,
            BooleanSupplier stop,
            String command,
            String version,
            Instant date) {}

    public ResultsRun(ResultsOptions options, Environment environment) {
        this.options = options;
        this.environment = environment;
    }

    /**
     * Does everything.
     *
     * @return what was found; empty if it was stopped
     * @throws TrainerException if a model, the test crystals or a fine-tuning run cannot be used
     * @throws IOException if something cannot be read or written
     */
    public Optional<ResultsReport> run() throws IOException {
        List<TunedRun> tuned = new ArrayList<>();
        for (Path folder : options.tuned()) {
            tuned.add(TunedRun.read(folder));
        }
        Map<String, List<RunInfo>> runs = open();
        try {
            Files.createDirectories(options.out());
        } catch (IOException e) {
            throw FileFault.of("create", options.out(), e);
        }
        try {
            return Optional.of(write(tuned, runs));
        } catch (TestSet.Stopped e) {
            return Optional.empty();
        }
    }

    /** Looks at every model before anything long begins. */
    private Map<String, List<RunInfo>> open() throws IOException {
        Map<String, List<RunInfo>> runs = new LinkedHashMap<>();
        for (ModelRuns model : options.models()) {
            List<RunInfo> own = new ArrayList<>();
            for (Path path : model.runs()) {
                own.add(RunInfo.of(path, environment.device(), environment.warn()));
            }
            runs.put(model.name(), own);
        }
        return runs;
    }

    private ResultsReport write(List<TunedRun> tuned, Map<String, List<RunInfo>> runs) throws IOException {
        Path fresh = options.out().resolve(STRUCTURES + ".new");
        AtomicFiles.deleteTree(fresh); // of a run that was killed
        ResultsReport[] report = new ResultsReport[1];
        AtomicFiles.publishDirectory(fresh, place -> {
            Optional<Measured> measured =
                    options.models().isEmpty() ? Optional.empty() : Optional.of(measure(runs, place));
            report[0] = ResultsReport.of(options, environment, measured, tuned);
        });
        replaceStructures(fresh);
        AtomicFiles.replace(options.out().resolve(NUMBERS), report[0].json().pretty());
        report[0].page().write(options.out().resolve(PAGE));
        return report[0];
    }

    /** Puts the new crystals in the place of those of an earlier report, which go in any case. */
    private void replaceStructures(Path fresh) throws IOException {
        Path structures = options.out().resolve(STRUCTURES);
        Path old = options.out().resolve(STRUCTURES + ".old");
        AtomicFiles.deleteTree(old);
        try {
            if (Files.exists(structures)) {
                Files.move(structures, old);
            }
            if (options.exports() && !options.models().isEmpty()) {
                Files.move(fresh, structures);
            }
        } catch (IOException e) {
            throw FileFault.of("rename", fresh, e);
        }
        AtomicFiles.deleteTree(old);
        AtomicFiles.deleteTree(fresh);
    }

    private Measured measure(Map<String, List<RunInfo>> runs, Path structures) throws IOException {
        int species = runs.values().stream()
                .flatMap(List::stream)
                .mapToInt(RunInfo::species)
                .min()
                .orElse(Element.MAX_Z + 1);
        ValidityRules rules = ValidityRules.of(options.oxidation());
        Optional<Matching> matching = options.matched() == 0
                ? Optional.empty()
                : Optional.of(new Matching(
                        options.matched(),
                        options.train().map(t -> Matching.read(t, environment.progress(), environment.stop()))));
        Measurement measurement = new Measurement(rules, matching);
        Gallery gallery = new Gallery(options.shown());
        Scores truth = new Scores(1);
        truth.startRun();
        Resampling resampling = new Resampling(options.seed());
        long[] index = {0};
        environment.messages().accept("reading the test crystals");
        TestSet test = TestSet.survey(
                options.test().orElseThrow(),
                species,
                options.limit(),
                options.strict(),
                environment.warn(),
                environment.stop(),
                crystal -> {
                    measurement.addTruth(truth, resampling.weights(index[0]), crystal);
                    gallery.consider(index[0]++, crystal);
                    matching.ifPresent(m -> m.consider(crystal));
                });
        matching.ifPresent(m -> m.choose(test.size()));
        gallery.choose(options.settings());
        environment
                .messages()
                .accept(test.size() + " of " + test.usable() + " test crystals, " + test.skipped() + " skipped");
        SpeciesBaseline baseline = runs.values().stream()
                .flatMap(List::stream)
                .flatMap(info -> info.baseline().stream())
                .findFirst()
                .orElseGet(() -> SpeciesBaseline.of(test.elements(), "the test crystals, no others being known"));
        ModelTrials trials = new ModelTrials(options, environment, test, measurement, gallery, structures);
        List<ModelResults> models = new ArrayList<>();
        long total = ModelTrials.count(options, test.size());
        Map<Setting, Scores> guess;
        try (Progress progress = environment.progress().start("report", "trials", 0, total)) {
            long[] done = {0};
            guess = trials.guess(baseline, progress, done);
            for (Map.Entry<String, List<RunInfo>> model : runs.entrySet()) {
                models.add(trials.run(model.getKey(), model.getValue(), progress, done));
            }
        }
        return new Measured(test, truth, guess, baseline, models, gallery, matching);
    }
}
