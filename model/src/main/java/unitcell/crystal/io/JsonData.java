package unitcell.crystal.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON text, token by token or one value at a time. No key twice; NaN and infinities as Python writes them. */
final class JsonData implements AutoCloseable {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // What Python writes for numbers that are none: bad coordinates, but understood.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxNumberLength(100)
                    .maxStringLength(InputLimits.MAX_JSON_LINE)
                    .build())
            .build();

    private final JsonParser parser;
    private final String file;
    private final int firstLine;

    private JsonData(JsonParser parser, String file, int firstLine) {
        this.parser = parser;
        this.file = file;
        this.firstLine = firstLine;
    }

    /** A whole file. Closing this closes the reader. */
    static JsonData of(Reader reader, String file) throws IOException {
        return new JsonData(JSON.createParser(reader), file, 1);
    }

    /** One line of a file. */
    static JsonData ofLine(String text, String file, int line) throws IOException {
        return new JsonData(JSON.createParser(text), file, line);
    }

    /** The next token; null at the end. */
    JsonToken next() throws IOException {
        return parser.nextToken();
    }

    /** Name of the member whose name or value is the present token. */
    String name() throws IOException {
        return parser.currentName();
    }

    /** Place of the present token. */
    Location where() {
        return place(parser.currentTokenLocation());
    }

    private Location place(JsonLocation at) {
        return at == null
                ? new Location(file, firstLine, 0)
                : new Location(file, firstLine - 1 + Math.max(1, at.getLineNr()), Math.max(0, at.getColumnNr()));
    }

    /** What is wrong with text that is no JSON. */
    Finding notJson(JsonProcessingException e) {
        String reason = e.getOriginalMessage().replaceAll(" ?\\(?(start marker )?at \\[Source: [^]]*]\\)?", "");
        return new Finding(Finding.Kind.SYNTAX, place(e.getLocation()), "not valid JSON: " + Findings.show(reason));
    }

    /** Reads the value that begins with the present token, to its end. */
    Datum value(DatumBudget budget) throws IOException {
        Location where = where();
        int line = where.line();
        int column = where.column();
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                budget.spend(0, where);
                Map<String, Datum> members = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    parser.nextToken();
                    members.put(key, value(budget));
                }
                yield new Datum.Members(members, line, column);
            }
            case START_ARRAY -> {
                budget.spend(0, where);
                List<Datum> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(budget));
                }
                yield new Datum.Items(items, line, column);
            }
            default -> {
                Datum.Type type = type(token);
                String text = type == Datum.Type.NONE ? "" : parser.getText();
                budget.spend(text.length(), where);
                yield new Datum.Scalar(type, text, line, column);
            }
        };
    }

    private static Datum.Type type(JsonToken scalar) {
        return switch (scalar) {
            case VALUE_STRING -> Datum.Type.TEXT;
            case VALUE_TRUE, VALUE_FALSE -> Datum.Type.FLAG;
            case VALUE_NULL -> Datum.Type.NONE;
            default -> Datum.Type.NUMBER;
        };
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
