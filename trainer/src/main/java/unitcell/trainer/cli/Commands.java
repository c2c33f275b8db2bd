package unitcell.trainer.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.trainer.Suggestions;
import unitcell.trainer.TrainerException;

/** The commands of the program, in the order in which one uses them. */
final class Commands {
    private final Map<String, Command> byName = new LinkedHashMap<>();

    Commands(List<Command> commands) {
        for (Command command : commands) {
            if (byName.put(command.name(), command) != null) {
                throw new IllegalArgumentException("two commands are called " + command.name());
            }
        }
    }

    /** All of them: a new command is added here. */
    static Commands all() {
        return new Commands(List.of(
                new DemoCommand(),
                new SplitCommand(),
                new PretrainCommand(),
                new FinetuneCommand(),
                new PredictCommand(),
                new GanCommand(),
                new ReconstructCommand(),
                new EvaluateCommand(),
                new ReportCommand(),
                new ExplainCommand(),
                new VerifyCommand(),
                new VerifyKernelsCommand(),
                new VerifyGradientsCommand(),
                new VerifyEquivarianceCommand(),
                new VerifyGoldenCommand(),
                new VerifyDeviceCommand(),
                new BenchStepCommand(),
                new BenchKernelsCommand()));
    }

    /** In the order of the help text. */
    List<Command> list() {
        return List.copyOf(byName.values());
    }

    /** Whether there is a command of exactly this name. */
    boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Commands whose name starts with this word and has a second one; empty if the word names no group. */
    List<Command> group(String word) {
        return byName.values().stream()
                .filter(c -> c.name().startsWith(word + " "))
                .toList();
    }

    /**
     * A command found in a command line, and the words that follow its name.
     *
     * @param rest options and operands
     */
    record Found(Command command, List<String> rest) {}

    /**
     * Finds the command that a command line names with its first word or two. A word that names a command and begins the
     * names of others is the command where options follow it, or nothing.
     *
     * @throws TrainerException with a suggestion if there is none
     */
    Found find(List<String> words) {
        String first = words.get(0);
        List<Command> group = group(first);
        boolean alone = group.isEmpty() || words.size() < 2 || words.get(1).startsWith("-");
        if (byName.containsKey(first) && alone) {
            return new Found(byName.get(first), words.subList(1, words.size()));
        }
        if (group.isEmpty()) {
            throw TrainerException.usage("unknown command " + first + Suggestions.hint(first, firstWords(), "")
                    + " (./unitcell --help lists the commands)");
        }
        List<String> seconds =
                group.stream().map(c -> c.name().substring(first.length() + 1)).toList();
        if (words.size() < 2) {
            throw TrainerException.usage(
                    first + ": say what: " + String.join(", ", seconds) + " (see ./unitcell " + first + " --help)");
        }
        String second = words.get(1);
        Command command = byName.get(first + " " + second);
        if (command == null) {
            throw TrainerException.usage(first + ": found " + second + ", expected one of " + String.join(", ", seconds)
                    + Suggestions.hint(second, seconds, ""));
        }
        return new Found(command, words.subList(2, words.size()));
    }

    private List<String> firstWords() {
        List<String> words = new ArrayList<>(List.of("help"));
        byName.keySet().forEach(name -> words.add(name.replaceFirst(" .*", "")));
        return words;
    }
}
