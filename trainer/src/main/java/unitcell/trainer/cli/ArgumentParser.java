package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import unitcell.trainer.Suggestions;
import unitcell.trainer.TrainerException;

/**
 * Turns the words after a command's name into {@link Arguments}. Options on the command line win over those in a
 * {@code --config} file, which win over defaults. Everything refused is a usage error of one line.
 */
final class ArgumentParser {
    private final Command command;
    private final List<CommandOption<?>> options;

    ArgumentParser(Command command) {
        this.command = command;
        this.options = optionsOf(command);
    }

    /** A command's own options and those that every command has. */
    static List<CommandOption<?>> optionsOf(Command command) {
        List<CommandOption<?>> all = new ArrayList<>(command.options());
        all.add(SharedOptions.CONFIG);
        all.add(SharedOptions.DEBUG);
        all.add(SharedOptions.HELP);
        return all;
    }

    /**
     * @param words what follows the command's name
     * @throws TrainerException on anything that is not accepted
     */
    Arguments parse(List<String> words) throws IOException {
        CommandLine line = split(words);
        Map<String, String> given = new HashMap<>();
        for (CommandOption<?> option : options) {
            collect(option, line).ifPresent(text -> given.put(option.name(), text));
        }
        Map<String, Arguments.Setting> fromFile =
                given.containsKey("config") ? ConfigFile.read(Path.of(given.get("config")), this) : Map.of();
        Map<String, Arguments.Setting> settings = new LinkedHashMap<>();
        for (CommandOption<?> option : options) {
            String text = given.get(option.name());
            if (text != null) {
                Object value = read(option, text)
                        .orElseThrow(() -> usage("--" + option.name() + " " + text + ": expected " + expected(option)));
                settings.put(option.name(), new Arguments.Setting(value, text, Arguments.Origin.COMMAND_LINE));
            } else if (fromFile.containsKey(option.name())) {
                settings.put(option.name(), fromFile.get(option.name()));
            } else {
                defaultOf(option).ifPresent(setting -> settings.put(option.name(), setting));
            }
            if (option.required() && !settings.containsKey(option.name())) {
                throw usage("--" + option.name() + " is missing: expected " + option.help());
            }
        }
        return new Arguments(options, settings, operands(line));
    }

    /** The option that a word names. */
    Optional<CommandOption<?>> option(String word) {
        return options.stream().filter(o -> o.answersTo(word)).findFirst();
    }

    /** Names of all options. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        for (CommandOption<?> option : options) {
            names.add(option.name());
            if (!option.alias().isEmpty()) {
                names.add(option.alias());
            }
        }
        return names;
    }

    /** The value in a text; empty if it is not accepted. */
    static Optional<?> read(CommandOption<?> option, String text) {
        if (option.isFlag()) {
            return switch (text) {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> Optional.empty();
            };
        }
        return option.type().orElseThrow().reader().read(text);
    }

    /** What an option accepts, to follow "expected". */
    static String expected(CommandOption<?> option) {
        return option.type().map(ValueType::expected).orElse("true or false");
    }

    private static Optional<Arguments.Setting> defaultOf(CommandOption<?> option) {
        String text = option.isFlag() ? "false" : option.defaultText().orElse(null);
        return text == null
                ? Optional.empty()
                : Optional.of(new Arguments.Setting(
                        read(option, text)
                                .orElseThrow(() -> new IllegalStateException("default of --" + option.name() + ": '"
                                        + text + "' is not " + expected(option))),
                        text,
                        Arguments.Origin.DEFAULT));
    }

    private CommandLine split(List<String> words) {
        Options known = new Options();
        for (CommandOption<?> option : options) {
            known.addOption(named(option.name(), option));
            if (!option.alias().isEmpty()) {
                known.addOption(named(option.alias(), option));
            }
        }
        DefaultParser parser = DefaultParser.builder()
                .setAllowPartialMatching(false)
                .setStripLeadingAndTrailingQuotes(false)
                .get();
        try {
            return parser.parse(known, words.toArray(new String[0]));
        } catch (MissingArgumentException e) {
            CommandOption<?> option = option(e.getOption().getLongOpt()).orElseThrow();
            throw usage("--" + e.getOption().getLongOpt() + " needs a value: expected " + expected(option));
        } catch (UnrecognizedOptionException e) {
            String word = e.getOption();
            String bare = word.replaceFirst("^-+", "").replaceFirst("=.*", "");
            throw usage("unknown option " + word + Suggestions.hint(bare, names(), "--"));
        } catch (ParseException e) {
            throw usage(e.getMessage());
        }
    }

    private static Option named(String name, CommandOption<?> option) {
        return Option.builder().longOpt(name).hasArg(!option.isFlag()).get();
    }

    /** The text an option was given, under either name, once. */
    private Optional<String> collect(CommandOption<?> option, CommandLine line) {
        List<String> texts = new ArrayList<>();
        for (Option parsed : line.getOptions()) {
            if (option.answersTo(parsed.getLongOpt())) {
                texts.add(option.isFlag() ? "true" : parsed.getValue());
            }
        }
        if (option.repeatable() && !texts.isEmpty()) {
            for (String text : texts) {
                if (read(option, text).isEmpty()) {
                    throw usage("--" + option.name() + " " + text + ": expected " + expected(option));
                }
            }
            return Optional.of(String.join("\n", texts));
        }
        if (texts.size() > 1 && !option.isFlag()) {
            throw usage("--" + option.name() + " is given " + texts.size() + " times (" + String.join(", ", texts)
                    + "): give it once");
        }
        return texts.stream().findFirst();
    }

    private List<String> operands(CommandLine line) {
        List<String> found = line.getArgList();
        List<Operand> wanted = command.operands();
        if (found.size() > wanted.size()) {
            String extra = found.get(wanted.size());
            boolean option = extra.startsWith("-");
            throw usage(
                    option
                            ? "unknown option " + extra
                            : "unexpected argument " + extra
                                    + " (a pattern such as '*.cif' must be quoted to reach the option before it)");
        }
        if (found.size() < wanted.size()) {
            Operand missing = wanted.get(found.size());
            throw usage(missing.name() + " is missing: expected " + missing.help());
        }
        return found;
    }

    private TrainerException usage(String message) {
        return TrainerException.usage(message + " (see ./unitcell " + command.name() + " --help)");
    }
}
