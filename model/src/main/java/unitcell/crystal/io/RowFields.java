package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The other columns of a table row, by name; values that are lists or objects as their JSON text. Immutable; empty for
 * files that are no tables.
 */
public final class RowFields {
    /** No fields. */
    public static final RowFields NONE = new RowFields(List.of(), List.of());

    private final List<String> names;
    private final List<String> values;
    private final boolean positional;

    /**
     * @param names column names, shared by all rows of a table
     * @param values as many values
     */
    RowFields(List<String> names, List<String> values) {
        this(names, values, false);
    }

    private RowFields(List<String> names, List<String> values, boolean positional) {
        this.names = names;
        this.values = values;
        this.positional = positional;
    }

    /** Values of a table without header: their names are {@code value_1}, {@code value_2} and so on. */
    static RowFields positional(List<String> values) {
        List<String> names = IntStream.rangeClosed(1, values.size())
                .mapToObj(i -> "value_" + i)
                .toList();
        return new RowFields(names, List.copyOf(values), true);
    }

    /** Whether the table had no header, so that only the order of its columns tells what they are. */
    public boolean isPositional() {
        return positional;
    }

    /** The same values, the first of them under other names. */
    public RowFields renamed(List<String> first) {
        List<String> renamed = new ArrayList<>(first);
        renamed.addAll(names.subList(first.size(), names.size()));
        return new RowFields(List.copyOf(renamed), values);
    }

    /** Column names in file order. */
    public List<String> names() {
        return names;
    }

    /** The value in a column, or empty if there is no such column or the value is blank. */
    public Optional<String> text(String name) {
        int at = names.indexOf(name);
        return at < 0 || values.get(at).isBlank() ? Optional.empty() : Optional.of(values.get(at));
    }

    /** The number in a column, or empty if there is none that is finite. */
    public OptionalDouble number(String name) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return OptionalDouble.empty();
        }
        double value = CifNumbers.parse(text.get().strip());
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    /** All fields in file order. */
    public Map<String, String> asMap() {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            map.put(names.get(i), values.get(i));
        }
        return map;
    }

    @Override
    public String toString() {
        return asMap().toString();
    }
}
