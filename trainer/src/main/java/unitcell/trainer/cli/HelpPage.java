package unitcell.trainer.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import unitcell.trainer.ExitCode;

/** Writes the help texts: 100 columns at most, options with units and defaults, examples, exit codes. */
final class HelpPage {
    private static final int WIDTH = 100;
    private static final int INDENT = 26;

    private HelpPage() {}

    /** What {@code ./unitcell --help} prints. */
    static String program(Commands commands) {
        StringBuilder text = new StringBuilder();
        text.append("usage: ./unitcell COMMAND [options]\n\n")
                .append("Trains, runs and checks self-supervised models of crystal structures.\n\n");
        list(text, commands.list());
        text.append('\n')
                .append("./unitcell COMMAND --help explains a command, ./unitcell --version tells versions.\n\n");
        exitCodes(text, EnumSet.allOf(ExitCode.class));
        return text.toString();
    }

    /** What {@code ./unitcell GROUP --help} prints. */
    static String group(String word, List<Command> commands) {
        StringBuilder text = new StringBuilder("usage: ./unitcell " + word + " WHAT [options]\n\n");
        list(text, commands);
        text.append("\n./unitcell ").append(word).append(" WHAT --help explains one of them.\n");
        return text.toString();
    }

    /** What {@code ./unitcell COMMAND --help} prints. */
    static String command(Command command) {
        return command(command, List.of());
    }

    /**
     * As {@link #command(Command)}, for a command whose name begins the names of others.
     *
     * @param parts those others
     */
    static String command(Command command, List<Command> parts) {
        StringBuilder text = new StringBuilder("usage: ./unitcell " + command.name());
        for (Operand operand : command.operands()) {
            text.append(' ').append(operand.name());
        }
        text.append(" [options]\n\n")
                .append(wrapped(command.summary() + ".", 0))
                .append('\n');
        if (!command.description().isEmpty()) {
            for (String paragraph : command.description().strip().split("\n\\s*\n")) {
                text.append('\n').append(wrapped(paragraph, 0)).append('\n');
            }
        }
        text.append('\n');
        for (Operand operand : command.operands()) {
            entry(text, operand.name(), operand.help());
        }
        for (CommandOption<?> option : ArgumentParser.optionsOf(command)) {
            entry(text, label(option), explanation(option));
        }
        if (!parts.isEmpty()) {
            text.append('\n');
            list(text, parts);
            text.append("./unitcell ").append(command.name()).append(" WHAT --help explains one of them.\n");
        }
        text.append('\n').append(command.examples().size() == 1 ? "example:\n" : "examples:\n");
        command.examples().forEach(example -> text.append("  ").append(example).append('\n'));
        text.append('\n');
        Set<ExitCode> codes = EnumSet.of(ExitCode.OK, ExitCode.USAGE, ExitCode.INPUT, ExitCode.INTERNAL);
        codes.addAll(command.furtherExitCodes());
        exitCodes(text, codes);
        return text.toString();
    }

    private static void list(StringBuilder text, List<Command> commands) {
        text.append("commands, in the order in which one uses them:\n");
        for (Command command : commands) {
            entry(text, command.name(), command.summary());
        }
    }

    private static void exitCodes(StringBuilder text, Set<ExitCode> codes) {
        text.append("exit codes:\n");
        for (ExitCode code : codes) {
            text.append(String.format("  %-3d %s%n", code.status(), code.meaning()));
        }
    }

    private static String label(CommandOption<?> option) {
        return "--" + option.name()
                + option.type().map(type -> " " + type.placeholder()).orElse("");
    }

    private static String explanation(CommandOption<?> option) {
        List<String> notes = new ArrayList<>();
        if (option.required()) {
            notes.add("required");
        }
        if (option.repeatable()) {
            notes.add("may be given several times");
        }
        option.defaultText().ifPresent(text -> notes.add("default: " + text));
        if (!option.defaultNote().isEmpty()) {
            notes.add("default: " + option.defaultNote());
        }
        if (!option.alias().isEmpty()) {
            notes.add("same as --" + option.alias());
        }
        return option.help() + (notes.isEmpty() ? "" : " [" + String.join("; ", notes) + "]");
    }

    /** A label and its explanation, which starts on a line of its own where the label is long. */
    private static void entry(StringBuilder text, String label, String explanation) {
        String body = wrapped(explanation, INDENT);
        text.append("  ").append(label);
        int used = label.length() + 2;
        if (used + 2 > INDENT) {
            text.append('\n').append(" ".repeat(INDENT));
        } else {
            text.append(" ".repeat(INDENT - used));
        }
        text.append(body).append('\n');
    }

    /** Text broken into lines; those after the first are indented. */
    private static String wrapped(String text, int indent) {
        StringBuilder lines = new StringBuilder();
        int column = indent;
        for (String word : text.strip().split("\\s+")) {
            if (column > indent && column + 1 + word.length() > WIDTH) {
                lines.append('\n').append(" ".repeat(indent));
                column = indent;
            } else if (column > indent) {
                lines.append(' ');
                column++;
            }
            lines.append(word);
            column += word.length();
        }
        return lines.toString();
    }
}
