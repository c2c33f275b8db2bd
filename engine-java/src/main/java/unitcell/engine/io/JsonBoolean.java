package unitcell.engine.io;

/** A boolean; equal by value. */
public record JsonBoolean(boolean value, JsonWhere where) implements Json {
    /** Made by a program. */
    public static JsonBoolean of(boolean value) {
        return new JsonBoolean(value, JsonWhere.NOWHERE);
    }

    @Override
    public boolean asBoolean() {
        return value;
    }

    @Override
    public String kind() {
        return String.valueOf(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonBoolean that && value == that.value;
    }

    @Override
    public int hashCode() {
        return Boolean.hashCode(value);
    }

    @Override
    public String toString() {
        return compact();
    }
}
