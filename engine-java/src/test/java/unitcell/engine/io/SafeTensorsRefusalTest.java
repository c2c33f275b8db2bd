package unitcell.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.engine.io.SafeTensorsException.Fault;

/** Every named fault, and damage at every place of a small file: a refusal in one line, or a readable file; nothing else. */
class SafeTensorsRefusalTest {
    private static final int SEED = 20_251;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            HEADER_START     | 0  | []
            HEADER_NOT_JSON  | 0  | {"a":
            HEADER_NOT_JSON  | 0  | {} {}
            HEADER_NOT_JSON  | 0  | {'a':1}
            HEADER_NOT_JSON  | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},}
            HEADER_NOT_JSON  | 4  | {"a":{"dtype":"U8","shape":[04],"data_offsets":[0,4]}}
            HEADER_NOT_UTF8  | 0  | {"\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}
            DUPLICATE_KEY    | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}
            DUPLICATE_KEY    | 4  | {"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}
            DUPLICATE_KEY    | 4  | {"a":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}
            DUPLICATE_KEY    | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"data_offsets":[0,4]}}
            DUPLICATE_KEY    | 0  | {"__metadata__":{"a":"1","a":"2"}}
            DUPLICATE_KEY    | 0  | {"__metadata__":{},"__metadata__":{}}
            BAD_METADATA     | 0  | {"__metadata__":{"a":1}}
            BAD_METADATA     | 0  | {"__metadata__":[]}
            BAD_ENTRY        | 0  | {"a":7}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":[4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"extra":1}}
            BAD_ENTRY        | 4  | {"a":{"dtype":1,"shape":[4],"data_offsets":[0,4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":["4"],"data_offsets":[0,4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":[18446744073709551620],"data_offsets":[0,4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,4]}}
            BAD_ENTRY        | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}
            UNKNOWN_TYPE     | 4  | {"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}
            UNKNOWN_TYPE     | 4  | {"a":{"dtype":"u8","shape":[4],"data_offsets":[0,4]}}
            SIZE_OVERFLOW    | 4  | {"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}
            SIZE_OVERFLOW    | 4  | {"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,0]}}
            SIZE_MISMATCH    | 4  | {"a":{"dtype":"U8","shape":[5],"data_offsets":[0,4]}}
            SIZE_MISMATCH    | 4  | {"a":{"dtype":"F32","shape":[],"data_offsets":[0,3]}}
            HOLE_OR_OVERLAP  | 4  | {"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}
            HOLE_OR_OVERLAP  | 4  | {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}
            HOLE_OR_OVERLAP  | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}
            HOLE_OR_OVERLAP  | 4  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}
            DATA_SIZE        | 3  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}
            DATA_SIZE        | 5  | {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}
            DATA_SIZE        | 1  | {}
            """)
    void namesTheFault(Fault fault, int dataBytes, String header) throws IOException {
        assertRefused(fault, file(header.getBytes(StandardCharsets.UTF_8), dataBytes));
    }

    @Test
    void namesFaultsOfTheLengthAndTheEncoding() throws IOException {
        assertRefused(Fault.FILE_TOO_SHORT, new byte[0]);
        assertRefused(Fault.FILE_TOO_SHORT, new byte[7]);
        assertRefused(Fault.HEADER_START, new byte[8]);
        assertRefused(Fault.HEADER_START, file(" {}".getBytes(StandardCharsets.UTF_8), 0));
        assertRefused(Fault.HEADER_TRUNCATED, length(100_000_000));
        assertRefused(Fault.HEADER_TOO_LARGE, length(100_000_001));
        assertRefused(Fault.HEADER_TOO_LARGE, length(-1));
        // Latin-1, an overlong form and an encoded surrogate; all inside a name.
        for (byte[] bad :
                new byte[][] {{(byte) 0xFC}, {(byte) 0xC0, (byte) 0xAF}, {(byte) 0xED, (byte) 0xA0, (byte) 0x80}}) {
            byte[] header = "{\"?????\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"
                    .getBytes(StandardCharsets.UTF_8);
            System.arraycopy(bad, 0, header, 3, bad.length);
            assertRefused(Fault.HEADER_NOT_UTF8, file(header, 0));
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] whole = sample();
        for (int length = 0; length < whole.length; length++) {
            assertRefused(null, Arrays.copyOf(whole, length));
        }
        assertRefused(Fault.DATA_SIZE, Arrays.copyOf(whole, whole.length + 1));
    }

    @Test
    void aBitFlipAnywhereIsRefusedOrHarmless() throws IOException {
        byte[] whole = sample();
        int headerEnd =
                8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        int refused = 0;
        // Every bit of the length, then every third: each position within a byte is met at a third of all bytes.
        for (int bit = 0; bit < 8 * whole.length; bit += bit < 64 ? 1 : 3) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            boolean readable = opensOrRefuses(flipped);
            refused += readable ? 0 : 1;
            if (bit < 64) {
                assertTrue(!readable, "a changed header length was accepted, bit " + bit);
            }
            if (bit / 8 >= headerEnd) {
                assertTrue(readable, "a changed data bit made the file unreadable: bit " + bit);
            }
        }
        // What passes in the header are changed names and metadata, which only a checksum can find.
        assertTrue(refused > 8 * headerEnd / 6, refused + " of " + 8 * headerEnd / 3 + " flips refused");
    }

    @Test
    void randomDamageIsRefusedOrHarmless() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        String alphabet = "{}[]\",:0123456789.-eE\\u nulltrueF32I64BOOL\n\u0000";
        byte[] whole = sample();
        int headerEnd =
                8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        int refused = 0;
        for (int trial = 0; trial < 700; trial++) {
            byte[] bytes = whole.clone();
            int edits = random.nextInt(1, 6);
            for (int edit = 0; edit < edits; edit++) {
                bytes[random.nextInt(8, headerEnd)] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            refused += opensOrRefuses(bytes) ? 0 : 1;
        }
        assertTrue(refused > 350, "only " + refused + " of 700 refused: the damage does not reach the reader");
    }

    private byte[] sample() throws IOException {
        Path path = directory.resolve("sample.safetensors");
        new SafeTensorsWriter()
                .metadata("step", "12")
                .add("weight", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
                .add("bias", new double[] {0.5})
                .add("count", new long[] {7, 8})
                .write(path);
        return Files.readAllBytes(path);
    }

    private boolean opensOrRefuses(byte[] bytes) throws IOException {
        Path path = directory.resolve("damaged.safetensors");
        Files.write(path, bytes);
        try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
            for (String name : file.names()) {
                int read = file.type(name).isFloating() ? file.doubles(name).length : file.longs(name).length;
                assertEquals(file.count(name), read);
            }
            return true;
        } catch (SafeTensorsException e) {
            assertOneLine(e, path);
            return false;
        }
    }

    private void assertRefused(Fault fault, byte[] bytes) throws IOException {
        Path path = directory.resolve("damaged.safetensors");
        Files.write(path, bytes);
        SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> SafeTensorsFile.open(path));
        if (fault != null) {
            assertEquals(fault, e.fault(), e.getMessage());
        }
        assertOneLine(e, path);
    }

    private static void assertOneLine(SafeTensorsException e, Path path) {
        assertTrue(e.getMessage().startsWith(path + ": " + e.fault() + ": "), e.getMessage());
        assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
    }

    private static byte[] length(long headerBytes) {
        return ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .array();
    }

    private static byte[] file(byte[] header, int dataBytes) {
        return ByteBuffer.allocate(8 + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }
}
