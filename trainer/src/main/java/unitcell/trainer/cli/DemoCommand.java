package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.demo.Demo;
import unitcell.trainer.demo.DemoOptions;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code demo}: the main job from beginning to end on the bundled crystals, with a report. */
final class DemoCommand implements Command {
    private static final CommandOption<Duration> TIME_LIMIT = CommandOption.of(
                    "time-limit", ValueType.duration(), "time for training; reconstruction and report come on top")
            .byDefault("4m");
    private static final CommandOption<Path> OUT =
            SharedOptions.OUT.byDefault("runs/demo").explained("folder of the run and of its " + Demo.REPORT);

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String summary() {
        return "train on bundled crystals for minutes, complete held-out ones, write a report";
    }

    @Override
    public String description() {
        return """
                Trains a small network (%s) on the crystals that come with the program, hides species and displaces atoms of \
                crystals of compositions that were held out, completes them, prints how well, and writes %s, one file \
                that any browser opens.

                Run again, it goes on where it was stopped; once training is finished it completes and reports anew. A \
                run with other options in the same folder is moved aside, as runs/demo.1, and training starts afresh. \
                A signal ends it with a checkpoint and status 75.""".formatted(DemoOptions.ABOUT, Demo.REPORT);
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                TIME_LIMIT, OUT, SharedOptions.SEED, SharedOptions.THREADS, SharedOptions.DEVICE, SharedOptions.JSON);
    }

    @Override
    public List<String> examples() {
        return List.of("./unitcell demo", "./unitcell demo --time-limit 20m --out runs/longer --seed 1");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        long start = System.nanoTime();
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        Path out = arguments.get(OUT);
        try (Device device = choice.device();
                StopSignal stop = StopSignal.install(console::warn)) {
            PretrainRun.Environment environment = new PretrainRun.Environment(
                    device,
                    Math.max(1, SharedOptions.threads(arguments) / 4),
                    ProgressOutput.on(console.err()),
                    console::line,
                    stop::requested,
                    false);
            Demo demo = new Demo(
                    DemoOptions.pretrain(arguments.get(TIME_LIMIT), arguments.get(SharedOptions.SEED)),
                    environment,
                    out,
                    command(arguments));
            Optional<ReconstructionScore> score = demo.run(start);
            if (score.isEmpty()) {
                console.line("stopped; run the same command again to go on");
                return ExitCode.STOPPED;
            }
            report(arguments, console, score.get());
            return ExitCode.OK;
        }
    }

    private static void report(Arguments arguments, Console console, ReconstructionScore score) throws IOException {
        console.line("");
        console.table(ReconstructionScore.HEADER, score.table());
        console.line("");
        console.table(ReconstructionScore.VALIDITY_HEADER, score.validityTable());
        score.baseline().ifPresent(b -> console.line("most frequent species: " + b));
        console.line("report: " + arguments.get(OUT).resolve(Demo.REPORT));
        Optional<Path> file = arguments.find(SharedOptions.JSON);
        if (file.isPresent()) {
            AtomicFiles.replace(file.get(), score.toJson().pretty());
        }
    }

    private static String command(Arguments arguments) {
        StringBuilder words = new StringBuilder("./unitcell demo");
        arguments
                .resolved()
                .forEach((name, setting) ->
                        words.append(" --").append(name).append(' ').append(setting.text()));
        return words.toString();
    }
}
