package unitcell.trainer.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;

/** One command of the program. Instances hold no state between runs. */
interface Command {
    /** One word, or two where several commands form a group: {@code evaluate}, {@code verify golden}. */
    String name();

    /** One line for the list of commands, without a full stop. */
    String summary();

    /** What it does, reads and writes, for {@code --help}; paragraphs separated by an empty line. */
    default String description() {
        return "";
    }

    /** Arguments without a name, in order. */
    default List<Operand> operands() {
        return List.of();
    }

    /** Its options in the order of the help text; {@code --config}, {@code --debug} and {@code --help} come by themselves. */
    List<CommandOption<?>> options();

    /** Whole command lines as a user would type them, the simplest first. */
    List<String> examples();

    /** Endings worth telling besides success, wrong usage and refused input, which every command has. */
    default Set<ExitCode> furtherExitCodes() {
        return Set.of();
    }

    /**
     * Does the work. Failures are thrown: {@link Failures} says which exception ends in which status.
     *
     * @return how the program ends
     */
    ExitCode run(Arguments arguments, Console console) throws IOException, InterruptedException;
}
