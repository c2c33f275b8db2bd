package unitcell.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strict reading with places, typed access with readable complaints, deterministic writing. */
class JsonTest {
    @TempDir
    Path directory;

    @Test
    void readsEveryKindInOrder() throws IOException {
        JsonObject object = Json.parse("t", "{\"b\": [1, -2.5e-3, \"x\\u00fc\\n\"], \"a\": {\"t\": true, \"n\": null}}")
                .asObject();
        assertEquals(List.of("b", "a"), List.copyOf(object.keys()));
        JsonArray array = object.getArray("b");
        assertEquals(1, array.get(0).asInt());
        assertEquals(-0.0025, array.get(1).asDouble());
        assertEquals("xü\n", array.get(2).asString());
        assertTrue(object.getObject("a").getBoolean("t"));
        assertInstanceOf(JsonNull.class, object.getObject("a").get("n"));
        assertEquals(7, object.getInt("absent", 7));
        assertEquals("d", object.getString("absent", "d"));
        assertTrue(object.find("absent").isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            1:1  | nope
            1:2  | [
            1:4  | [1,]
            1:3  | [01]
            1:2  | [NaN]
            1:2  | [+1]
            1:7  | {"a":1,}
            1:12 | {"a":1,"a":2}
            1:5  | {"a" 1}
            1:2  | {'a':1}
            1:4  | {} []
            1:4  | [1 2]
            1:1  | // comment
            1:3  | "a
            """)
    void namesThePlaceOfEveryFault(String place, String text) {
        JsonException e = assertThrows(JsonException.class, () -> Json.parse("conf.json", text));
        // The parser reports the character at or just behind the fault.
        int column = Integer.parseInt(place.split(":")[1]);
        String[] parts = e.getMessage().split(":", 4);
        assertEquals("conf.json", parts[0]);
        assertEquals("1", parts[1]);
        assertTrue(Math.abs(Integer.parseInt(parts[2]) - column) <= 3, place + " but " + e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void countsLinesAndRefusesOtherEncodings() throws IOException {
        Path file = directory.resolve("c.json");
        Files.writeString(file, "{\n  \"a\": 1,\n  \"ü\": tru\n}\n");
        JsonException e = assertThrows(JsonException.class, () -> Json.parse(file));
        assertTrue(e.getMessage().startsWith(file + ":3:"), e.getMessage());
        Files.write(file, "{\n  \"\u00fc\": 1}".getBytes(StandardCharsets.ISO_8859_1));
        assertMessage(file + ":2:4: not valid UTF-8", () -> Json.parse(file));
        Files.writeString(file, "");
        assertMessage(file + ":1:1: empty, expected a JSON value", () -> Json.parse(file));
        assertMessage(
                "m.jsonl:17:10: not valid JSON: Unexpected end-of-input: expected close marker for Object",
                () -> Json.parseLine("m.jsonl", 17, "{\"step\":1"));
        assertMessage("m.jsonl:17:1: empty, expected a JSON value", () -> Json.parseLine("m.jsonl", 17, " "));
        Path absent = directory.resolve("absent.json");
        assertMessage(
                "cannot read " + absent + ": no such file or directory; check the path", () -> Json.parse(absent));
        assertMessage(
                "cannot read " + directory + ": it is a directory, expected a JSON file", () -> Json.parse(directory));
    }

    @Test
    void limitsTheDepth() {
        String deep = "[".repeat(100_000);
        JsonException e = assertThrows(JsonException.class, () -> Json.parse("t", deep));
        assertTrue(e.getMessage().contains("depth"), e.getMessage());
        assertThrows(JsonException.class, () -> Json.parse("t", "1".repeat(2000)));
    }

    @Test
    void typedAccessComplainsWithPlaceAndKey() throws IOException {
        JsonObject o = Json.parse(
                        "c.json",
                        "{\"n\": 1.5, \"s\": \"x\",\n \"big\": 3000000000, \"huge\": 1e999, \"a\": [1, \"y\"]}")
                .asObject();
        assertMessage("c.json:1:7: 'n': expected an integer, found 1.5", () -> o.getInt("n"));
        assertMessage("c.json:1:17: 's': expected a number, found the string \"x\"", () -> o.getDouble("s"));
        assertMessage("c.json:1:17: 's': expected an object, found the string \"x\"", () -> o.getObject("s"));
        assertMessage("c.json:2:9: 'big': expected an integer of 32 bits, found 3000000000", () -> o.getInt("big"));
        assertEquals(3_000_000_000L, o.getLong("big"));
        assertMessage("c.json:2:29: 'huge': number out of the range of doubles: 1e999", () -> o.getDouble("huge"));
        assertMessage(
                "c.json:2:45: expected an integer, found the string \"y\"",
                () -> o.getArray("a").longs());
        assertMessage("c.json:1:1: expected a key 'm', found only [n, s, big, huge, a]", () -> o.get("m"));
        assertMessage(
                "c.json:1:7: unknown key 'n', expected one of [a, s]", () -> o.requireKnownKeys(List.of("s", "a")));
        o.requireKnownKeys(List.of("n", "s", "big", "huge", "a"));
    }

    @Test
    void writesDeterministicallyAndReadsBack() throws IOException {
        JsonObject object = JsonObject.builder()
                .put("name", "Fe\u2082O\u2083 \"x\"\\\n\u0001\uD83D\uDC8E")
                .put("half", "\uD83D")
                .put("step", 12L)
                .put("lr", 2.0e-4)
                .put("single", 0.1f)
                .put("flag", true)
                .putOrNull("loss", Double.NaN)
                .put("shape", JsonArray.of(2, 3))
                .put("rows", JsonArray.of(List.of(JsonArray.of(1.0, 0.5), JsonArray.of(new double[0]))))
                .put("none", JsonObject.builder().build())
                .build();
        assertEquals(
                "{\"name\":\"Fe\u2082O\u2083 \\\"x\\\"\\\\\\n\\u0001\uD83D\uDC8E\",\"half\":\"\\ud83d\",\"step\":12,\"lr\":2.0E-4,"
                        + "\"single\":0.1,\"flag\":true,\"loss\":null,\"shape\":[2,3],\"rows\":[[1.0,0.5],[]],\"none\":{}}",
                object.compact());
        assertTrue(object.pretty().contains("\n  \"shape\": [2, 3],\n  \"rows\": [\n    [1.0, 0.5],\n    []\n  ],\n"));
        assertEquals(object, Json.parse("t", object.compact()));
        assertEquals(object, Json.parse("t", object.pretty()));
        assertEquals(object.hashCode(), Json.parse("t", object.pretty()).hashCode());
        assertNotEquals(Json.parse("t", "[1]"), Json.parse("t", "[1.0]"));
        assertThrows(IllegalArgumentException.class, () -> JsonNumber.of(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> JsonArray.of(1.0, Double.POSITIVE_INFINITY));
        assertThrows(
                IllegalArgumentException.class,
                () -> JsonObject.builder().put("a", 1L).put("a", 2L));
    }

    @Test
    void doublesRoundTripToTheBit() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        double[] values = new double[5000];
        for (int i = 0; i < values.length; i++) {
            do {
                values[i] = Double.longBitsToDouble(random.nextLong());
            } while (!Double.isFinite(values[i]));
        }
        values[0] = -0.0;
        values[1] = Double.MIN_VALUE;
        double[] back =
                Json.parse("t", JsonArray.of(values).compact()).asArray().doubles();
        assertArrayEquals(values, back);
        assertEquals(Double.doubleToRawLongBits(-0.0), Double.doubleToRawLongBits(back[0]));
    }

    @Test
    void damagedTextIsReadOrRefusedNothingElse() {
        String text = "{\"a\": [1, 2.5e3, \"s\\u00e9\", true], \"b\": {\"c\": null, \"d\": [[], {}]}}";
        SplittableRandom random = new SplittableRandom(4);
        String alphabet = "{}[]\",:0123456789.-+eE\\u ntf\n\t\u0000\uD800";
        int refused = 0;
        for (int trial = 0; trial < 5000; trial++) {
            StringBuilder damaged = new StringBuilder(text);
            for (int edit = random.nextInt(1, 4); edit > 0; edit--) {
                damaged.setCharAt(random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            damaged.setLength(random.nextInt(text.length() / 2, text.length() + 1));
            try {
                Json value = Json.parse("t", damaged.toString());
                assertEquals(value, Json.parse("t", value.compact()));
            } catch (JsonException e) {
                refused++;
                assertTrue(e.getMessage().matches("t:\\d+:\\d+: .+"), e.getMessage());
            }
        }
        assertTrue(refused > 1000 && refused < 5000, "refused " + refused);
    }

    private static void assertMessage(String message, Executable action) {
        assertEquals(message, assertThrows(IOException.class, action).getMessage());
    }
}
