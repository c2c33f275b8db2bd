package unitcell.engine.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds {@link Json} trees from the tokens of Jackson's streaming parser. */
final class JsonReader {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Json.MAX_DEPTH)
                    .maxStringLength(Json.MAX_CHARACTERS)
                    .maxNumberLength(1000)
                    .build())
            .build();

    private final String source;
    private final int firstLine;
    private final JsonParser parser;

    private JsonReader(String source, int firstLine, JsonParser parser) {
        this.source = source;
        this.firstLine = firstLine;
        this.parser = parser;
    }

    static Json file(Path file) throws IOException {
        byte[] bytes;
        try {
            if (Files.isDirectory(file)) {
                throw new IOException("it is a directory, expected a JSON file");
            }
            if (Files.size(file) > Json.MAX_CHARACTERS) {
                throw new JsonException(
                        new JsonWhere(file.toString(), 1, 1), "more than " + Json.MAX_CHARACTERS + " bytes");
            }
            bytes = Files.readAllBytes(file);
        } catch (JsonException e) {
            throw e;
        } catch (IOException e) {
            throw FileFault.of("read", file, e);
        }
        return text(file.toString(), 1, decode(file, bytes));
    }

    private static String decode(Path file, byte[] bytes) throws JsonException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(in)
                    .toString();
        } catch (CharacterCodingException e) {
            // The decoder stops before the bad byte; everything before it is valid, so it can be counted.
            String before = new String(bytes, 0, in.position(), StandardCharsets.UTF_8);
            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
            int column = before.length() - before.lastIndexOf('\n');
            throw new JsonException(new JsonWhere(file.toString(), line, column), "not valid UTF-8");
        }
    }

    static Json text(String source, int firstLine, String text) throws JsonException {
        if (text.length() > Json.MAX_CHARACTERS) {
            throw new JsonException(
                    new JsonWhere(source, firstLine, 1), "more than " + Json.MAX_CHARACTERS + " characters");
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonReader reader = new JsonReader(source, firstLine, parser);
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new JsonException(new JsonWhere(source, firstLine, 1), "empty, expected a JSON value");
            }
            Json value = reader.value(token);
            if (parser.nextToken() != null) {
                throw new JsonException(reader.where(), "expected nothing after the JSON value");
            }
            return value;
        } catch (JsonException e) {
            throw e;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            JsonWhere where = at == null
                    ? new JsonWhere(source, firstLine, 1)
                    : new JsonWhere(source, firstLine - 1 + Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
            throw new JsonException(where, "not valid JSON: " + reason(e));
        } catch (IOException e) {
            throw new JsonException(new JsonWhere(source, firstLine, 1), "not readable: " + e.getMessage());
        }
    }

    /** The parser's words without its own account of the source, which the place in front says better. */
    static String reason(JsonProcessingException e) {
        return e.getOriginalMessage().replaceAll(" ?\\(?(start marker )?at \\[Source: [^]]*]\\)?", "");
    }

    private Json value(JsonToken token) throws IOException {
        JsonWhere where = where();
        return switch (token) {
            case START_OBJECT -> object(where);
            case START_ARRAY -> array(where);
            case VALUE_STRING -> new JsonString(parser.getText(), where);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText(), where);
            case VALUE_TRUE -> new JsonBoolean(true, where);
            case VALUE_FALSE -> new JsonBoolean(false, where);
            case VALUE_NULL -> new JsonNull(where);
            default -> throw new JsonException(where, "expected a JSON value, found " + token);
        };
    }

    private JsonObject object(JsonWhere where) throws IOException {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            members.put(key, value(parser.nextToken()));
        }
        return new JsonObject(members, where);
    }

    private JsonArray array(JsonWhere where) throws IOException {
        List<Json> values = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            values.add(value(token));
        }
        return new JsonArray(values, where);
    }

    private JsonWhere where() {
        JsonLocation at = parser.currentTokenLocation();
        return new JsonWhere(source, firstLine - 1 + at.getLineNr(), at.getColumnNr());
    }
}
