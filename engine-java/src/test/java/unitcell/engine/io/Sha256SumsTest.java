package unitcell.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sums against published values of SHA-256, and every single damaged bit found. */
class Sha256SumsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(directory.resolve("abc"), "abc");
        Files.writeString(directory.resolve("empty"), "");
        Sha256Sums.write(directory);
    }

    @Test
    void writesWhatSha256sumReads() throws IOException {
        // FIPS 180-2's example "abc", and the well-known hash of nothing.
        assertEquals("""
                ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty
                """, Files.readString(directory.resolve(Sha256Sums.FILE_NAME)));
        assertEquals(
                Map.of(
                        "abc",
                        Sha256Sums.of(directory.resolve("abc")),
                        "empty",
                        Sha256Sums.of(directory.resolve("empty"))),
                Sha256Sums.verify(directory));
        Sha256Sums.write(directory);
        assertEquals(2, Sha256Sums.verify(directory).size());
    }

    @Test
    void findsEveryFlippedBitAndEveryTruncation() throws IOException {
        for (String name : new String[] {"abc", Sha256Sums.FILE_NAME}) {
            Path file = directory.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int bit = 0; bit < 8 * whole.length; bit++) {
                byte[] flipped = whole.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(file, flipped);
                assertMismatch(name + " bit " + bit);
            }
            for (int length = 0; length < whole.length; length++) {
                // A list that ends after a whole line is a shorter list, which its owner must refuse by its names.
                if (!(name.equals(Sha256Sums.FILE_NAME) && length > 0 && whole[length - 1] == '\n')) {
                    Files.write(file, Arrays.copyOf(whole, length));
                    assertMismatch(name + " cut to " + length);
                }
            }
            Files.write(file, whole);
            Sha256Sums.verify(directory);
        }
    }

    @Test
    void namesMissingFiles() throws IOException {
        Files.delete(directory.resolve("abc"));
        Sha256Sums.Mismatch e = assertThrows(Sha256Sums.Mismatch.class, () -> Sha256Sums.verify(directory));
        assertEquals(directory.resolve("abc") + ": missing, but named in SHA256SUMS", e.getMessage());
        Files.delete(directory.resolve(Sha256Sums.FILE_NAME));
        FileFault fault = assertThrows(FileFault.class, () -> Sha256Sums.verify(directory));
        assertTrue(fault.getMessage().contains("no such file"), fault.getMessage());
    }

    @Test
    void refusesNamesThatLeaveTheDirectory() throws IOException {
        String hash = Sha256Sums.of(directory.resolve("abc"));
        for (String name : new String[] {"../abc", "/etc/passwd", "a\\b"}) {
            Files.writeString(directory.resolve(Sha256Sums.FILE_NAME), hash + "  " + name + "\n");
            assertMismatch(name);
        }
    }

    private void assertMismatch(String what) {
        Sha256Sums.Mismatch e = assertThrows(Sha256Sums.Mismatch.class, () -> Sha256Sums.verify(directory), what);
        assertTrue(e.getMessage().startsWith(directory.toString()), e.getMessage());
    }
}
