package unitcell.engine.io;

/**
 * Where a JSON value began: for error messages, without part in the equality of values.
 *
 * @param source file name or other name of the text; empty for values made by a program
 * @param line from 1
 * @param column in characters, from 1
 */
public record JsonWhere(String source, int line, int column) {
    static final JsonWhere NOWHERE = new JsonWhere("", 0, 0);

    /** {@code source:line:column}, or "JSON value" where there was no text. */
    @Override
    public String toString() {
        return line == 0 ? "JSON value" : source + ":" + line + ":" + column;
    }
}
