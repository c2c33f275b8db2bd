package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;

/** The command line from words to values, with a command made for the test. */
class CommandLineTest {
    @TempDir
    Path folder;

    private static final CommandOption<List<Integer>> SITES =
            CommandOption.of("sites", ValueType.integer(0, Integer.MAX_VALUE).list(), "sites");
    private static final CommandOption<Double> NOISE =
            CommandOption.of("noise", ValueType.number(0, 1), "noise").byDefault("0.1");
    private static final CommandOption<Duration> LIMIT =
            CommandOption.of("time-limit", ValueType.duration(), "time").without("no limit");

    /** Prints its resolved options, or throws what it was made with. */
    private record Toy(String name, RuntimeException failure) implements Command {
        @Override
        public String summary() {
            return "toy";
        }

        @Override
        public List<Operand> operands() {
            return name.contains(" ") ? List.of(new Operand("DIR", "a folder")) : List.of();
        }

        @Override
        public List<CommandOption<?>> options() {
            return List.of(SharedOptions.INPUT, SITES, NOISE, LIMIT, SharedOptions.THREADS, SharedOptions.STRICT);
        }

        @Override
        public List<String> examples() {
            return List.of("./unitcell " + name + " --input a.cif");
        }

        @Override
        public ExitCode run(Arguments arguments, Console console) {
            if (failure != null) {
                throw failure;
            }
            arguments
                    .resolved()
                    .forEach((option, setting) -> console.print(
                            "%s=%s (%s)",
                            option, setting.value(), setting.origin().word()));
            arguments.operands().forEach(console::line);
            return ExitCode.OK;
        }
    }

    private record Result(ExitCode code, String out, String err) {}

    private static Result run(RuntimeException failure, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        Commands commands = new Commands(
                List.of(new Toy("paint", failure), new Toy("check walls", failure), new Toy("check roof", failure)));
        ExitCode code = new Main(commands).execute(List.of(words), console);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Result run(String... words) {
        return run(null, words);
    }

    @Test
    void valuesAreTypedAndTellWhereTheyCameFrom() {
        Result result = run("paint", "--data", "a.cif", "--sites=0, 3", "--time-limit", "1h30m", "--strict");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(
                List.of(
                        "input=a.cif (command line)",
                        "sites=[0, 3] (command line)",
                        "noise=0.1 (default)",
                        "time-limit=PT1H30M (command line)",
                        "strict=true (command line)",
                        "debug=false (default)",
                        "help=false (default)"),
                result.out().lines().toList());
    }

    @Test
    void theCommandLineWinsOverTheConfigFileAndThatOverDefaults() throws IOException {
        Path config = Files.writeString(
                folder.resolve("c.json"),
                "{\"noise\": 0.5, \"data\": \"b.cif\", \"sites\": [1, 2], \"strict\": true, \"threads\": null}");
        List<String> out = run("paint", "--config", config.toString(), "--noise", "0.25")
                .out()
                .lines()
                .toList();
        assertTrue(out.contains("noise=0.25 (command line)"), out.toString());
        assertTrue(out.contains("input=b.cif (config file)"), out.toString());
        assertTrue(out.contains("sites=[1, 2] (config file)"), out.toString());
        assertTrue(out.contains("strict=true (config file)"), out.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"nose": 1}               | :1:2: unknown option "nose"; did you mean noise?
            {"noise": 2}              | :1:11: "noise": found 2, expected a number from 0 to 1
            {"noise": {}}             | :1:11: "noise": found an object, expected a number, text or flag
            {"strict": 1}             | :1:12: "strict": found 1, expected true or false
            {"input": "a", "data": "b"} | "input" is given twice, under both its names
            {"noise": 0.1, "noise": 0.2} | Duplicate field 'noise'
            [1]                       | :1:1: found a list, expected a JSON object of options
            {"noise": 0.1             | not valid JSON
            {} {}                     | :1:4: found an object after the object, expected the end of the file
            {"config": "x"}           | unknown option "config"
            """)
    void badConfigFilesAreRefusedWithThePlace(String json, String message) throws IOException {
        Path config = Files.writeString(folder.resolve("c.json"), json);
        Result result = run("paint", "--config", config.toString());
        assertEquals(ExitCode.USAGE, result.code());
        assertTrue(result.err().contains(message), result.err());
        assertTrue(result.err().startsWith("unitcell: " + config), result.err());
        assertEquals(1, result.err().lines().count());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            paint --threads 0     | --threads 0: expected a whole number from 1 to 1024
            paint --threads two   | --threads two: expected a whole number from 1 to 1024
            paint --threads 99999999999 | --threads 99999999999: expected a whole number from 1 to 1024
            paint --noise nan     | --noise nan: expected a number from 0 to 1
            paint --noise NaN     | --noise NaN: expected a number from 0 to 1
            paint --noise -0.1    | --noise -0.1: expected a number from 0 to 1
            paint --sites 1,,2    | --sites 1,,2: expected a whole number of 0 or more, or several separated by commas
            paint --time-limit 0s | --time-limit 0s: expected a time such as 90s, 20m, 1h30m or 2d
            paint --time-limit 9999999999d | expected a time such as
            paint --noise         | --noise needs a value: expected a number from 0 to 1
            paint --thread 1      | unknown option --thread; did you mean --threads?
            paint --nosie=1       | unknown option --nosie=1; did you mean --noise?
            paint --qqqqq         | unknown option --qqqqq (see ./unitcell paint --help)
            paint --input a --data b | --input is given 2 times (a, b): give it once
            paint --input a.cif b.cif | unexpected argument b.cif (a pattern such as '*.cif' must be quoted
            paitn                 | unknown command paitn; did you mean paint? (./unitcell --help
            --noise 1             | found --noise, expected a command before the options
            check                 | check: say what: walls, roof
            check wals            | check: found wals, expected one of walls, roof; did you mean walls?
            check walls           | DIR is missing: expected a folder
            help nothing          | unknown command nothing
            """)
    void wrongUsageIsOneLineAndStatusTwo(String words, String message) {
        Result result = run(words.split(" "));
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.err().startsWith("unitcell: "), result.err());
        assertTrue(result.err().contains(message), result.err());
        assertEquals("", result.out());
    }

    @Test
    void mandatoryOptionsAreAskedFor() {
        Command picky = new Command() {
            @Override
            public String name() {
                return "picky";
            }

            @Override
            public String summary() {
                return "picky";
            }

            @Override
            public List<CommandOption<?>> options() {
                return List.of(SharedOptions.OUT.mandatory());
            }

            @Override
            public List<String> examples() {
                return List.of();
            }

            @Override
            public ExitCode run(Arguments arguments, Console console) {
                return ExitCode.OK;
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Console console = new Console(stream, stream, false);
        Main main = new Main(new Commands(List.of(picky)));
        assertEquals(ExitCode.USAGE, main.execute(List.of("picky"), console));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("--out is missing: expected folder"));
        assertEquals(ExitCode.OK, main.execute(List.of("picky", "--out", "x"), console));
    }

    @Test
    void helpListsCommandsInOrderAndExplainsOptions() {
        String list = run("--help").out();
        assertTrue(list.indexOf("paint") < list.indexOf("check walls"), list);
        assertEquals(list, run("help").out());
        String page = run("paint", "--noise", "7", "--help").out();
        assertTrue(page.contains("--noise X               noise [default: 0.1]"), page);
        assertTrue(page.contains("--time-limit TIME       time [default: no limit]"), page);
        assertTrue(page.contains("same as --data"), page);
        assertTrue(page.contains("./unitcell paint --input a.cif"), page);
        assertTrue(page.contains("  70 "), page);
        assertTrue(page.lines().allMatch(line -> line.length() <= 100), page);
        assertEquals(page, run("help", "paint").out());
        assertTrue(run("check", "--help").out().contains("check roof"));
        assertTrue(run("check", "walls", "-h").out().startsWith("usage: ./unitcell check walls DIR [options]"));
    }

    @Test
    void stackTracesAppearOnlyWithDebug() {
        RuntimeException defect = new IllegalStateException("two\nlines");
        Result plain = run(defect, "paint");
        assertEquals(ExitCode.INTERNAL, plain.code());
        assertEquals(
                List.of("unitcell: internal error: java.lang.IllegalStateException: two lines; run again with --debug"
                        + " for the details"),
                plain.err().lines().toList());
        Result debug = run(defect, "paint", "--debug");
        assertTrue(debug.err().contains("\tat unitcell.trainer.cli."), debug.err());
        assertEquals(
                ExitCode.NON_FINITE,
                run(TrainerException.nonFinite("loss is NaN"), "paint").code());
    }
}
