package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A data block of a CIF: tags with one value, and loops of tags with columns of values.
 *
 * <p>Tags are compared without case and with {@code .} and {@code _} alike, so that the old names
 * ({@code _space_group_symop_operation_xyz}) and the dictionary names ({@code _space_group_symop.operation_xyz}) are
 * the same; of two tags that differ in nothing else the first counts. A tag that is not in a loop counts as a column of one row.
 */
public final class CifBlock {
    private final String name;
    private final int line;
    private final Map<String, Column> columns = new HashMap<>();
    private final List<int[]> emptyLoops = new ArrayList<>(); // line, column

    /** A column: all values of one tag. {@code rows} values, {@code stride} apart in a shared array. */
    private record Column(CifValue[] values, int first, int stride, int rows) {}

    CifBlock(String name, int line) {
        this.name = name;
        this.line = line;
    }

    /** The name after {@code data_}; may be empty. */
    public String name() {
        return name;
    }

    /** Line of the block header, from 1. */
    public int line() {
        return line;
    }

    /** Position (line, column) of loops that have tags but no values. */
    List<int[]> emptyLoops() {
        return emptyLoops;
    }

    static String normalise(String tag) {
        return tag.toLowerCase(Locale.ROOT).replace('.', '_');
    }

    void putItem(String normalisedTag, CifValue value) {
        columns.putIfAbsent(normalisedTag, new Column(new CifValue[] {value}, 0, 1, 1));
    }

    void putLoop(List<String> normalisedTags, CifValue[] values, int loopLine, int loopColumn) {
        int width = normalisedTags.size();
        for (int i = 0; i < width; i++) {
            columns.putIfAbsent(normalisedTags.get(i), new Column(values, i, width, values.length / width));
        }
        if (values.length == 0) {
            emptyLoops.add(new int[] {loopLine, loopColumn});
        }
    }

    /**
     * The column of the first of some tags that is present.
     *
     * @param tags alternatives, lower case, with underscores for dots
     * @return the values in order, empty if none of the tags is present
     */
    public List<CifValue> column(String... tags) {
        for (String tag : tags) {
            Column c = columns.get(tag);
            if (c != null) {
                CifValue[] out = new CifValue[c.rows];
                for (int row = 0; row < c.rows; row++) {
                    out[row] = c.values[c.first + row * c.stride];
                }
                return Arrays.asList(out);
            }
        }
        return List.of();
    }

    /** The first value of the first of some tags that is present and not {@code ?} or {@code .}. */
    public Optional<CifValue> value(String... tags) {
        for (String tag : tags) {
            Column c = columns.get(tag);
            if (c != null && c.rows > 0 && !c.values[c.first].isMissing()) {
                return Optional.of(c.values[c.first]);
            }
        }
        return Optional.empty();
    }
}
