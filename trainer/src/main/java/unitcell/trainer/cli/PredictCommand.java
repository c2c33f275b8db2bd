package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.finetune.FineTunedModel;
import unitcell.trainer.predict.Ensemble;
import unitcell.trainer.predict.PredictionRun;
import unitcell.trainer.predict.PredictionRun.Outcome;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code predict}: properties of crystals by fine-tuned networks. */
final class PredictCommand implements Command {
    private static final CommandOption<List<Path>> MODELS = CommandOption.of(
                    "model",
                    ValueType.path("PATH").list(),
                    "fine-tuned networks, separated by commas: a finetune run's folder for the best of its fits, a"
                            + " fit's folder (models/...), or a checkpoint's; several are averaged, and their spread is"
                            + " the uncertainty")
            .mandatory();
    private static final CommandOption<String> INPUT = SharedOptions.INPUT.mandatory();
    private static final CommandOption<Path> OUT = CommandOption.of(
                    "out", ValueType.path("FILE"), "table of predictions, CSV with units in the header")
            .byDefault("predictions.csv");
    private static final CommandOption<Integer> DROPOUT = CommandOption.of(
                    "dropout",
                    ValueType.integer(0, 10_000),
                    "passes with dropout through each network, whose spread is the uncertainty; 0 for one pass without")
            .byDefault("0");
    private static final CommandOption<Integer> EDGES = CommandOption.of(
                    "edges-per-batch", ValueType.integer(1, Integer.MAX_VALUE), "most edges and atoms of a batch")
            .byDefault(Long.toString(PredictionRun.EDGES_PER_BATCH));

    @Override
    public String name() {
        return "predict";
    }

    @Override
    public String summary() {
        return "tell properties of crystals by fine-tuned networks, with their uncertainty";
    }

    @Override
    public String description() {
        return """
            Reads crystals one after the other and writes a row for each: its id and the prediction; the class and \
            its probability; or the spectrum, a column for each bin. With several models, or several passes with \
            dropout, the prediction is the mean of all and a column beside it holds their standard deviation.

            Crystals that cannot be used are listed with the reason in a file beside --out that ends in \
            .skipped.csv. A signal ends the run after the crystals in hand with status 75; what is predicted is \
            kept.\
            """;
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                MODELS,
                INPUT,
                OUT,
                DROPOUT,
                EDGES,
                SharedOptions.SEED,
                SharedOptions.THREADS,
                SharedOptions.DEVICE,
                SharedOptions.STRICT,
                SharedOptions.JSON);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell predict --model runs/bulk --input data/cifs --out bulk.csv",
                "./unitcell predict --model runs/bulk/models/pretrained-s0-f0,runs/bulk/models/pretrained-s1-f0 --input"
                        + " 'data/*.csv.gz'",
                "./unitcell predict --model runs/bulk --dropout 20 --input unknown.cif");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        CrystalSource source = CrystalSource.of(arguments.get(INPUT));
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        try (Device device = choice.device();
                Ensemble ensemble = Ensemble.open(
                        arguments.get(MODELS),
                        device,
                        arguments.get(DROPOUT),
                        arguments.get(SharedOptions.SEED),
                        console::warn);
                StopSignal stop = StopSignal.install(
                        "stopping after the crystals in hand; a second signal stops at once", console::warn)) {
            ensemble.models().forEach(model -> console.line(model.line()));
            Outcome outcome = run(arguments, console, source, ensemble, stop);
            report(arguments, console, ensemble, outcome);
            return outcome.stopped() ? ExitCode.STOPPED : ExitCode.OK;
        }
    }

    private static Outcome run(
            Arguments arguments, Console console, CrystalSource source, Ensemble ensemble, StopSignal stop)
            throws IOException {
        PredictionRun.Options options =
                new PredictionRun.Options(arguments.get(SharedOptions.STRICT), arguments.get(EDGES));
        try (CrystalRecords records = source.open();
                Progress progress = ProgressOutput.on(console.err()).start("predict", "crystals", 0, -1)) {
            return new PredictionRun(ensemble, options, new PredictionRun.Environment(progress, stop::requested))
                    .run(records, arguments.get(OUT));
        }
    }

    private static void report(Arguments arguments, Console console, Ensemble ensemble, Outcome outcome)
            throws IOException {
        Path out = arguments.get(OUT);
        SkippedWarnings.say(console, outcome.skipped(), outcome.skipped().size(), PredictionRun.skippedFile(out));
        console.print(
                "%s%d crystals predicted, %d skipped; results in %s",
                outcome.stopped() ? "stopped: " : "",
                outcome.predicted(),
                outcome.skipped().size(),
                out);
        Optional<Path> json = arguments.find(SharedOptions.JSON);
        if (json.isPresent()) {
            List<JsonObject> models = new ArrayList<>();
            ensemble.models().stream().map(FineTunedModel::toJson).forEach(models::add);
            AtomicFiles.replace(
                    json.get(),
                    JsonObject.builder()
                            .put("stopped", outcome.stopped())
                            .put("predicted", outcome.predicted())
                            .put("skipped", outcome.skipped().size())
                            .put("task", ensemble.task().name())
                            .put("models", JsonArray.of(models))
                            .put("out", out.toString())
                            .build()
                            .pretty());
        }
    }
}
