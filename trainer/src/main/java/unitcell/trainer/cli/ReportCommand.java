package unitcell.trainer.cli;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.Suggestions;
import unitcell.trainer.TrainerException;
import unitcell.trainer.results.ModelRuns;
import unitcell.trainer.results.ResultsOptions;
import unitcell.trainer.results.ResultsReport;
import unitcell.trainer.results.ResultsRun;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code report}: tables and figures of trained models as one page. */
final class ReportCommand implements Command {
    private static final int WARNINGS = 10;

    @Override
    public String name() {
        return "report";
    }

    @Override
    public String summary() {
        return "measure trained models and write tables and figures, with intervals, as one page";
    }

    @Override
    public String description() {
        return """
            Spoils test crystals under six settings - whole species, 15 % or 30 % of the sites hidden, with noise of 0.1 \
            and 0.2 - lets every model complete them, and writes into --out: report.html, one page with all tables and \
            figures; report.json, every number of it; structures/MODEL-SETTING/, the crystals that the first run of \
            each model made, as generated.extxyz, generated_crystals_cif.zip (MatterGen's evaluator), structures.csv \
            (columns cif, and cif_string for LeMat-GenBench) and cif/, all in the same order.

            Runs under one name are seeds of one model: their numbers come as means with Student's interval over runs. \
            A single run has Wilson's interval for shares of crystals and a bootstrap over crystals for the rest. All \
            models see the same crystals, masks and displacements.

            What is told: validity of structures and compositions beside the true crystals, a guess and the paper's \
            published numbers; hidden species found; distances before and after; originals found again by a structure \
            matcher, uniqueness, and novelty against --train; crystals drawn; invalid crystals by size; which species \
            take each other's place, beside chance; differences between models; fine-tuning runs with their figures; \
            curves of training; where everything comes from. Parts without data are left out with a sentence.

            Test crystals should be none that a model was trained on: take a benchmark's test rows, or see split. A \
            signal ends the command with status 75 and leaves what was in --out as it was; results appear whole.\
            """;
    }

    @Override
    public List<CommandOption<?>> options() {
        return ReportArguments.OPTIONS;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell report --model mine=runs/mp --test test.csv.gz --out runs/report",
                "./unitcell report --model pretrained=runs/a,runs/b,runs/c --model gan-0.1=runs/gan --test test.csv.gz"
                        + " --train train.csv.gz --limit 2000 --out runs/report",
                "./unitcell report --finetune runs/stability --finetune runs/phonons --out runs/report");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        ResultsOptions options = ReportArguments.resolve(arguments);
        requireNames(options);
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        long[] warned = {0};
        try (Device device = choice.device();
                StopSignal stop = StopSignal.install(
                        "stopping; --out stays as it was, a second signal stops at once", console::warn)) {
            ResultsRun.Environment environment = new ResultsRun.Environment(
                    device,
                    ProgressOutput.on(console.err()),
                    console::line,
                    message -> {
                        if (++warned[0] <= WARNINGS) {
                            console.warn(message);
                        } else if (warned[0] == WARNINGS + 1) {
                            console.warn("more warnings, not shown");
                        }
                    },
                    stop::requested,
                    command(arguments),
                    Main.version(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS));
            Optional<ResultsReport> report = new ResultsRun(options, environment).run();
            if (report.isEmpty()) {
                console.line("stopped; nothing in " + options.out() + " was changed");
                return ExitCode.STOPPED;
            }
            if (!report.get().lines().isEmpty()) {
                console.table(ResultsReport.HEADER, report.get().lines());
            }
            console.line("report: " + options.out().resolve(ResultsRun.PAGE) + ", numbers: "
                    + options.out().resolve(ResultsRun.NUMBERS));
            return ExitCode.OK;
        }
    }

    private static void requireNames(ResultsOptions options) {
        Set<String> names = new HashSet<>();
        for (ModelRuns model : options.models()) {
            if (!names.add(model.name())) {
                throw TrainerException.usage("--model " + model.name()
                        + " is given twice; give all runs of one model at once: " + model.name() + "=RUN,RUN");
            }
        }
        options.comparisons().forEach(pair -> {
            for (String name : List.of(pair.name(), pair.base())) {
                if (!names.contains(name)) {
                    throw TrainerException.usage("--compare " + pair.name() + "=" + pair.base()
                            + ": no model is called " + name + Suggestions.hint(name, List.copyOf(names), ""));
                }
            }
        });
    }

    /** The command line as a user would type it again. */
    private static String command(Arguments arguments) {
        StringBuilder words = new StringBuilder("./unitcell report");
        for (Map.Entry<String, Arguments.Setting> setting : arguments.resolved().entrySet()) {
            for (String text : setting.getValue().text().split("\n", -1)) {
                if (setting.getValue().value() instanceof Boolean given) {
                    words.append(given ? " --" + setting.getKey() : "");
                } else {
                    words.append(" --").append(setting.getKey()).append(' ').append(quoted(text));
                }
            }
        }
        return words.toString();
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9_./,=:@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
