package unitcell.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.io.FileFault;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.io.SafeTensorsWriter;

/** Keeping, falling back, locking, and a complete checkpoint after every kind of sudden end. */
class CheckpointStoreTest {
    @TempDir
    Path directory;

    private final List<String> messages = new ArrayList<>();

    @Test
    void keepsTheNewestAndTheBest() throws IOException {
        try (CheckpointStore store = open(2)) {
            double[] losses = {3, 1, Double.NaN, 2, 2.5, 1};
            for (int i = 0; i < losses.length; i++) {
                save(store, 100L * (i + 1), losses[i]);
            }
            // 200 is the best (the earlier of two equals), 500 and 600 are the newest.
            assertEquals(List.of(200L, 500L, 600L), store.steps());
            Checkpoint latest = store.latest().orElseThrow();
            assertEquals(600, latest.step());
            assertEquals(OptionalDouble.of(1), latest.validationLoss());
            assertEquals(600, latest.state().getLong("cursor"));
            Checkpoint best = store.best().orElseThrow();
            assertEquals(200, best.step());
            try (SafeTensorsFile model = SafeTensorsFile.open(best.file("model.safetensors"))) {
                assertEquals(200.0, model.doubles("w")[0]);
            }
            save(store, 700, 0.5);
            assertEquals(List.of(600L, 700L), store.steps());
        }
        assertEquals(List.of(), messages);
    }

    @Test
    void anUnknownLossIsNeverTheBest() throws IOException {
        try (CheckpointStore store = open(1)) {
            save(store, 1, Double.NaN);
            assertTrue(store.best().isEmpty());
            assertEquals(OptionalDouble.empty(), store.latest().orElseThrow().validationLoss());
            save(store, 2, Double.NaN);
            assertEquals(List.of(2L), store.steps());
        }
    }

    @Test
    void anEmptyStoreHasNoLatest() throws IOException {
        try (CheckpointStore store = open(1)) {
            assertTrue(store.latest().isEmpty());
        }
        IOException e = assertThrows(
                IOException.class, () -> CheckpointStore.readOnly(directory.resolve("absent"), messages::add));
        assertTrue(e.getMessage().contains("not a directory"), e.getMessage());
    }

    @Test
    void fallsBackFromDamageAnywhereAndSaysSo() throws IOException {
        try (CheckpointStore store = open(3)) {
            save(store, 1, 1);
            save(store, 2, 1);
        }
        SplittableRandom random = new SplittableRandom(17);
        Path newest = directory.resolve("ckpt-00000002");
        for (String name : List.of("model.safetensors", "state.json", "SHA256SUMS")) {
            Path file = newest.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int trial = 0; trial < 40; trial++) {
                byte[] damaged;
                if (trial % 2 == 0) {
                    damaged = Arrays.copyOf(whole, random.nextInt(whole.length));
                } else {
                    damaged = whole.clone();
                    damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, damaged);
                assertFallsBack(name + " trial " + trial);
            }
            // Whole lines missing from the sums must show as well.
            if (name.equals("SHA256SUMS")) {
                int firstLine = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
                Files.write(file, Arrays.copyOf(whole, firstLine));
                assertFallsBack("one line of sums");
            }
            Files.delete(file);
            assertFallsBack(name + " missing");
            Files.write(file, whole);
        }
        assertEquals(
                2,
                CheckpointStore.readOnly(directory, messages::add)
                        .latest()
                        .orElseThrow()
                        .step());
    }

    private void assertFallsBack(String what) throws IOException {
        messages.clear();
        CheckpointStore reader = CheckpointStore.readOnly(directory, messages::add);
        assertEquals(1, reader.latest().orElseThrow().step(), what);
        assertEquals(1, messages.size(), messages.toString());
        assertTrue(messages.getFirst().startsWith("checkpoint ckpt-00000002 is not usable ("), messages.getFirst());
        assertTrue(messages.getFirst().endsWith("); looking at the one before"), messages.getFirst());
        assertFalse(messages.getFirst().contains("\n"));
        assertTrue(Files.isDirectory(directory.resolve("ckpt-00000002")), "reading only must not move anything");
    }

    @Test
    void aWriterPutsDamagedOnesAsideSoThatTheyDoNotCountAsKept() throws IOException {
        try (CheckpointStore store = open(1)) {
            save(store, 2, 1);
            Files.createDirectory(directory.resolve("ckpt-00000009"));
            assertEquals(2, store.latest().orElseThrow().step());
            assertTrue(Files.isDirectory(directory.resolve("ckpt-00000009.damaged-1")));
            save(store, 3, 2);
            save(store, 4, 3);
            assertEquals(List.of(2L, 4L), store.steps());
            // A state file that is damaged between two saves must not stop the run.
            Files.writeString(directory.resolve("ckpt-00000002/state.json"), "{");
            save(store, 5, 3);
            assertEquals(List.of(4L, 5L), store.steps());
        }
    }

    @Test
    void aFullDiskLeavesEverythingBefore() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
        try (CheckpointStore store = open(1)) {
            save(store, 1, 1);
            for (long step : new long[] {1, 2}) {
                FileFault fault = assertThrows(
                        FileFault.class,
                        () -> store.save(step, 0.5, place -> {
                            Files.write(place.resolve("model.safetensors"), new byte[100]);
                            try (OutputStream out = Files.newOutputStream(full)) {
                                out.write(1);
                            }
                            return JsonObject.builder().build();
                        }));
                assertTrue(
                        fault.getMessage().contains("ckpt-0000000" + step + ": No space left on device"),
                        fault.getMessage());
                assertEquals(1, store.latest().orElseThrow().step());
                assertEquals(List.of(".lock", "ckpt-00000001"), names());
            }
        }
    }

    @Test
    void theSameStepIsReplacedAndALostReplacementComesBack() throws IOException {
        try (CheckpointStore store = open(2)) {
            save(store, 5, 2);
            save(store, 5, 1);
            assertEquals(OptionalDouble.of(1), store.latest().orElseThrow().validationLoss());
            assertEquals(List.of(".lock", "ckpt-00000005"), names());
        }
        // As a kill between the two renames leaves it; and as one after them.
        Files.move(directory.resolve("ckpt-00000005"), directory.resolve("ckpt-00000005.replaced"));
        Files.createDirectory(directory.resolve("ckpt-00000006.tmp-4711-ab"));
        try (CheckpointStore store = open(2)) {
            assertEquals(5, store.latest().orElseThrow().step());
            Files.createDirectory(directory.resolve("ckpt-00000005.replaced"));
        }
        try (CheckpointStore store = open(2)) {
            assertEquals(5, store.latest().orElseThrow().step());
            assertEquals(List.of(".lock", "ckpt-00000005"), names());
        }
        assertEquals(
                List.of(directory.resolve("ckpt-00000006.tmp-4711-ab") + ": removed, a run ended while writing it"),
                messages);
    }

    @Test
    void goingOnFromAnOlderOneDiscardsTheLater() throws IOException {
        try (CheckpointStore store = open(3)) {
            save(store, 1, 1);
            save(store, 2, 1);
            save(store, 3, 1);
            store.discardAfter(1);
            assertEquals(List.of(1L), store.steps());
            assertEquals(2, messages.size());
        }
    }

    @Test
    void onlyOneWriterAtATime() throws Exception {
        Process child = Children.start(Saver.class, directory.toString());
        try (BufferedReader out = child.inputReader()) {
            assertTrue(out.readLine().startsWith("saved "));
            IOException e = assertThrows(IOException.class, () -> open(1));
            assertTrue(e.getMessage().contains("another run writes its checkpoints here"), e.getMessage());
        } finally {
            child.destroyForcibly().waitFor();
        }
        try (CheckpointStore store = open(1)) {
            assertThrows(IOException.class, () -> open(1));
            assertTrue(store.latest().isPresent());
        }
    }

    @Test
    void aKillAtAnyMomentLosesNothingThatWasSaved() throws Exception {
        SplittableRandom random = new SplittableRandom(23);
        int interrupted = 0;
        for (int round = 0; round < 8; round++) {
            Process child = Children.start(Saver.class, directory.toString());
            long saved = 0;
            try (BufferedReader out = child.inputReader()) {
                saved = savedStep(out.readLine());
                TimeUnit.MICROSECONDS.sleep(random.nextInt(60_000));
                Children.signal(child, "KILL"); // destroyForcibly would close the pipe before it is read
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    saved = line.startsWith("saved ") ? savedStep(line) : saved;
                }
                child.waitFor();
            }
            messages.clear();
            try (CheckpointStore store = open(2)) {
                interrupted += messages.size();
                long latest = store.latest().orElseThrow().step();
                assertTrue(latest == saved || latest == saved + 1, "saved " + saved + ", found " + latest);
                assertTrue(messages.stream().noneMatch(line -> line.contains("not usable")), messages.toString());
                assertTrue(
                        names().stream().allMatch(name -> name.matches("\\.lock|ckpt-[0-9]{8}")), names().toString());
            }
        }
        assertTrue(interrupted > 0, "no kill met a checkpoint in the making: the test does not test");
    }

    private static long savedStep(String line) {
        assertTrue(line != null && line.startsWith("saved "), String.valueOf(line));
        return Long.parseLong(line.substring(6));
    }

    /** Saves as fast as it can, saying each time what is safe. */
    static final class Saver {
        public static void main(String[] args) throws IOException {
            try (CheckpointStore store = CheckpointStore.open(Path.of(args[0]), 2, line -> {})) {
                long step = store.latest().map(Checkpoint::step).orElse(0L);
                while (true) {
                    step++;
                    save(store, step, 1.0 / step);
                    System.out.println("saved " + step);
                }
            }
        }
    }

    private CheckpointStore open(int keep) throws IOException {
        return CheckpointStore.open(directory, keep, messages::add);
    }

    private static void save(CheckpointStore store, long step, double loss) throws IOException {
        Checkpoint saved = store.save(step, loss, place -> {
            new SafeTensorsWriter().add("w", new double[] {step, 1, 2}).writeNew(place.resolve("model.safetensors"));
            return JsonObject.builder().put("cursor", step).build();
        });
        assertEquals(step, saved.step());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
