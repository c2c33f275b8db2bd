package unitcell.trainer.cli;

import java.util.List;
import java.util.Optional;

/**
 * An option of a command: {@code --NAME VALUE}, or {@code --NAME} alone for a flag.
 *
 * @param name without dashes
 * @param alias a second name meaning the same; empty if none
 * @param type empty for a flag
 * @param help what it is, with its unit, in one sentence without a full stop
 * @param defaultText the value when not given, as a user would type it; empty if none
 * @param defaultNote what happens when it is not given, where that is no fixed value; empty if nothing needs saying
 * @param required whether it must be given, on the command line or in a {@code --config} file
 * @param repeatable whether it may be given several times; its type reads all the texts, one a line
 * @param <T> Boolean for a flag
 */
record CommandOption<T>(
        String name,
        String alias,
        Optional<ValueType<T>> type,
        String help,
        Optional<String> defaultText,
        String defaultNote,
        boolean required,
        boolean repeatable) {

    /** An option with a value and neither a default nor an obligation. */
    static <T> CommandOption<T> of(String name, ValueType<T> type, String help) {
        return new CommandOption<>(name, "", Optional.of(type), help, Optional.empty(), "", false, false);
    }

    /** An option without a value: false unless given. */
    static CommandOption<Boolean> flag(String name, String help) {
        return new CommandOption<>(name, "", Optional.empty(), help, Optional.empty(), "", false, false);
    }

    /** The same option with a second name. */
    CommandOption<T> alias(String other) {
        return new CommandOption<>(name, other, type, help, defaultText, defaultNote, required, repeatable);
    }

    /** The same option with a default value; it is read like one the user gives. */
    CommandOption<T> byDefault(String text) {
        return new CommandOption<>(name, alias, type, help, Optional.of(text), defaultNote, false, repeatable);
    }

    /** The same option, saying what happens without it. */
    CommandOption<T> without(String note) {
        return new CommandOption<>(name, alias, type, help, defaultText, note, required, repeatable);
    }

    /** The same option, which must be given. */
    CommandOption<T> mandatory() {
        return new CommandOption<>(name, alias, type, help, Optional.empty(), defaultNote, true, repeatable);
    }

    /** The same option with another explanation. */
    CommandOption<T> explained(String text) {
        return new CommandOption<>(name, alias, type, text, defaultText, defaultNote, required, repeatable);
    }

    /** An option that may be given several times; each time adds a value. */
    static <T> CommandOption<List<T>> several(String name, ValueType<T> type, String help) {
        return new CommandOption<>(name, "", Optional.of(type.lines()), help, Optional.empty(), "", false, true);
    }

    boolean isFlag() {
        return type.isEmpty();
    }

    /** Whether the user's word names this option. */
    boolean answersTo(String word) {
        return name.equals(word) || (!alias.isEmpty() && alias.equals(word));
    }
}
