package unitcell.crystal.io;

/**
 * A place in an input file, for messages.
 *
 * @param file name as the user gave it
 * @param line from 1; 0 if the file as a whole is meant
 * @param column from 1, in characters; 0 if the line as a whole is meant
 */
public record Location(String file, int line, int column) {
    /** The file as a whole. */
    public static Location of(String file) {
        return new Location(file, 0, 0);
    }

    /** {@code file:line:column}, without what is 0. */
    @Override
    public String toString() {
        if (line == 0) {
            return file;
        }
        return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
    }
}
