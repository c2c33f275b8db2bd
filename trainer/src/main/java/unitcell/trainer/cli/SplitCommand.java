package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.TableSplit;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code split}: divides crystals into some to train on and some to test on. */
final class SplitCommand implements Command {
    private static final CommandOption<String> INPUT = SharedOptions.INPUT.mandatory();
    private static final CommandOption<Path> OUT = SharedOptions.OUT.byDefault("runs/split");
    private static final CommandOption<Double> FRACTION = CommandOption.of(
                    "fraction", ValueType.number(1e-6, 1 - 1e-6), "expected share of compositions to test on")
            .byDefault("0.1");

    @Override
    public String name() {
        return "split";
    }

    @Override
    public String summary() {
        return "divide crystals into some to train on and some to test on, without leaks";
    }

    @Override
    public String description() {
        return """
            Writes train.csv and test.csv, with the columns of the input and the structure in a column cif, and \
            skipped.csv, what could not be read and why. All crystals of one reduced composition, polymorphs and \
            supercells included, fall on the same side, decided by the seed and the composition alone: crystals \
            that are added later move no others across.

            Give test.csv to pretrain --exclude, so that no polymorph of a test crystal is trained on.\
            """;
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(INPUT, OUT, FRACTION, SharedOptions.SEED, SharedOptions.STRICT);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell split --input mp20.csv.gz --out runs/data",
                "./unitcell split --input data/cifs --fraction 0.2 --seed 1 --out runs/data");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        CrystalSource source = CrystalSource.of(arguments.get(INPUT));
        Path out = arguments.get(OUT);
        TableSplit split = new TableSplit(
                arguments.get(FRACTION), arguments.get(SharedOptions.SEED), arguments.get(SharedOptions.STRICT));
        TableSplit.Outcome outcome;
        try (CrystalRecords records = source.open();
                Progress progress = ProgressOutput.on(console.err()).start("split", "crystals", 0, -1);
                StopSignal stop = StopSignal.install("stopping; nothing is written", console::warn)) {
            outcome = split.write(records, out, stop::requested, progress::done);
        }
        if (outcome.stopped()) {
            console.line("stopped: nothing was written");
            return ExitCode.STOPPED;
        }
        SkippedWarnings.say(console, outcome.skipped(), outcome.skipped().size(), out.resolve("skipped.csv"));
        console.print(
                "%d crystals to train on in %s, %d to test on in %s, %d skipped",
                outcome.train(),
                out.resolve(TableSplit.TRAIN),
                outcome.test(),
                out.resolve(TableSplit.TEST),
                outcome.skipped().size());
        return ExitCode.OK;
    }
}
