package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.net.ModelConfigJson;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.data.SkippedList;
import unitcell.trainer.finetune.FinetuneOptions;
import unitcell.trainer.finetune.FinetuneResults;
import unitcell.trainer.finetune.FinetuneRun;
import unitcell.trainer.finetune.FinetuneRun.Outcome;
import unitcell.trainer.finetune.StartingPoint;
import unitcell.trainer.label.LabelledReader;
import unitcell.trainer.label.Task;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code finetune}: networks that learn properties from few labels, pre-trained ones beside fresh ones. */
final class FinetuneCommand implements Command {
    private static final CommandOption<Path> OUT =
            SharedOptions.OUT.byDefault("runs/finetune").explained("folder of the run: models, results, predictions");
    private static final CommandOption<String> RESUME = CommandOption.of(
                    "resume",
                    ValueType.choice("auto", "none"),
                    "go on with the fits in --out if there are any, or refuse a folder that holds some")
            .byDefault("auto");
    private static final CommandOption<Boolean> DETECT_ANOMALY = CommandOption.flag(
            "detect-anomaly", "check every intermediate result and name the first that is not finite; slow");

    @Override
    public String name() {
        return "finetune";
    }

    @Override
    public String summary() {
        return "learn a property of crystals from few labels, from a pre-trained network and from scratch";
    }

    @Override
    public String description() {
        return """
            Reads crystals with labels, divides them into those that train, validate and test, and trains networks \
            that tell the label: a pre-trained backbone with a fresh head (--checkpoint), and for comparison the same \
            network from fresh parameters, each --repeats times with the same budget. The checkpoint with the lowest \
            validation loss predicts the crystals that test. Dummies that never look at the crystal are the ground \
            line.

            The folder of the run gets task.json, config.json, skipped.csv (rows left out, with the reason), \
            models/START-sSEED-fFOLD/ (checkpoints/, metrics.jsonl), results.json and predictions.csv. A run goes on \
            where it stopped, bit for bit.

            With --steps or --epochs the learning rate follows a cosine over all steps; with --time-limit alone it \
            stays level for half the time of a fit and falls then; up to 10 s of warming up come before the first of \
            several fits, so that all get equally far.\
            """;
    }

    @Override
    public List<CommandOption<?>> options() {
        List<CommandOption<?>> options = new ArrayList<>();
        options.addAll(List.of(FinetuneArguments.TASK, FinetuneArguments.INPUT, FinetuneArguments.CHECKPOINT, OUT));
        options.addAll(FinetuneArguments.PLAN);
        options.addAll(FinetuneArguments.LENGTH);
        options.add(RESUME);
        options.addAll(FinetuneArguments.OVERRIDES);
        options.addAll(FinetuneArguments.MODEL);
        options.addAll(FinetuneArguments.OPTIMISER);
        options.addAll(FinetuneArguments.LOOKS);
        options.addAll(FilterOptions.ALL);
        options.addAll(List.of(
                SharedOptions.SEED,
                SharedOptions.THREADS,
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                SharedOptions.STRICT,
                SharedOptions.JSON,
                SharedOptions.DRY_RUN,
                DETECT_ANOMALY));
        return options;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell finetune --task bulk-modulus --input aflow_thermoelastic.csv.gz --checkpoint runs/mp"
                        + " --time-limit 2m",
                "./unitcell finetune --task stability-cubic --input mp20.csv.gz --checkpoint runs/mp --train last-1",
                "./unitcell finetune --task my-task.json --input my-cifs.csv --preset small --folds 5 --repeats 1");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        arguments.printResolved(console);
        Path out = arguments.get(OUT);
        if (arguments.get(RESUME).equals("none") && FinetuneRun.holdsFits(out)) {
            throw TrainerException.usage(
                    out + " holds a run already; choose another --out, or --resume auto to go on with it");
        }
        Task task = FinetuneArguments.task(arguments);
        Optional<Path> checkpoint = arguments.find(FinetuneArguments.CHECKPOINT);
        Optional<StartingPoint> start = checkpoint.isPresent()
                ? Optional.of(StartingPoint.read(checkpoint.get(), console::warn))
                : Optional.empty();
        FinetuneOptions options = FinetuneArguments.resolve(arguments, task, start);
        console.line("task " + task.name() + ": " + task.title());
        start.ifPresent(s -> console.line(s.line(task)));
        console.line("model " + ModelConfigJson.write(options.model()).compact());
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        try (Device device = choice.device()) {
            LabelledReader.Result read = read(arguments, console, options);
            try (StopSignal stop = StopSignal.install(console::warn)) {
                FinetuneRun.Environment environment = new FinetuneRun.Environment(
                        device,
                        Math.max(1, SharedOptions.threads(arguments) / 4),
                        ProgressOutput.on(console.err()),
                        console::line,
                        stop::requested,
                        arguments.get(DETECT_ANOMALY));
                FinetuneRun run =
                        new FinetuneRun(options, start, read.data(), read.skippedByReason(), environment, out);
                run.plan().forEach(console::line);
                if (arguments.get(SharedOptions.DRY_RUN)) {
                    console.line(options.toJson().pretty().strip());
                    return ExitCode.OK;
                }
                SkippedList.write(out.resolve("skipped.csv"), read.skipped());
                return report(arguments, console, task, run.run());
            }
        }
    }

    private static LabelledReader.Result read(Arguments arguments, Console console, FinetuneOptions options) {
        LabelledReader.Result read = LabelledReader.read(options.task(), options.inputs(), options.filter());
        console.line("data: " + read.summary());
        Optional<Skipped> refused =
                read.skipped().stream().filter(s -> s.rule().equals("refused")).findFirst();
        if (arguments.get(SharedOptions.STRICT) && refused.isPresent()) {
            throw TrainerException.input(refused.get().detail());
        }
        return read;
    }

    private static ExitCode report(Arguments arguments, Console console, Task task, Outcome outcome)
            throws IOException {
        FinetuneResults results = outcome.results();
        console.line("");
        console.table(results.header(), results.table());
        if (task.kind() == Task.Kind.CLASSIFICATION) {
            console.line("");
            console.table(results.systemHeader(), results.systemTable());
        }
        console.line((outcome.stopped() ? "stopped; what is done is in " : "results in ") + arguments.get(OUT));
        Optional<Path> json = arguments.find(SharedOptions.JSON);
        if (json.isPresent()) {
            AtomicFiles.replace(json.get(), results.toJson(!outcome.stopped()).pretty());
        }
        return outcome.stopped() ? ExitCode.STOPPED : ExitCode.OK;
    }
}
