package unitcell.engine.io;

/**
 * A number, kept as its text: nothing is rounded until somebody asks for a type. Equal if the texts are equal, so 1 and
 * 1.0 differ.
 *
 * @param text a valid JSON number
 */
public record JsonNumber(String text, JsonWhere where) implements Json {
    /** An integer. */
    public static JsonNumber of(long value) {
        return new JsonNumber(Long.toString(value), JsonWhere.NOWHERE);
    }

    /**
     * The shortest decimal that reads back to the same double.
     *
     * @throws IllegalArgumentException for NaN and infinities, which JSON lacks: see {@link #orNull}
     */
    public static JsonNumber of(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no number for " + value + ": write null or a string instead");
        }
        return new JsonNumber(Double.toString(value), JsonWhere.NOWHERE);
    }

    /** The shortest decimal that reads back to the same float; refuses NaN and infinities. */
    public static JsonNumber of(float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no number for " + value + ": write null or a string instead");
        }
        return new JsonNumber(Float.toString(value), JsonWhere.NOWHERE);
    }

    /** As {@link #of(double)}, but null for NaN and infinities: for metrics, where a gap is an answer. */
    public static Json orNull(double value) {
        return Double.isFinite(value) ? of(value) : JsonNull.NULL;
    }

    @Override
    public double asDouble() throws JsonException {
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw new JsonException(where, "number out of the range of doubles: " + text);
        }
        return value;
    }

    @Override
    public long asLong() throws JsonException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            boolean digitsOnly = text.chars().allMatch(c -> c == '-' || Character.isDigit(c));
            throw new JsonException(
                    where,
                    digitsOnly ? "integer out of the range of 64 bits: " + text : "expected an integer, found " + text);
        }
    }

    @Override
    public String kind() {
        return "the number " + text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonNumber that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return compact();
    }
}
