package unitcell.crystal.io;

/**
 * One value of a CIF.
 *
 * @param text the value without its quotes
 * @param quoted whether it was quoted or a text field, so that {@code '?'} is a question mark and not an unknown value
 * @param line where it starts, from 1
 * @param column where it starts, from 1
 */
public record CifValue(String text, boolean quoted, int line, int column) {
    /** True for an unquoted {@code ?} (unknown) or {@code .} (inapplicable). */
    public boolean isMissing() {
        return !quoted && text.length() == 1 && (text.charAt(0) == '?' || text.charAt(0) == '.');
    }
}
