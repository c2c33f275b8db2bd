package unitcell.trainer.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the text of an option becomes a value.
 *
 * @param placeholder what stands for the value in help texts, as {@code N}
 * @param expected what is accepted, to follow "expected": {@code a whole number from 1 to 1024}
 * @param reader empty result: the text is not accepted
 */
record ValueType<T>(String placeholder, String expected, Reader<T> reader) {
    private static final Pattern DURATION =
            Pattern.compile("(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?|([0-9]+)");

    /** Reads a value. */
    @FunctionalInterface
    interface Reader<T> {
        Optional<T> read(String text);
    }

    /** An integer in a closed range. */
    static ValueType<Integer> integer(int min, int max) {
        String range = max == Integer.MAX_VALUE ? "of " + min + " or more" : "from " + min + " to " + max;
        return new ValueType<>("N", "a whole number " + range, text -> {
            try {
                int value = Integer.parseInt(text);
                return value >= min && value <= max ? Optional.of(value) : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        });
    }

    /** A 64-bit integer. */
    static ValueType<Long> seed() {
        return new ValueType<>("N", "a whole number of 64 bits", text -> {
            try {
                return Optional.of(Long.parseLong(text));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        });
    }

    /** A finite number in a closed range. */
    static ValueType<Double> number(double min, double max) {
        String range =
                max == Double.MAX_VALUE ? "of " + plain(min) + " or more" : "from " + plain(min) + " to " + plain(max);
        return new ValueType<>("X", "a number " + range, text -> {
            try {
                double value = Double.parseDouble(text);
                return value >= min && value <= max ? Optional.of(value) : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        });
    }

    /** Any text that is not empty. */
    static ValueType<String> text(String placeholder) {
        return new ValueType<>(placeholder, "some text", text -> text.isEmpty() ? Optional.empty() : Optional.of(text));
    }

    /** Text of a certain form. */
    static ValueType<String> matching(String placeholder, Pattern form, String expected) {
        return new ValueType<>(
                placeholder, expected, text -> form.matcher(text).matches() ? Optional.of(text) : Optional.empty());
    }

    /** A path, which need not exist. */
    static ValueType<Path> path(String placeholder) {
        return new ValueType<>(placeholder, "a path", text -> {
            try {
                return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        });
    }

    /** One of some words; the keys are accepted, the values returned. */
    static <T> ValueType<T> choice(Map<String, T> choices) {
        Map<String, T> byWord = Collections.unmodifiableMap(new LinkedHashMap<>(choices));
        String words = String.join("|", byWord.keySet());
        return new ValueType<>(
                words, "one of " + String.join(", ", byWord.keySet()), text -> Optional.ofNullable(byWord.get(text)));
    }

    /** One of some words. */
    static ValueType<String> choice(String... words) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String word : words) {
            map.put(word, word);
        }
        return choice(map);
    }

    /** A length of time: {@code 90s}, {@code 20m}, {@code 1h30m}, {@code 2d}; a bare number means seconds. */
    static ValueType<Duration> duration() {
        return new ValueType<>("TIME", "a time such as 90s, 20m, 1h30m or 2d", text -> {
            Matcher m = DURATION.matcher(text);
            if (text.isEmpty() || text.length() > 18 || !m.matches()) {
                return Optional.empty();
            }
            long seconds = part(m, 1) * 86_400 + part(m, 2) * 3_600 + part(m, 3) * 60 + part(m, 4) + part(m, 5);
            return seconds > 0 && seconds <= 366L * 86_400
                    ? Optional.of(Duration.ofSeconds(seconds))
                    : Optional.empty();
        });
    }

    /** Several values in one text, separated by commas: {@code 0,3,5}. */
    ValueType<List<T>> list() {
        return new ValueType<>(placeholder + ",...", expected + ", or several separated by commas", text -> {
            List<T> values = new ArrayList<>();
            for (String part : text.split(",", -1)) {
                Optional<T> value = reader.read(part.strip());
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                values.add(value.get());
            }
            return Optional.of(List.copyOf(values));
        });
    }

    /** Several values, one a line: what an option is given that may be repeated. */
    ValueType<List<T>> lines() {
        return new ValueType<>(placeholder, expected, text -> {
            List<T> values = new ArrayList<>();
            for (String line : text.split("\n", -1)) {
                Optional<T> value = reader.read(line);
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                values.add(value.get());
            }
            return Optional.of(List.copyOf(values));
        });
    }

    private static long part(Matcher m, int group) {
        String digits = m.group(group);
        // More than nine digits cannot be a sensible time; the range check refuses what this makes of them.
        return digits == null ? 0 : digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
