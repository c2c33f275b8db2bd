package unitcell.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files through a reader of its own: bitwise CRC, generic protocol-buffer walk, nothing shared with the writer. */
class TensorBoardWriterTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L, 250_000_000));

    @TempDir
    Path directory;

    @Test
    void checksumsAreCrc32c() {
        // The check value of CRC-32C, and the masked one that follows from it by hand.
        assertEquals(0xE3069283, crc32c("123456789".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void scalarsComeBackThroughAnIndependentReader() throws IOException {
        Path file;
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss/train", 1.5);
        values.put("loss/validation", -2.25e-3);
        values.put("d\u00e9placement", Double.NaN);
        try (TensorBoardWriter writer = TensorBoardWriter.open(directory.resolve("tb"), 0, CLOCK)) {
            file = writer.file();
            writer.scalars(7, values);
            writer.scalar("lr", 300_000_000_000L, 1e-4);
            assertEquals(3, events(file).size(), "records must be readable while the run goes on");
        }
        assertTrue(file.getFileName().toString().startsWith("events.out.tfevents.1700000000."), file.toString());
        List<Map<Integer, List<Object>>> events = events(file);
        assertEquals(1_700_000_000.25, events.get(0).get(1).getFirst());
        assertEquals("brain.Event:2", text(events.get(0).get(3).getFirst()));
        assertEquals(7L, events.get(1).get(2).getFirst());
        List<Object> list = fields((byte[]) events.get(1).get(5).getFirst()).get(1);
        assertEquals(3, list.size());
        int i = 0;
        for (Map.Entry<String, Double> expected : values.entrySet()) {
            Map<Integer, List<Object>> value = fields((byte[]) list.get(i++));
            assertEquals(expected.getKey(), text(value.get(1).getFirst()));
            assertEquals(expected.getValue().floatValue(), value.get(2).getFirst());
        }
        assertEquals(300_000_000_000L, events.get(2).get(2).getFirst());
    }

    @Test
    void aResumedRunTellsViewersWhereItStarts() throws IOException {
        Path first;
        Path second;
        try (TensorBoardWriter writer = TensorBoardWriter.open(directory, 0, CLOCK)) {
            first = writer.file();
        }
        try (TensorBoardWriter writer = TensorBoardWriter.open(directory, 120, CLOCK)) {
            second = writer.file();
        }
        assertNotEquals(first, second);
        assertEquals(1, events(first).size());
        Map<Integer, List<Object>> start = events(second).get(1);
        assertEquals(121L, start.get(2).getFirst());
        assertEquals(1L, fields((byte[]) start.get(7).getFirst()).get(1).getFirst());
    }

    private static List<Map<Integer, List<Object>>> events(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Map<Integer, List<Object>>> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(unmasked(in.getInt()), crc32c(length));
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            in.get(data);
            assertEquals(unmasked(in.getInt()), crc32c(data));
            events.add(fields(data));
        }
        return events;
    }

    private static Map<Integer, List<Object>> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, List<Object>> fields = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            Object value = switch ((int) (key & 7)) {
                case 0 -> varint(in);
                case 1 -> in.getDouble();
                case 5 -> in.getFloat();
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    yield bytes;
                }
                default -> throw new AssertionError("wire type of key " + key);
            };
            fields.computeIfAbsent((int) (key >>> 3), k -> new ArrayList<>()).add(value);
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }

    private static int unmasked(int masked) {
        int rotated = masked - 0xa282ead8;
        return rotated >>> 17 | rotated << 15;
    }

    /** Bit by bit, polynomial 0x1EDC6F41 reflected. */
    private static int crc32c(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
            }
        }
        return ~crc;
    }
}
