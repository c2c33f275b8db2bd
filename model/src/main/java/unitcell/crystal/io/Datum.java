package unitcell.crystal.io;

import java.util.List;
import java.util.Map;

/** A value of JSON or of a Python literal, with its place in the file: line from 1, column from 1 or 0 where unknown. */
sealed interface Datum {
    int line();

    int column();

    /** What a scalar is. */
    enum Type {
        TEXT,
        NUMBER,
        /** {@code true} or {@code false}. */
        FLAG,
        /** {@code null}, with empty text. */
        NONE
    }

    /** A value without parts; numbers as they were written. */
    record Scalar(Type type, String text, int line, int column) implements Datum {
        boolean is(Type other) {
            return type == other;
        }
    }

    /** A list. */
    record Items(List<Datum> values, int line, int column) implements Datum {}

    /** An object, keys in their order. */
    record Members(Map<String, Datum> values, int line, int column) implements Datum {
        Datum get(String key) {
            return values.get(key);
        }

        boolean has(String key) {
            return values.containsKey(key);
        }
    }

    /** For messages: the value if it is short, or what kind it is. */
    default String show() {
        return switch (this) {
            case Scalar s when s.is(Type.NONE) -> "null";
            case Scalar s -> "'" + Findings.show(s.text()) + "'";
            case Items items -> "a list of " + items.values().size();
            case Members members -> "an object of " + members.values().size() + " keys";
        };
    }

    /** A field of a table: a scalar's text, otherwise JSON without blanks. */
    default String fieldText() {
        if (this instanceof Scalar s) {
            return s.text();
        }
        StringBuilder out = new StringBuilder();
        write(out);
        return out.toString();
    }

    private void write(StringBuilder out) {
        switch (this) {
            case Scalar s when s.is(Type.TEXT) -> quote(s.text(), out);
            case Scalar s -> out.append(s.is(Type.NONE) ? "null" : s.text());
            case Items items -> {
                String separator = "[";
                for (Datum value : items.values()) {
                    out.append(separator);
                    value.write(out);
                    separator = ",";
                }
                out.append(items.values().isEmpty() ? "[]" : "]");
            }
            case Members members -> {
                String separator = "{";
                for (Map.Entry<String, Datum> member : members.values().entrySet()) {
                    out.append(separator);
                    quote(member.getKey(), out);
                    out.append(':');
                    member.getValue().write(out);
                    separator = ",";
                }
                out.append(members.values().isEmpty() ? "{}" : "}");
            }
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
