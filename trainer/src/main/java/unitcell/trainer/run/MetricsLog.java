package unitcell.trainer.run;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.JsonWhere;

/**
 * Metrics as JSON lines, append-only: one object a line, each with an integer {@code step}, handed to the system line by
 * line, so that a killed run loses at most the line it was writing. On resuming, records past the checkpoint's step are
 * dropped, because those steps run again; a last line cut short by a kill is dropped too; anything else that is no
 * record is an error with its place, and leaves the file as it is.
 *
 * <p>Lines that stay keep their bytes. Not safe for several threads.
 */
public final class MetricsLog implements AutoCloseable {
    private static final String STEP = "step";

    private final Path file;
    private final FileChannel channel;

    private MetricsLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Starts a new log.
     *
     * @throws FileFault if the file exists already or cannot be written
     */
    public static MetricsLog create(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE_NEW);
    }

    /**
     * Goes on with a log after the given step, or starts one where there is none.
     *
     * @param step of the checkpoint; records with a larger one are dropped
     * @param messages receives one line if anything was dropped
     * @throws JsonException if a line other than a torn last one is no record
     */
    public static MetricsLog resume(Path file, long step, Consumer<String> messages) throws IOException {
        if (Files.exists(file)) {
            Dropped dropped = new Dropped();
            AtomicFiles.replace(file, place -> {
                try (BufferedWriter out = Files.newBufferedWriter(place)) {
                    forEachRecord(file, (record, line) -> {
                        if (record == null) {
                            dropped.torn = true;
                        } else if (record.getLong(STEP) > step) {
                            dropped.later++;
                        } else {
                            out.write(line + "\n");
                        }
                    });
                }
            });
            if (dropped.torn || dropped.later > 0) {
                messages.accept(file + ": dropped " + dropped.later + " records past step " + step
                        + (dropped.torn ? " and a torn last line" : ""));
            }
        }
        return open(file, StandardOpenOption.CREATE);
    }

    /** All records of a log; a torn last line is left out, any other damage is an error. */
    public static List<JsonObject> read(Path file) throws IOException {
        List<JsonObject> records = new ArrayList<>();
        forEachRecord(file, (record, line) -> {
            if (record != null) {
                records.add(record);
            }
        });
        return records;
    }

    /**
     * Appends one record.
     *
     * @param record has an integer {@code step}
     * @throws FileFault if it cannot be written; the file then ends with the record before
     */
    public void append(JsonObject record) throws IOException {
        record.getLong(STEP);
        ByteBuffer line = ByteBuffer.wrap((record.compact() + "\n").getBytes(StandardCharsets.UTF_8));
        long before = channel.size();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            // Half a line in the middle of the file would be damage; at its end it is gone.
            channel.truncate(before);
            throw FileFault.of("write", file, e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static final class Dropped {
        private long later;
        private boolean torn;
    }

    @FunctionalInterface
    private interface RecordConsumer {
        /** A record with its line, or null for a torn last line. */
        void accept(JsonObject record, String line) throws IOException;
    }

    private static void forEachRecord(Path file, RecordConsumer consumer) throws IOException {
        boolean complete = endsWithLineFeed(file);
        // Latin-1 keeps every byte of a torn character; whole lines are decoded strictly by their record.
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            String line = in.readLine();
            for (int number = 1; line != null; number++) {
                String next = in.readLine();
                if (next == null && !complete) {
                    consumer.accept(null, line);
                } else {
                    String text = decode(file, number, line.getBytes(StandardCharsets.ISO_8859_1));
                    consumer.accept(record(file, number, text), text);
                }
                line = next;
            }
        } catch (IOException e) {
            throw e instanceof JsonException ? e : FileFault.of("read", file, e);
        }
    }

    private static String decode(Path file, int number, byte[] line) throws JsonException {
        String text = new String(line, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), line)) {
            int column = text.indexOf('\uFFFD') + 1; // what the first undecodable byte became
            throw new JsonException(new JsonWhere(file.toString(), number, column), "not valid UTF-8");
        }
        return text;
    }

    private static JsonObject record(Path file, int number, String text) throws JsonException {
        JsonObject record = Json.parseLine(file.toString(), number, text).asObject();
        record.getLong(STEP);
        return record;
    }

    private static boolean endsWithLineFeed(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer last = ByteBuffer.allocate(1);
            return size == 0 || (channel.read(last, size - 1) == 1 && last.get(0) == '\n');
        } catch (IOException e) {
            throw FileFault.of("read", file, e);
        }
    }

    private static MetricsLog open(Path file, StandardOpenOption creation) throws FileFault {
        try {
            return new MetricsLog(
                    file, FileChannel.open(file, creation, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw FileFault.of("write", file, e);
        }
    }
}
