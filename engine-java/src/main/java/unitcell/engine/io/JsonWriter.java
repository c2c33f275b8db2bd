package unitcell.engine.io;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The two text forms of {@link Json}; the same value always gives the same text. */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder();

    private JsonWriter() {}

    static String compact(Json value) {
        JsonWriter writer = new JsonWriter();
        writer.flat(value, ",", ":");
        return writer.out.toString();
    }

    static String pretty(Json value) {
        JsonWriter writer = new JsonWriter();
        writer.indented(value, "\n");
        return writer.out.append('\n').toString();
    }

    private void flat(Json value, String comma, String colon) {
        switch (value) {
            case JsonObject object -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<String, Json> member : object.members().entrySet()) {
                    out.append(separator);
                    string(member.getKey());
                    out.append(colon);
                    flat(member.getValue(), comma, colon);
                    separator = comma;
                }
                out.append('}');
            }
            case JsonArray array -> {
                out.append('[');
                String separator = "";
                for (Json element : array.values()) {
                    out.append(separator);
                    flat(element, comma, colon);
                    separator = comma;
                }
                out.append(']');
            }
            case JsonString string -> string(string.value());
            case JsonNumber number -> out.append(number.text());
            case JsonBoolean bool -> out.append(bool.value());
            case JsonNull _ -> out.append("null");
        }
    }

    private void indented(Json value, String newLine) {
        String inner = newLine + "  ";
        if (value instanceof JsonObject object && !object.members().isEmpty()) {
            out.append('{');
            Iterator<Map.Entry<String, Json>> members =
                    object.members().entrySet().iterator();
            while (members.hasNext()) {
                Map.Entry<String, Json> member = members.next();
                out.append(inner);
                string(member.getKey());
                out.append(": ");
                indented(member.getValue(), inner);
                out.append(members.hasNext() ? "," : newLine);
            }
            out.append('}');
        } else if (value instanceof JsonArray array && !isPlain(array.values())) {
            out.append('[');
            Iterator<Json> elements = array.values().iterator();
            while (elements.hasNext()) {
                out.append(inner);
                indented(elements.next(), inner);
                out.append(elements.hasNext() ? "," : newLine);
            }
            out.append(']');
        } else {
            flat(value, ", ", ": ");
        }
    }

    private static boolean isPlain(List<Json> values) {
        return values.stream().noneMatch(value -> value instanceof JsonObject || value instanceof JsonArray);
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7F || isLoneSurrogate(text, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Half a surrogate pair has no UTF-8 form; as an escape it survives. */
    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
