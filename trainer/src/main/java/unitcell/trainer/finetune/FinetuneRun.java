package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import unitcell.engine.Device;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.engine.io.JsonObject;
import unitcell.net.GraphBatches;
import unitcell.trainer.TrainerException;
import unitcell.trainer.finetune.FitName.Init;
import unitcell.trainer.label.Dummy;
import unitcell.trainer.label.LabelSplit;
import unitcell.trainer.label.LabelledCrystals;
import unitcell.trainer.label.TaskMetrics;
import unitcell.trainer.run.ProgressOutput;

/**
 * A fine-tuning run in a folder of its own: {@code task.json}, {@code config.json} (options and measured sizes),
 * {@code models/} with a folder for each fit, and, written anew after every fit, {@code results.json} and
 * {@code predictions.csv}. A run that was stopped goes on with the fit it was in.
 */
public final class FinetuneRun {
    /** After this the JVM has compiled nearly everything on two processors. */
    private static final double WARM_UP_SECONDS = 10;

    private final FinetuneOptions options;
    private final Optional<StartingPoint> start;
    private final LabelledCrystals data;
    private final Map<String, Integer> skipped;
    private final Environment environment;
    private final Path out;
    private final List<FitData> folds;

    /**
     * What a run needs of the world.
     *
     * @param device computes
     * @param builders threads that build batches ahead
     * @param progress where progress goes
     * @param messages receives lines for the user
     * @param stop whether somebody asked for a stop; read between steps
     * @param detectAnomaly check every intermediate result; slow
     */
    public record Environment(
            Device device,
            int builders,
            ProgressOutput progress,
            Consumer<String> messages,
            BooleanSupplier stop,
            boolean detectAnomaly) {}

    /**
     * How a run ended.
     *
     * @param stopped whether it was asked to stop before its end
     * @param results of the fits that are done
     */
    public record Outcome(boolean stopped, FinetuneResults results) {}

    /**
     * @param start what fits start from; empty for fits from fresh parameters only
     * @param skipped rows of the input that were left out, by reason
     * @throws TrainerException if nothing is left to train or to test on
     */
    public FinetuneRun(
            FinetuneOptions options,
            Optional<StartingPoint> start,
            LabelledCrystals data,
            Map<String, Integer> skipped,
            Environment environment,
            Path out) {
        this.options = options;
        this.start = start;
        this.data = data;
        this.skipped = skipped;
        this.environment = environment;
        this.out = out;
        this.folds = folds();
    }

    /** Whether the folder holds fits already. */
    public static boolean holdsFits(Path out) {
        return Files.isDirectory(out.resolve(FitFolders.MODELS));
    }

    /**
     * Does all fits.
     *
     * @throws TrainerException if the folder does not fit, nothing is left to train on, or a loss is not finite
     * @throws IOException if something cannot be read or written
     */
    public Outcome run() throws IOException {
        List<FitName> names = names();
        boolean fresh = !holdsFits(out);
        AtomicFiles.replace(make(out).resolve("task.json"), options.task().toString());
        AtomicFiles.replace(out.resolve("config.json"), config().pretty());
        FinetuneResults results = new FinetuneResults(data, skipped);
        for (int k = 0; k < folds.size(); k++) {
            results.add(dummy(folds.get(k), fold(k)));
        }
        boolean stopped = false;
        try (FitProgress progress = progress(folds.get(0), names.size())) {
            if (fresh && names.size() > 1 && options.budget().followsTime()) {
                double seconds = Math.min(WARM_UP_SECONDS, options.budget().seconds() / 2);
                progress.note(String.format(
                        Locale.ROOT,
                        "warming up for %.1f s, so that the first fit gets as far in its time as the others",
                        seconds));
                fit(names.get(0)).warmUp(seconds);
            }
            for (FitName name : names) {
                Optional<FitResult> result = fit(name).run(progress);
                if (result.isEmpty()) {
                    stopped = true;
                    break;
                }
                results.add(result.get());
                progress.fitDone();
                progress.note(line(result.get()));
                results.write(out, false);
            }
        }
        results.write(out, !stopped);
        return new Outcome(stopped, results);
    }

    private Fit fit(FitName name) {
        FitData fold = folds.get(options.plan().fold().isPresent() ? 0 : name.fold());
        return new Fit(name, options, fold, start, environment, FitFolders.of(out, name));
    }

    private static Path make(Path folder) throws IOException {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw FileFault.of("create", folder, e);
        }
    }

    /** The folds that are computed; as many as there are unless only one is asked for. */
    private List<FitData> folds() {
        LabelledGraphs graphs = new LabelledGraphs(data.crystals(), GraphBatches.rule(options.model()));
        List<LabelSplit> splits = options.plan().folds() == 1
                ? List.of(LabelSplit.of(data, options.task().split(), options.seed()))
                : LabelSplit.folds(data, options.task().split(), options.plan().folds(), options.seed());
        List<FitData> folds = new ArrayList<>();
        for (int k = 0; k < splits.size(); k++) {
            if (options.plan().fold().isEmpty() || options.plan().fold().getAsInt() == k) {
                folds.add(new FitData(data, graphs, splits.get(k), options.edgesPerBatch()));
            }
        }
        return folds;
    }

    private int fold(int place) {
        return options.plan().fold().orElse(place);
    }

    /** In the order in which they are done: what is compared stands side by side. */
    private List<FitName> names() {
        List<FitName> names = new ArrayList<>();
        for (int k = 0; k < folds.size(); k++) {
            for (int repeat = 0; repeat < options.plan().repeats(); repeat++) {
                long seed = options.seed() + repeat;
                if (start.isPresent()) {
                    names.add(new FitName(Init.PRETRAINED, seed, fold(k)));
                }
                if (options.plan().scratch()) {
                    names.add(new FitName(Init.SCRATCH, seed, fold(k)));
                }
            }
        }
        return names;
    }

    private FitResult dummy(FitData fold, int number) {
        int[] test = fold.split().test();
        Dummy dummy =
                Dummy.of(options.task(), data.labels(), fold.split().train()).get(0);
        return new FitResult(
                new FitName(Init.DUMMY, options.seed(), number), 0, 0, 0, Double.NaN, test, dummy.predict(test.length));
    }

    private FitProgress progress(FitData fold, int fits) {
        long each = options.budget().followsTime()
                ? options.budget().timeLimit().orElseThrow().toSeconds()
                : options.budget()
                        .schedule(options.pretrained().optimiser(), fold.epoch(options.seed(), 0).length)
                        .end();
        return new FitProgress(environment.progress(), options.budget(), each, fits);
    }

    private String line(FitResult result) {
        TaskMetrics metrics = new TaskMetrics(options.task());
        String main = metrics.main().name();
        return String.format(
                Locale.ROOT,
                "%s: %d steps in %.0f s, best after %d; test %s %.4f",
                result.name(),
                result.steps(),
                result.seconds(),
                result.bestStep(),
                main,
                metrics.of(FinetuneResults.truth(data, result), result.predicted())
                        .get(main));
    }

    private JsonObject config() {
        JsonObject.Builder json = JsonObject.builder();
        options.toJson().members().forEach(json::put);
        start.ifPresent(s -> json.put("start", s.identity()));
        FitData first = folds.get(0);
        return json.put(
                        "measured",
                        JsonObject.builder()
                                .put("crystals", data.size())
                                .put("train", first.split().train().length)
                                .put("validation", first.split().validation().length)
                                .put("test", first.split().test().length)
                                .put("batches_in_epoch", first.epoch(options.seed(), 0).length)
                                .put("fingerprint", first.fingerprint())
                                .build())
                .put("device", environment.device().description())
                .build();
    }

    /** The sides of the first fold, for people. */
    public List<String> plan() {
        FitData first = folds.get(0);
        return List.of(String.format(
                Locale.ROOT,
                "split: %d crystals train, %d validate, %d test; %d batches in an epoch; %d fits",
                first.split().train().length,
                first.split().validation().length,
                first.split().test().length,
                first.epoch(options.seed(), 0).length,
                names().size()));
    }
}
