package unitcell.engine.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * An immutable JSON value. Read strictly (RFC 8259, valid UTF-8, no key twice, nothing after the value, limits below);
 * every value knows its place in the text, so that a later complaint about its meaning can name file, line and column.
 * Written deterministically: keys in their order, numbers by their shortest text that reads back to the same bits.
 *
 * <p>Limits: {@value #MAX_DEPTH} levels, {@value #MAX_CHARACTERS} characters a text, 1,000 a number.
 */
public sealed interface Json permits JsonObject, JsonArray, JsonString, JsonNumber, JsonBoolean, JsonNull {
    /** Deepest nesting that is read. */
    int MAX_DEPTH = 200;

    /** Longest text that is read. */
    int MAX_CHARACTERS = 512 << 20;

    /** Where this value began in its text. */
    JsonWhere where();

    /** What it is, for messages: "an object", "a string" and so on. */
    String kind();

    /**
     * Reads a file.
     *
     * @throws JsonException at the first fault, as {@code FILE:LINE:COLUMN: what is wrong}
     * @throws FileFault if the file cannot be read
     */
    static Json parse(Path file) throws IOException {
        return JsonReader.file(file);
    }

    /**
     * Reads a text.
     *
     * @param source name of the text in messages
     */
    static Json parse(String source, String text) throws JsonException {
        return JsonReader.text(source, 1, text);
    }

    /**
     * Reads one line of a file that holds one value a line.
     *
     * @param source name of the file in messages
     * @param line number of the line, from 1, in messages
     */
    static Json parseLine(String source, int line, String text) throws JsonException {
        return JsonReader.text(source, line, text);
    }

    /** This value as an object. */
    default JsonObject asObject() throws JsonException {
        throw unexpected("an object");
    }

    /** This value as an array. */
    default JsonArray asArray() throws JsonException {
        throw unexpected("an array");
    }

    /** This value as a string. */
    default String asString() throws JsonException {
        throw unexpected("a string");
    }

    /** This value as a boolean. */
    default boolean asBoolean() throws JsonException {
        throw unexpected("true or false");
    }

    /** This value as a finite double. */
    default double asDouble() throws JsonException {
        throw unexpected("a number");
    }

    /** This value as a long: digits only, no fraction and no exponent. */
    default long asLong() throws JsonException {
        throw unexpected("an integer");
    }

    /** This value as an int: digits only, no fraction and no exponent. */
    default int asInt() throws JsonException {
        long value = asLong();
        if (value != (int) value) {
            throw new JsonException(where(), "expected an integer of 32 bits, found " + value);
        }
        return (int) value;
    }

    /** The value on one line without blanks; ends without a line feed. {@code toString()} is the same. */
    default String compact() {
        return JsonWriter.compact(this);
    }

    /** The value on many lines, two blanks a level, arrays of plain values on one line; ends with a line feed. */
    default String pretty() {
        return JsonWriter.pretty(this);
    }

    /** The complaint "PLACE: expected EXPECTED, found ...". */
    default JsonException unexpected(String expected) {
        return new JsonException(where(), "expected " + expected + ", found " + kind());
    }
}
