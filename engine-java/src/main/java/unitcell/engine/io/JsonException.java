package unitcell.engine.io;

import java.io.IOException;

/** Text that is no valid JSON, or JSON that is not what the reader needs; one line that starts with its place. */
public final class JsonException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_DETAIL = 500;

    /**
     * @param where place of the fault
     * @param detail what was found and what was expected
     */
    public JsonException(JsonWhere where, String detail) {
        super(where + ": " + printable(detail));
    }

    private static String printable(String detail) {
        String line = detail.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MAX_DETAIL ? line : line.substring(0, MAX_DETAIL) + "...";
    }
}
