package unitcell.trainer.cli;

import java.util.List;
import java.util.Optional;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;

/** The program: {@code ./unitcell COMMAND [options]}. */
public final class Main {
    private final Commands commands;

    Main(Commands commands) {
        this.commands = commands;
    }

    /** Runs the program and ends the JVM with its exit status. */
    public static void main(String[] words) {
        StandardStreams streams = StandardStreams.open();
        ExitCode code = run(List.of(words), streams.console());
        System.exit(streams.close(code).status());
    }

    /** Runs a command line without ending the JVM. */
    public static ExitCode run(List<String> words, Console console) {
        return new Main(Commands.all()).execute(words, console);
    }

    /** Whatever happens ends in an exit code and, if it is a failure, one line on standard error. */
    ExitCode execute(List<String> words, Console console) {
        try {
            return dispatch(words, console);
        } catch (Throwable e) { // the last resort: every exception is told of here, none passes
            if (words.contains("--debug")) {
                e.printStackTrace(console.err());
            }
            Failures failure = Failures.of(e);
            console.err().println("unitcell: " + failure.line());
            return failure.exitCode();
        }
    }

    private ExitCode dispatch(List<String> words, Console console) throws Exception {
        if (words.isEmpty()) {
            console.err().print(HelpPage.program(commands));
            throw TrainerException.usage("no command given");
        }
        if (words.get(0).equals("--version")) {
            console.line(version());
            return ExitCode.OK;
        }
        Optional<String> help = help(words);
        if (help.isPresent()) {
            console.out().print(help.get());
            return ExitCode.OK;
        }
        if (words.get(0).startsWith("-")) {
            throw TrainerException.usage("found " + words.get(0) + ", expected a command before the options"
                    + " (./unitcell --help lists the commands)");
        }
        Commands.Found found = commands.find(words);
        Arguments arguments = new ArgumentParser(found.command()).parse(found.rest());
        return found.command().run(arguments, console);
    }

    /** The help text, if the words ask for one: {@code help evaluate}, {@code evaluate --help}, {@code --help}. */
    private Optional<String> help(List<String> words) {
        boolean asked = words.get(0).equals("help");
        List<String> subject = asked ? words.subList(1, words.size()) : words;
        for (String word : subject) {
            if (word.equals("--")) {
                break;
            }
            asked |= word.equals("--help") || word.equals("-h");
        }
        if (!asked) {
            return Optional.empty();
        }
        subject = subject.stream().takeWhile(word -> !word.startsWith("-")).toList();
        if (subject.isEmpty()) {
            return Optional.of(HelpPage.program(commands));
        }
        List<Command> group = subject.size() == 1 ? commands.group(subject.get(0)) : List.of();
        if (!group.isEmpty() && !commands.has(subject.get(0))) {
            return Optional.of(HelpPage.group(subject.get(0), group));
        }
        return Optional.of(HelpPage.command(commands.find(subject).command(), group));
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return "Unitcell " + (version == null ? "(development build)" : version) + ", Java " + Runtime.version() + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
