package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.DatasetReader.Dataset;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.data.Exclusions;
import unitcell.trainer.data.SkippedList;
import unitcell.trainer.gan.GanData;
import unitcell.trainer.gan.GanOptions;
import unitcell.trainer.gan.GanRun;
import unitcell.trainer.gan.GanRun.Outcome;
import unitcell.trainer.gan.Starts;
import unitcell.trainer.label.LabelledReader;
import unitcell.trainer.label.Task;
import unitcell.trainer.pretrain.PretrainOptions;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code gan}: adversarial training of a pre-trained network against a discriminator. */
final class GanCommand implements Command {
    private static final CommandOption<Path> OUT =
            SharedOptions.OUT.byDefault("runs/gan").explained("folder of the run: configuration, metrics, checkpoints");

    @Override
    public String name() {
        return "gan";
    }

    @Override
    public String summary() {
        return "train a pre-trained network further, against a discriminator of real and completed crystals";
    }

    @Override
    public String description() {
        return """
            The generator goes on with the task of pre-training: tell hidden species, take back displacements. \
            Besides, a discriminator judges the crystals that it completes, and learns itself to tell them from real \
            ones. Its judgement reaches the generator through the species and through the positions of all atoms; \
            which atoms are neighbours is found anew for the completed positions.

            The folder of the run is laid out as that of pretrain, and its checkpoints hold the generator under the \
            same names, so that reconstruct and evaluate take it; the discriminator and both optimisers lie beside \
            it. A run goes on where it stopped, bit for bit. The best checkpoint is the one with the lowest \
            validation loss of pre-training, which the one before the first step takes part in.

            A game is lost, and the run ends, where --guard validations in a row are out of a bound: the \
            discriminator is always right, scores run away, or the generator's losses rise.\
            """;
    }

    @Override
    public List<CommandOption<?>> options() {
        List<CommandOption<?>> options = new ArrayList<>();
        options.add(PretrainArguments.DATA);
        options.addAll(GanArguments.STARTS);
        options.add(GanArguments.LABELS);
        options.add(OUT);
        options.addAll(PretrainArguments.LENGTH);
        options.add(PretrainCommand.RESUME);
        options.addAll(GanArguments.GAME);
        options.addAll(GanArguments.THEIRS);
        options.addAll(GanArguments.GUARDS);
        options.addAll(PretrainArguments.SELECTION);
        options.addAll(GanArguments.TASK);
        options.addAll(GanArguments.OPTIMISER);
        options.addAll(PretrainArguments.LOOKS);
        options.addAll(List.of(
                SharedOptions.SEED,
                SharedOptions.THREADS,
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                SharedOptions.STRICT,
                SharedOptions.JSON,
                SharedOptions.DRY_RUN,
                PretrainCommand.DETECT_ANOMALY));
        return options;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell gan --generator runs/mp --data 'data/mp/*.csv.gz' --time-limit 2h --out runs/mp-gan",
                "./unitcell gan --generator runs/mp --discriminator runs/stability --data bundled --loss critic",
                "./unitcell gan --generator runs/mp --data bundled --adversarial off --steps 1000");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        long start = System.nanoTime();
        arguments.printResolved(console);
        Starts starts =
                Starts.find(arguments.get(GanArguments.GENERATOR), GanArguments.start(arguments), console::warn);
        GanOptions options = GanArguments.resolve(arguments, starts.metadata());
        console.line(starts.line());
        PretrainRun.Resume resume = PretrainCommand.resume(arguments.get(PretrainCommand.RESUME));
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        try (Device device = choice.device()) {
            Input input = read(arguments, console, options.pretrain().data());
            GanData data = GanData.of(input.crystals(), input.labels(), starts.judged(), options);
            console.line("split: " + data.pretrain().train().size() + " crystals train, "
                    + data.pretrain().validation().size() + " validate");
            try (StopSignal stop = StopSignal.install(console::warn)) {
                PretrainRun.Environment environment = new PretrainRun.Environment(
                        device,
                        Math.max(1, SharedOptions.threads(arguments) / 4),
                        ProgressOutput.on(console.err()),
                        console::line,
                        stop::requested,
                        arguments.get(PretrainCommand.DETECT_ANOMALY));
                GanRun run = new GanRun(options, data, starts, environment, arguments.get(OUT));
                if (arguments.get(SharedOptions.DRY_RUN)) {
                    console.line(data.summary().pretty().strip());
                    run.dryRun().forEach(console::line);
                    return ExitCode.OK;
                }
                SkippedList.write(arguments.get(OUT).resolve("skipped.csv"), input.skipped());
                return report(arguments, console, run.train(resume, start));
            }
        }
    }

    /**
     * What was read.
     *
     * @param labels 1 for crystals that count as real, 0 for those that count as fakes
     */
    private record Input(CrystalStore crystals, double[] labels, List<Skipped> skipped) {}

    private static Input read(Arguments arguments, Console console, PretrainOptions.Data data) throws IOException {
        Optional<String> name = arguments.find(GanArguments.LABELS);
        if (name.isEmpty()) {
            Dataset dataset = PretrainCommand.read(arguments, console, data);
            double[] labels = new double[dataset.crystals().size()];
            Arrays.fill(labels, 1);
            return new Input(dataset.crystals(), labels, dataset.skipped());
        }
        Task task = Task.find(name.get());
        if (task.kind() != Task.Kind.CLASSIFICATION) {
            throw TrainerException.usage("--labels: task " + task.name() + " has numbers for labels, expected one with"
                    + " two classes, as stability");
        }
        Exclusions exclusions =
                data.exclude().isPresent() ? Exclusions.read(data.exclude().get()) : Exclusions.NONE;
        LabelledReader.Result read = LabelledReader.read(task, data.inputs(), data.filter(), exclusions);
        console.line("data: " + read.summary());
        Optional<Skipped> refused =
                read.skipped().stream().filter(s -> s.rule().equals("refused")).findFirst();
        if (refused.isPresent() && arguments.get(SharedOptions.STRICT)) {
            throw TrainerException.input(refused.get().detail());
        }
        double[] labels = Arrays.stream(read.data().labels())
                .mapToDouble(label -> label[0])
                .toArray();
        return new Input(read.data().crystals(), labels, read.skipped());
    }

    private static ExitCode report(Arguments arguments, Console console, Outcome outcome) throws IOException {
        outcome.lost().ifPresent(reason -> console.line("the game was lost: " + reason));
        outcome.best().ifPresent(best -> console.line("the best generator is that of " + best));
        console.print(
                "%s after %d steps and %s; checkpoint %s",
                outcome.stopped() ? "stopped" : "finished",
                outcome.steps(),
                Duration.ofSeconds((long) outcome.seconds())
                        .toString()
                        .substring(2)
                        .toLowerCase(Locale.ROOT),
                outcome.checkpoint());
        if (arguments.find(SharedOptions.JSON).isPresent()) {
            JsonObject.Builder json = JsonObject.builder()
                    .put("stopped", outcome.stopped())
                    .put("lost", outcome.lost().orElse(""))
                    .put("steps", outcome.steps())
                    .put("seconds", outcome.seconds())
                    .put("checkpoint", outcome.checkpoint().toString());
            outcome.best().ifPresent(best -> json.put("best", best.toString()));
            outcome.validation().ifPresent(v -> v.values().forEach((k, x) -> json.putOrNull("validation_" + k, x)));
            AtomicFiles.replace(
                    arguments.find(SharedOptions.JSON).get(), json.build().pretty());
        }
        return outcome.stopped() ? ExitCode.STOPPED : ExitCode.OK;
    }
}
