package unitcell.engine.io;

/** The value {@code null}. All are equal. */
public record JsonNull(JsonWhere where) implements Json {
    /** Made by a program. */
    public static final JsonNull NULL = new JsonNull(JsonWhere.NOWHERE);

    @Override
    public String kind() {
        return "null";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonNull;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return compact();
    }
}
