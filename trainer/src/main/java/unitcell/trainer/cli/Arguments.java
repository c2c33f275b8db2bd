package unitcell.trainer.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.trainer.Console;

/** The values of a command's options and operands: read, in range, with their origin. Immutable. */
final class Arguments {
    /** Where a value came from. */
    enum Origin {
        DEFAULT("default"),
        CONFIG("config file"),
        COMMAND_LINE("command line");

        private final String word;

        Origin(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /**
     * One option's value.
     *
     * @param value as {@link CommandOption}'s type reads it
     * @param text as the user typed it
     */
    record Setting(Object value, String text, Origin origin) {}

    private final Map<String, Setting> settings;
    private final List<CommandOption<?>> options;
    private final List<String> operands;

    Arguments(List<CommandOption<?>> options, Map<String, Setting> settings, List<String> operands) {
        this.options = List.copyOf(options);
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        this.operands = List.copyOf(operands);
    }

    /** The value given or the default; empty if neither is there. */
    @SuppressWarnings("unchecked") // the parser stores under an option's name what that option's type read
    <T> Optional<T> find(CommandOption<T> option) {
        if (!has(option)) {
            throw new IllegalArgumentException("--" + option.name() + " is not an option of this command");
        }
        Setting setting = settings.get(option.name());
        return setting == null ? Optional.empty() : Optional.of((T) setting.value());
    }

    /** The value of an option that is mandatory or has a default; false for a flag that is not given. */
    <T> T get(CommandOption<T> option) {
        return find(option)
                .orElseThrow(() -> new IllegalArgumentException("--" + option.name() + " may be absent: use find"));
    }

    /** Whether the command has this option at all. */
    boolean has(CommandOption<?> option) {
        return options.stream().anyMatch(o -> o.name().equals(option.name()));
    }

    /** Whether the user gave the option, rather than leaving it at its default. */
    boolean isGiven(CommandOption<?> option) {
        Setting setting = settings.get(option.name());
        return setting != null && setting.origin() != Origin.DEFAULT;
    }

    /** The arguments without a name; as many as the command has operands. */
    List<String> operands() {
        return operands;
    }

    /** The whole resolved configuration, option by option; absent options are left out. */
    Map<String, Setting> resolved() {
        return settings;
    }

    /** Prints the whole resolved configuration as a table of option, value and origin. */
    void printResolved(Console console) {
        List<List<String>> rows = new ArrayList<>();
        settings.forEach((name, setting) -> {
            if (!name.equals(SharedOptions.HELP.name())) {
                rows.add(List.of("--" + name, setting.text(), setting.origin().word()));
            }
        });
        console.table(List.of("option", "value", "from"), rows);
    }
}
