package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelPresets;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.DatasetReader.Dataset;
import unitcell.trainer.data.SkippedList;
import unitcell.trainer.pretrain.PretrainData;
import unitcell.trainer.pretrain.PretrainOptions;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.pretrain.PretrainRun.Outcome;
import unitcell.trainer.pretrain.PretrainRun.Resume;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code pretrain}: self-supervised training by masking species and denoising positions. */
final class PretrainCommand implements Command {
    private static final CommandOption<Path> OUT = SharedOptions.OUT
            .byDefault("runs/pretrain")
            .explained("folder of the run: configuration, metrics, checkpoints");
    static final CommandOption<String> RESUME = CommandOption.of(
                    "resume",
                    ValueType.text("auto|none|PATH"),
                    "go on from the newest checkpoint in --out if there is one, never, or from this checkpoint's"
                            + " folder")
            .byDefault("auto");
    static final CommandOption<Boolean> DETECT_ANOMALY = CommandOption.flag(
            "detect-anomaly", "check every intermediate result and name the first that is not finite; slow");

    @Override
    public String name() {
        return "pretrain";
    }

    @Override
    public String summary() {
        return "train a network on crystals by hiding species and displacing atoms";
    }

    @Override
    public String description() {
        return """
            Reads crystals, hides the species of some sites and moves all sites by Gaussian noise; an EquiformerV2 \
            learns to tell the species and the displacements (Liu et al., arXiv 2312.14485). Crystals of one reduced \
            composition all train or all validate.

            The folder of the run gets config.json, metrics.jsonl, tensorboard/, skipped.csv (input left out, with \
            the reason) and checkpoints/. A run goes on where it stopped, bit for bit; --time-limit, --epochs and \
            --steps may differ then, and --time-limit counts the time of all parts of the run.

            With --steps or --epochs the learning rate follows a cosine over all steps; with --time-limit alone it \
            stays level for half the time and falls then.

            Presets: %s\
            """.formatted(String.join(
                "; ",
                ModelPresets.names().stream()
                        .map(name -> name + " (" + ModelPresets.about(name) + ")")
                        .toList()));
    }

    @Override
    public List<CommandOption<?>> options() {
        List<CommandOption<?>> options = new ArrayList<>();
        options.add(PretrainArguments.DATA);
        options.add(OUT);
        options.addAll(PretrainArguments.MODEL);
        options.addAll(PretrainArguments.LENGTH);
        options.add(RESUME);
        options.addAll(PretrainArguments.SELECTION);
        options.addAll(PretrainArguments.TASK);
        options.addAll(PretrainArguments.OPTIMISER);
        options.addAll(PretrainArguments.LOOKS);
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
                "./unitcell pretrain --data bundled --preset tiny --time-limit 2m",
                "./unitcell pretrain --data 'data/mp/*.csv.gz' --preset small --time-limit 8h --out runs/mp",
                "./unitcell pretrain --data data/cifs --model-config eqv2.json --epochs 20 --device cuda");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        long start = System.nanoTime();
        arguments.printResolved(console);
        PretrainOptions options = PretrainArguments.resolve(arguments);
        console.line("model " + ModelConfigJson.write(options.model()).compact());
        console.line("optimiser " + options.optimiser().toJson().compact());
        Resume resume = resume(arguments.get(RESUME));
        // The device first: a missing GPU should not cost the time of reading the data.
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        try (Device device = choice.device()) {
            Dataset dataset = read(arguments, console, options.data());
            PretrainData data = PretrainData.of(dataset.crystals(), options);
            console.line("split: " + data.train().size() + " crystals train, "
                    + data.validation().size() + " validate");
            try (StopSignal stop = StopSignal.install(console::warn)) {
                PretrainRun.Environment environment = new PretrainRun.Environment(
                        device,
                        Math.max(1, SharedOptions.threads(arguments) / 4),
                        ProgressOutput.on(console.err()),
                        console::line,
                        stop::requested,
                        arguments.get(DETECT_ANOMALY));
                PretrainRun run = new PretrainRun(options, data, environment, arguments.get(OUT));
                if (arguments.get(SharedOptions.DRY_RUN)) {
                    console.line(data.summary().pretty().strip());
                    run.dryRun().forEach(console::line);
                    return ExitCode.OK;
                }
                SkippedList.write(arguments.get(OUT).resolve("skipped.csv"), dataset.skipped());
                return report(arguments, console, run.train(resume, start));
            }
        }
    }

    /** Reads the crystals to train on. */
    static Dataset read(Arguments arguments, Console console, PretrainOptions.Data data) throws IOException {
        Dataset dataset = PretrainData.read(data);
        console.line("data: " + dataset.summary());
        boolean empty = dataset.crystals().size() == 0;
        if (dataset.firstRefused().isPresent() && (arguments.get(SharedOptions.STRICT) || empty)) {
            throw TrainerException.input(dataset.firstRefused().get().detail());
        }
        if (empty) {
            throw TrainerException.input(
                    dataset.skipped().isEmpty()
                            ? "no crystals to train on: the data hold none"
                            : "no crystals are left to train on: all were left out, by " + dataset.skippedByRule()
                                    + "; the first: " + dataset.skipped().get(0).detail());
        }
        return dataset;
    }

    static Resume resume(String word) {
        return switch (word) {
            case "auto" -> new Resume.Auto();
            case "none" -> new Resume.None();
            default -> new Resume.From(Path.of(word));
        };
    }

    private static ExitCode report(Arguments arguments, Console console, Outcome outcome) throws IOException {
        console.print(
                "%s after %d steps and %s; checkpoint %s",
                outcome.stopped() ? "stopped" : "finished",
                outcome.steps(),
                Duration.ofSeconds((long) outcome.seconds())
                        .toString()
                        .substring(2)
                        .toLowerCase(java.util.Locale.ROOT),
                outcome.checkpoint());
        if (arguments.find(SharedOptions.JSON).isPresent()) {
            JsonObject.Builder json = JsonObject.builder()
                    .put("stopped", outcome.stopped())
                    .put("steps", outcome.steps())
                    .put("seconds", outcome.seconds())
                    .put("checkpoint", outcome.checkpoint().toString());
            outcome.validation().ifPresent(v -> v.values().forEach((k, x) -> json.putOrNull("validation_" + k, x)));
            AtomicFiles.replace(
                    arguments.find(SharedOptions.JSON).get(), json.build().pretty());
        }
        return outcome.stopped() ? ExitCode.STOPPED : ExitCode.OK;
    }
}
