package unitcell.trainer.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.zip.CRC32C;
import unitcell.engine.io.FileFault;

/**
 * Scalars as a TensorBoard event file. The format, little endian:
 *
 * <pre>
 *   file    = record*
 *   record  = length u64 | masked CRC-32C of the length u32 | data | masked CRC-32C of the data u32
 *   masked  = ((crc >>> 15) | (crc << 17)) + 0xa282ead8
 *   data    = protocol buffer Event: 1 wall_time double, 2 step int64, 3 file_version string,
 *             5 Summary { 1 Value { 1 tag string, 2 simple_value float }, repeated }, 7 SessionLog { 1 status enum }
 * </pre>
 *
 * The first event carries the version "brain.Event:2". A resumed run writes a new file whose second event is a
 * SessionLog START at the first step to come: viewers then drop what the run before had recorded from there on.
 * Records go to the system one by one. Not safe for several threads.
 */
public final class TensorBoardWriter implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";
    private static final int SESSION_START = 1;
    private static final int MASK_DELTA = 0xa282ead8;

    private final Path file;
    private final FileChannel channel;
    private final InstantSource clock;

    private TensorBoardWriter(Path file, FileChannel channel, InstantSource clock) {
        this.file = file;
        this.channel = channel;
        this.clock = clock;
    }

    /**
     * Opens a new event file {@code events.out.tfevents.SECONDS.unitcell.PID[.N]} in a directory, made if need be.
     *
     * @param resumedAfter step of the checkpoint that the run goes on from; 0 for a fresh run
     * @param clock wall time of the events; {@code InstantSource.system()}
     */
    public static TensorBoardWriter open(Path directory, long resumedAfter, InstantSource clock) throws IOException {
        Path file = null;
        try {
            Files.createDirectories(directory);
            file = unusedName(directory, clock.instant());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            TensorBoardWriter writer = new TensorBoardWriter(file, channel, clock);
            writer.event(0, new Message().string(3, VERSION));
            if (resumedAfter > 0) {
                writer.event(resumedAfter + 1, new Message().message(7, new Message().varint(1, SESSION_START)));
            }
            return writer;
        } catch (IOException e) {
            throw FileFault.of("write", file == null ? directory : file, e);
        }
    }

    private static Path unusedName(Path directory, Instant now) {
        String name = "events.out.tfevents." + now.getEpochSecond() + ".unitcell."
                + ProcessHandle.current().pid();
        Path file = directory.resolve(name);
        for (int i = 1; Files.exists(file); i++) {
            file = directory.resolve(name + "." + i);
        }
        return file;
    }

    /** The event file. */
    public Path file() {
        return file;
    }

    /** Records one scalar; NaN and infinities are legal. */
    public void scalar(String tag, long step, double value) throws IOException {
        scalars(step, Map.of(tag, value));
    }

    /**
     * Records scalars of one step as one event, in the map's order.
     *
     * @param values tag (words joined by '/' group the charts) to value
     */
    public void scalars(long step, Map<String, Double> values) throws IOException {
        Message summary = new Message();
        for (Map.Entry<String, Double> entry : values.entrySet()) {
            summary.message(
                    1,
                    new Message()
                            .string(1, entry.getKey())
                            .float32(2, entry.getValue().floatValue()));
        }
        event(step, new Message().message(5, summary));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void event(long step, Message content) throws FileFault {
        Instant now = clock.instant();
        Message event = new Message()
                .float64(1, now.getEpochSecond() + now.getNano() * 1e-9)
                .varint(2, step)
                .append(content);
        byte[] data = event.bytes();
        ByteBuffer record = ByteBuffer.allocate(8 + 4 + data.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length).putInt(masked(record.array(), 0, 8)).put(data);
        record.putInt(masked(data, 0, data.length)).flip();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
        } catch (IOException e) {
            throw FileFault.of("write", file, e);
        }
    }

    private static int masked(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, 15) + MASK_DELTA;
    }

    /** A protocol buffer under construction: fields as (number << 3 | wire type), then the value. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int FIXED64 = 1;
        private static final int BYTES = 2;
        private static final int FIXED32 = 5;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            key(field, VARINT);
            raw(value);
            return this;
        }

        Message float64(int field, double value) {
            key(field, FIXED64);
            fixed(Double.doubleToRawLongBits(value), 8);
            return this;
        }

        Message float32(int field, float value) {
            key(field, FIXED32);
            fixed(Float.floatToRawIntBits(value), 4);
            return this;
        }

        Message string(int field, String value) {
            return nested(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return nested(field, value.bytes());
        }

        Message append(Message fields) {
            out.writeBytes(fields.bytes());
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private Message nested(int field, byte[] content) {
            key(field, BYTES);
            raw(content.length);
            out.writeBytes(content);
            return this;
        }

        private void key(int field, int wireType) {
            raw((long) field << 3 | wireType);
        }

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        private void fixed(long bits, int bytes) {
            for (int i = 0; i < bytes; i++) {
                out.write((int) (bits >>> 8 * i));
            }
        }
    }
}
