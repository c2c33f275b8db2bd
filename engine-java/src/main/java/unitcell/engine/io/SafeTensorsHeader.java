package unitcell.engine.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.engine.io.SafeTensorsException.Fault;

/**
 * The JSON header of a safetensors file, read strictly: valid UTF-8, one object, no key twice, only known fields, sizes
 * multiplied with overflow checks, and data spans that tile the data exactly, as the format's reference
 * implementation demands.
 *
 * @param entries by name, in the order of the header
 * @param metadata {@code __metadata__}, empty where absent
 */
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    /** One named span of the data: bytes [begin, end) counted from the first byte after the header. */
    record Entry(String name, StoredType type, long[] shape, long begin, long end) {}

    private static final int MAX_RANK = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNumberLength(32)
                    .build())
            .build();

    /**
     * @param file for messages only
     * @param dataBytes bytes of the file after the header
     */
    static SafeTensorsHeader parse(Path file, byte[] json, long dataBytes) throws SafeTensorsException {
        SafeTensorsHeader header;
        try (JsonParser parser = FACTORY.createParser(decode(file, json))) {
            header = new Reader(file, parser).header();
        } catch (SafeTensorsException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new SafeTensorsException(file, Fault.HEADER_NOT_JSON, "header: " + JsonReader.reason(e));
        } catch (IOException e) {
            throw new SafeTensorsException(file, Fault.HEADER_NOT_JSON, "header: " + e.getMessage());
        }
        checkSpans(file, header.entries().values(), dataBytes);
        return header;
    }

    /** The JSON parser's own decoder lets some invalid sequences pass, so the text is decoded strictly first. */
    private static String decode(Path file, byte[] json) throws SafeTensorsException {
        if (json.length == 0 || json[0] != '{') {
            throw new SafeTensorsException(
                    file,
                    Fault.HEADER_START,
                    "the header starts with " + (json.length == 0 ? "nothing" : "byte " + (json[0] & 0xFF))
                            + ", expected '{': not a safetensors file");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SafeTensorsException(file, Fault.HEADER_NOT_UTF8, "the header is not valid UTF-8");
        }
    }

    private static void checkSpans(Path file, Iterable<Entry> entries, long dataBytes) throws SafeTensorsException {
        List<Entry> byOffset = new ArrayList<>();
        entries.forEach(byOffset::add);
        byOffset.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long covered = 0;
        for (Entry entry : byOffset) {
            if (entry.begin() != covered) {
                throw new SafeTensorsException(
                        file,
                        Fault.HOLE_OR_OVERLAP,
                        "data of '" + entry.name() + "' begin at byte " + entry.begin() + ", expected " + covered
                                + ", where the previous entry ends");
            }
            covered = entry.end();
        }
        if (covered != dataBytes) {
            throw new SafeTensorsException(
                    file,
                    Fault.DATA_SIZE,
                    "the file holds " + dataBytes + " bytes of data, the header describes " + covered
                            + (dataBytes < covered ? ": the file is cut short" : ""));
        }
    }

    /** Bytes of an array, or -1 if that is beyond 2^63 - 1. */
    static long bytes(StoredType type, long[] shape) {
        long bytes = type.bytes();
        boolean empty = false;
        for (long extent : shape) {
            empty |= extent == 0;
        }
        for (long extent : shape) {
            if (empty) {
                return 0;
            }
            if (Math.multiplyHigh(bytes, extent) != 0 || bytes * extent < 0) {
                return -1;
            }
            bytes *= extent;
        }
        return bytes;
    }

    /** Recursive descent over the tokens. */
    private record Reader(Path file, JsonParser parser) {
        SafeTensorsHeader header() throws IOException {
            parser.nextToken(); // the opening brace, already seen
            Map<String, Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = name();
                if (name.equals("__metadata__")) {
                    if (metadata != null) {
                        throw duplicate(name, "the header");
                    }
                    metadata = metadata();
                } else if (entries.put(name, entry(name)) != null) {
                    throw duplicate(name, "the header");
                }
            }
            if (parser.nextToken() != null) {
                throw fault(Fault.HEADER_NOT_JSON, "something follows the header's object");
            }
            return new SafeTensorsHeader(entries, metadata == null ? Map.of() : metadata);
        }

        private Map<String, String> metadata() throws IOException {
            expect(JsonToken.START_OBJECT, Fault.BAD_METADATA, "__metadata__ is not an object");
            Map<String, String> metadata = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = name();
                expect(JsonToken.VALUE_STRING, Fault.BAD_METADATA, "__metadata__ '" + key + "' is not a string");
                if (metadata.put(key, parser.getText()) != null) {
                    throw duplicate(key, "__metadata__");
                }
            }
            return metadata;
        }

        private Entry entry(String name) throws IOException {
            String at = "entry '" + name + "': ";
            expect(JsonToken.START_OBJECT, Fault.BAD_ENTRY, at + "not an object");
            String type = null;
            long[] shape = null;
            long[] offsets = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = name();
                switch (field) {
                    case "dtype" -> {
                        requireFirst(type == null, field, at);
                        expect(JsonToken.VALUE_STRING, Fault.BAD_ENTRY, at + "dtype is not a string");
                        type = parser.getText();
                    }
                    case "shape" -> {
                        requireFirst(shape == null, field, at);
                        shape = numbers(at + "shape");
                    }
                    case "data_offsets" -> {
                        requireFirst(offsets == null, field, at);
                        offsets = numbers(at + "data_offsets");
                    }
                    default -> throw fault(Fault.BAD_ENTRY, at + "unknown field '" + field + "'");
                }
            }
            if (type == null || shape == null || offsets == null) {
                throw fault(Fault.BAD_ENTRY, at + "expected dtype, shape and data_offsets");
            }
            return checked(name, type(at, type), shape, offsets);
        }

        private Entry checked(String name, StoredType type, long[] shape, long[] offsets) throws SafeTensorsException {
            String at = "entry '" + name + "': ";
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw fault(Fault.BAD_ENTRY, at + "data_offsets are not two rising numbers");
            }
            long bytes = bytes(type, shape);
            if (bytes < 0) {
                throw fault(Fault.SIZE_OVERFLOW, at + "its shape has more than 2^63 bytes");
            }
            if (bytes != offsets[1] - offsets[0]) {
                throw fault(
                        Fault.SIZE_MISMATCH,
                        at + "its shape and dtype " + type + " take " + bytes + " bytes, its data_offsets span "
                                + (offsets[1] - offsets[0]));
            }
            return new Entry(name, type, shape, offsets[0], offsets[1]);
        }

        private StoredType type(String at, String name) throws SafeTensorsException {
            for (StoredType type : StoredType.values()) {
                if (type.name().equals(name)) {
                    return type;
                }
            }
            throw fault(Fault.UNKNOWN_TYPE, at + "dtype '" + name + "' is not one of " + List.of(StoredType.values()));
        }

        private long[] numbers(String what) throws IOException {
            expect(JsonToken.START_ARRAY, Fault.BAD_ENTRY, what + " is not an array");
            long[] buffer = new long[MAX_RANK];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                        || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        || parser.getLongValue() < 0) {
                    throw fault(Fault.BAD_ENTRY, what + " holds something else than integers from 0 to 2^63 - 1");
                }
                if (count == MAX_RANK) {
                    throw fault(Fault.BAD_ENTRY, what + " has more than " + MAX_RANK + " numbers");
                }
                buffer[count++] = parser.getLongValue();
            }
            return Arrays.copyOf(buffer, count);
        }

        private String name() throws IOException {
            // At the end of a cut text the parser throws; what is left here can only be a field name.
            String name = parser.currentName();
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
                throw fault(Fault.HEADER_NOT_UTF8, "a name in the header holds half a surrogate pair");
            }
            return name;
        }

        private void expect(JsonToken token, Fault fault, String message) throws IOException {
            if (parser.nextToken() != token) {
                throw fault(fault, message);
            }
        }

        private void requireFirst(boolean first, String field, String at) throws SafeTensorsException {
            if (!first) {
                throw duplicate(field, at.substring(0, at.length() - 2));
            }
        }

        private SafeTensorsException duplicate(String key, String where) {
            return fault(Fault.DUPLICATE_KEY, "'" + key + "' stands twice in " + where);
        }

        private SafeTensorsException fault(Fault fault, String detail) {
            return new SafeTensorsException(file, fault, detail);
        }
    }
}
