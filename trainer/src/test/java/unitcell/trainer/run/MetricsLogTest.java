package unitcell.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.io.FileFault;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/** The log after kills at every byte, resumes at every step, and damage. */
class MetricsLogTest {
    @TempDir
    Path directory;

    private final List<String> messages = new ArrayList<>();

    @Test
    void everyRecordIsThereAsSoonAsItIsAppended() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.create(file)) {
            log.append(record(1));
            assertEquals("{\"step\":1,\"loss\":1.0,\"name\":\"ü\"}\n", Files.readString(file));
            log.append(record(2));
            assertEquals(List.of(record(1), record(2)), MetricsLog.read(file));
        }
        assertTrue(assertThrows(FileFault.class, () -> MetricsLog.create(file))
                .getMessage()
                .contains("exists already"));
    }

    @Test
    void resumingDropsLaterRecordsAndKeepsTheBytesOfTheOthers() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        String odd = "{\"step\" : 2,  \"loss\":1e-5}\n"; // not as this class would write it
        Files.writeString(file, "{\"step\":1}\n" + odd + "{\"step\":4}\n{\"step\":3}\n{\"step\":5}\n");
        try (MetricsLog log = MetricsLog.resume(file, 3, messages::add)) {
            log.append(record(4));
        }
        assertEquals(
                "{\"step\":1}\n" + odd + "{\"step\":3}\n{\"step\":4,\"loss\":0.25,\"name\":\"ü\"}\n",
                Files.readString(file));
        assertEquals(List.of(file + ": dropped 2 records past step 3"), messages);
    }

    @Test
    void aRunKilledAtAnyByteGivesTheSameLogAsOneThatWasNot() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.create(file)) {
            for (int step = 1; step <= 3; step++) {
                log.append(record(step));
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length <= whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            Files.write(file, cut);
            long step = 0;
            for (byte b : cut) {
                step += b == '\n' ? 1 : 0;
            }
            long checkpoint = step == 0 ? 0 : step - 1; // the checkpoint is older than the log
            try (MetricsLog log = MetricsLog.resume(file, checkpoint, messages::add)) {
                for (long s = checkpoint + 1; s <= 3; s++) {
                    log.append(record(s));
                }
            }
            assertEquals(new String(whole, StandardCharsets.UTF_8), Files.readString(file), "cut at " + length);
        }
        assertTrue(
                messages.contains(file + ": dropped 1 records past step 0 and a torn last line"), messages.toString());
    }

    @Test
    void damageInTheMiddleIsAnErrorWithItsPlaceAndChangesNothing() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        String[] damages = {"{\"step\":2", "", "{\"loss\":1}", "[1]", "{\"step\":1.5}", "{\"a\":\"\u00fc\",\"step\":1}"
        };
        for (String damage : damages) {
            // In Latin-1, so that the last one is no UTF-8.
            byte[] content = ("{\"step\":1}\n" + damage + "\n{\"step\":3}\n").getBytes(StandardCharsets.ISO_8859_1);
            Files.write(file, content);
            JsonException e = assertThrows(JsonException.class, () -> MetricsLog.resume(file, 9, messages::add));
            assertTrue(e.getMessage().startsWith(file + ":2:"), e.getMessage());
            assertArrayEquals(content, Files.readAllBytes(file));
        }
    }

    @Test
    void aRecordNeedsAStep() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.resume(file, 0, messages::add)) {
            assertThrows(
                    JsonException.class,
                    () -> log.append(JsonObject.builder().put("loss", 1.0).build()));
        }
        assertEquals(0, Files.size(file));
        assertEquals(List.of(), messages);
    }

    private static JsonObject record(long step) {
        return JsonObject.builder()
                .put("step", step)
                .put("loss", 1.0 / step)
                .put("name", "ü")
                .build();
    }
}
