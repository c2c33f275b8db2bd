package unitcell.engine.io;

/** A string; equal by value. */
public record JsonString(String value, JsonWhere where) implements Json {
    private static final int SHOWN = 40;

    /** Made by a program. */
    public static JsonString of(String value) {
        return new JsonString(value, JsonWhere.NOWHERE);
    }

    @Override
    public String asString() {
        return value;
    }

    @Override
    public String kind() {
        return "the string \"" + (value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "...") + "\"";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonString that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return compact();
    }
}
