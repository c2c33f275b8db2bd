package unitcell.trainer.label;

import java.util.List;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/**
 * A row is refused unless a column holds a number in a range, both ends included.
 *
 * @param column name
 * @param min smallest, may be negative infinity
 * @param max largest, may be infinity
 */
public record RowRule(String column, double min, double max) {
    public RowRule {
        if (column.isBlank()) {
            throw new IllegalArgumentException("a rule names no column");
        }
        if (!(min <= max)) {
            throw new IllegalArgumentException(
                    "the rule for '" + column + "' allows nothing: min " + min + ", max " + max);
        }
    }

    /** Whether the value passes. */
    public boolean allows(double value) {
        return value >= min && value <= max;
    }

    /** {@code K outside [1, 600]}: what refused rows are counted under. */
    public String reason() {
        return column + " outside " + range();
    }

    /** {@code [1, 600]}. */
    String range() {
        return "[" + Numbers.text(min) + ", " + Numbers.text(max) + "]";
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder().put("column", column);
        if (Double.isFinite(min)) {
            json.put("min", min);
        }
        if (Double.isFinite(max)) {
            json.put("max", max);
        }
        return json.build();
    }

    static RowRule fromJson(JsonObject json) throws JsonException {
        Keys.requireKnown(json, List.of("column", "min", "max"));
        String column = json.getString("column");
        double min = json.getDouble("min", Double.NEGATIVE_INFINITY);
        double max = json.getDouble("max", Double.POSITIVE_INFINITY);
        return Keys.checked(json, () -> new RowRule(column, min, max));
    }
}
