package unitcell.crystal.io;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The other columns of a table row, by name. Immutable; empty for files that are no tables. */
public final class RowFields {
    /** No fields. */
    public static final RowFields NONE = new RowFields(List.of(), List.of());

    private final List<String> names;
    private final List<String> values;

    /**
     * @param names column names, shared by all rows of a table
     * @param values as many values
     */
    RowFields(List<String> names, List<String> values) {
        this.names = names;
        this.values = values;
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
