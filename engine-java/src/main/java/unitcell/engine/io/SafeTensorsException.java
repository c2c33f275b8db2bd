package unitcell.engine.io;

import java.io.IOException;
import java.nio.file.Path;

/** A safetensors file that is refused, or that does not hold what was asked for: one line with the file and the reason. */
public final class SafeTensorsException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_DETAIL = 500;

    /** Every reason for a refusal. */
    public enum Fault {
        /** Less than the 8 bytes of the header's length. */
        FILE_TOO_SHORT,
        /** The header's length is negative or above {@link SafeTensorsFile#MAX_HEADER_BYTES}. */
        HEADER_TOO_LARGE,
        /** The header would end after the file. */
        HEADER_TRUNCATED,
        /** The header's first byte is not an opening brace. */
        HEADER_START,
        /** The header is not valid UTF-8, or a name in it is not valid Unicode. */
        HEADER_NOT_UTF8,
        /** The header is not valid JSON, or something follows its object. */
        HEADER_NOT_JSON,
        /** One key twice in one object. */
        DUPLICATE_KEY,
        /** {@code __metadata__} is not an object of strings. */
        BAD_METADATA,
        /** An entry has missing, unknown or wrongly typed fields. */
        BAD_ENTRY,
        /** An element type outside {@link StoredType}. */
        UNKNOWN_TYPE,
        /** Number of elements or bytes beyond 2^63 - 1. */
        SIZE_OVERFLOW,
        /** Shape times element size differs from the span of the offsets. */
        SIZE_MISMATCH,
        /** The spans do not cover the data from its first byte on, each where the last one ended. */
        HOLE_OR_OVERLAP,
        /** The data end before or after the last span. */
        DATA_SIZE,
        /** An entry that was asked for is absent. */
        NO_SUCH_ENTRY,
        /** An entry has another element type than was asked for. */
        WRONG_TYPE,
        /** An entry has another shape than was asked for, or too many elements for an array. */
        WRONG_SHAPE
    }

    private final Fault fault;

    SafeTensorsException(Path file, Fault fault, String detail) {
        super(file + ": " + fault + ": " + printable(detail));
        this.fault = fault;
    }

    /** Names come from the file: they must not break the line, control the terminal or fill the screen. */
    private static String printable(String detail) {
        String line = detail.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MAX_DETAIL ? line : line.substring(0, MAX_DETAIL) + "...";
    }

    /** Why the file was refused. */
    public Fault fault() {
        return fault;
    }
}
