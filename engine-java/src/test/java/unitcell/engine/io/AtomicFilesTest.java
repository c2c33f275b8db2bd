package unitcell.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old or new content, never anything else, under full disks, limits, missing places, exceptions and kills. */
class AtomicFilesTest {
    @TempDir
    Path directory;

    @Test
    void replacesAFileAndLeavesNothingElse() throws IOException {
        Path target = directory.resolve("state.json");
        AtomicFiles.replace(target, "old");
        AtomicFiles.replace(target, "neu: ü");
        assertEquals("neu: ü", Files.readString(target));
        assertEquals(List.of(target), list());
    }

    @Test
    void aFullDiskLeavesTheOldFile() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
        Path target = directory.resolve("state.json");
        AtomicFiles.replace(target, "old");
        // The kernel's own ENOSPC, met after half of the content is written.
        FileFault fault = assertThrows(
                FileFault.class,
                () -> AtomicFiles.replace(target, place -> {
                    Files.writeString(place, "half of the n");
                    try (OutputStream out = Files.newOutputStream(full)) {
                        out.write(1);
                    }
                }));
        assertEquals(
                "cannot write " + target + ": No space left on device; free some space or choose another place",
                fault.getMessage());
        assertEquals("old", Files.readString(target));
        assertEquals(List.of(target), list());
    }

    @Test
    void aLimitOnFileSizesLeavesTheOldFile() throws Exception {
        Path target = directory.resolve("big.safetensors");
        AtomicFiles.replace(target, "old");
        // 64 blocks of 1 KiB: the child's 800 kB cannot be written, which only shows in the middle of the file.
        Process child = child("ulimit -f 64; ", BigFile.class, target);
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(3, child.exitValue(), output);
        assertTrue(output.startsWith("cannot write " + target + ": File too large"), output);
        assertEquals("old", Files.readString(target));
        assertEquals(List.of(target), list());
    }

    @Test
    void aMissingPlaceIsNamed() {
        Path target = directory.resolve("absent").resolve("state.json");
        FileFault fault = assertThrows(FileFault.class, () -> AtomicFiles.replace(target, "x"));
        assertEquals("cannot write " + target + ": no such file or directory; check the path", fault.getMessage());
        FileFault inProc =
                assertThrows(FileFault.class, () -> AtomicFiles.replace(Path.of("/proc/unitcell-state"), "x"));
        assertTrue(inProc.getMessage().startsWith("cannot write /proc/unitcell-state: "), inProc.getMessage());
    }

    @Test
    void aDirectoryWithoutPermissionIsNamed() throws IOException {
        Path locked = Files.createDirectory(directory.resolve("locked"));
        Path target = locked.resolve("state.json");
        AtomicFiles.replace(target, "old");
        assertTrue(locked.toFile().setWritable(false));
        try {
            Assumptions.assumeFalse(Files.isWritable(locked), "this user may write everywhere");
            FileFault fault = assertThrows(FileFault.class, () -> AtomicFiles.replace(target, "new"));
            assertEquals(
                    "cannot write " + target
                            + ": permission denied; choose a place you may write to, or change its permissions",
                    fault.getMessage());
            assertEquals("old", Files.readString(target));
        } finally {
            assertTrue(locked.toFile().setWritable(true));
        }
    }

    @Test
    void aDirectoryIsNotReplacedByAFile() throws IOException {
        Path target = Files.createDirectory(directory.resolve("runs"));
        FileFault fault = assertThrows(FileFault.class, () -> AtomicFiles.replace(target, "x"));
        assertTrue(fault.getMessage().startsWith("cannot write " + target + ": "), fault.getMessage());
        assertEquals(List.of(target), list());
    }

    @Test
    void anExceptionOfTheBodyPassesAndCleansUp() throws IOException {
        Path target = directory.resolve("state.json");
        AtomicFiles.replace(target, "old");
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFiles.replace(target, place -> {
                    Files.writeString(place, "half");
                    throw new IllegalStateException("loss is not finite");
                }));
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFiles.publishDirectory(directory.resolve("ckpt"), place -> {
                    Files.writeString(place.resolve("a"), "half");
                    throw new IllegalStateException("loss is not finite");
                }));
        assertEquals("old", Files.readString(target));
        assertEquals(List.of(target), list());
    }

    @Test
    void publishesADirectoryAsAWhole() throws IOException {
        Path target = directory.resolve("ckpt-1");
        AtomicFiles.publishDirectory(target, place -> {
            assertTrue(AtomicFiles.isTemporary(place));
            assertFalse(Files.exists(target));
            Files.createDirectory(place.resolve("sub"));
            Files.writeString(place.resolve("sub/a"), "A");
            Files.writeString(place.resolve("b"), "B");
        });
        assertEquals("A", Files.readString(target.resolve("sub/a")));
        assertEquals(List.of(target), list());
        FileFault again = assertThrows(FileFault.class, () -> AtomicFiles.publishDirectory(target, place -> {}));
        assertEquals("cannot write " + target + ": it exists already", again.getMessage());
        assertEquals("B", Files.readString(target.resolve("b")));
    }

    @Test
    void aKilledWriterLeavesOldContentAndARecognisableTemporary() throws Exception {
        Path target = directory.resolve("state.json");
        AtomicFiles.replace(target, "old");
        Process child = child("", KilledWriter.class, target);
        // The child says when it is in the middle of the file, and then waits for ever.
        assertEquals('w', child.getInputStream().read());
        child.destroyForcibly().waitFor();
        assertEquals("old", Files.readString(target));
        List<Path> left = AtomicFiles.temporaries(directory);
        assertEquals(1, left.size());
        AtomicFiles.deleteTree(left.getFirst());
        assertEquals(List.of(target), list());
    }

    @Test
    void onlyItsOwnNamesAreTemporary() {
        assertTrue(AtomicFiles.isTemporary(Path.of("a/ckpt-00000010.tmp-123-ff")));
        for (String name : new String[] {"ckpt.tmp", "ckpt.tmp-1", ".tmp-1-2", "x.tmp-1-2.json", "x.tmp-a-2"}) {
            assertFalse(AtomicFiles.isTemporary(Path.of(name)), name);
        }
    }

    private List<Path> list() throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static Process child(String before, Class<?> main, Path target) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        "bash",
                        "-c",
                        before + "exec \"$@\"",
                        "bash",
                        java,
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        target.toString())
                .redirectErrorStream(true)
                .start();
    }

    /** Tries to write 800 kB and reports the failure as the command line would. */
    static final class BigFile {
        public static void main(String[] args) {
            try {
                new SafeTensorsWriter().add("x", new double[100_000]).write(Path.of(args[0]));
            } catch (IOException e) {
                System.out.println(e.getMessage());
                System.exit(3);
            }
        }
    }

    /** Stops for ever in the middle of writing. */
    static final class KilledWriter {
        public static void main(String[] args) throws IOException {
            AtomicFiles.replace(Path.of(args[0]), place -> {
                Files.writeString(place, "half of the n");
                System.out.print('w');
                System.out.flush();
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }
}
