package unitcell.crystal.io;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Opens files, compressed ({@code .gz}) or not, and says clearly why one cannot be read. */
final class InputStreams {
    private static final int BUFFER = 1 << 16;

    private InputStreams() {}

    /**
     * Opens a file, decompressing it if its name ends in {@code .gz}.
     *
     * @throws InputException if it is missing, unreadable, empty or not gzip in spite of its name
     */
    static InputStream open(Path path) {
        String name = path.toString();
        try {
            if (Files.isRegularFile(path) && Files.size(path) == 0) {
                throw InputException.of(Finding.Kind.EMPTY, Location.of(name), "file is empty");
            }
            InputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
            return isGzip(path) ? gunzip(raw, name) : raw;
        } catch (IOException e) {
            throw failure(e, Location.of(name));
        }
    }

    /** Opens a file of UTF-8 text, as {@link #open}; a byte order mark is skipped, what is not UTF-8 fails. */
    static BufferedReader text(Path path) {
        InputStream in = open(path);
        try {
            BufferedReader reader = new BufferedReader(
                    new InputStreamReader(
                            in,
                            StandardCharsets.UTF_8
                                    .newDecoder()
                                    .onMalformedInput(CodingErrorAction.REPORT)
                                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
                    BUFFER);
            reader.mark(1);
            if (reader.read() != '\uFEFF') {
                reader.reset();
            }
            return reader;
        } catch (IOException e) {
            try {
                in.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw failure(e, Location.of(path.toString()));
        }
    }

    static boolean isGzip(Path path) {
        return path.getFileName().toString().endsWith(".gz");
    }

    private static InputStream gunzip(InputStream raw, String name) throws IOException {
        raw.mark(2);
        int first = raw.read();
        int second = raw.read();
        raw.reset();
        if (first != 0x1F || second != 0x8B) {
            raw.close();
            throw InputException.of(
                    Finding.Kind.NOT_GZIP,
                    Location.of(name),
                    "name ends in .gz but the content is not gzip: decompressed already? Rename it");
        }
        return new GZIPInputStream(raw, BUFFER);
    }

    /** The one-line exception for a failed read. */
    static InputException failure(IOException e, Location where) {
        Finding finding = switch (e) {
            case NoSuchFileException x -> new Finding(Finding.Kind.IO, where, "no such file");
            case AccessDeniedException x -> new Finding(Finding.Kind.IO, where, "no permission to read it");
            case EOFException x ->
                new Finding(Finding.Kind.TRUNCATED, where, "compressed data end too early: the file was cut off");
            case ZipException x ->
                new Finding(Finding.Kind.TRUNCATED, where, "compressed data are damaged: " + e.getMessage());
            case java.nio.charset.CharacterCodingException x ->
                new Finding(Finding.Kind.ENCODING, where, "text is not UTF-8");
            default -> new Finding(Finding.Kind.IO, where, "cannot be read: " + Findings.show("" + e.getMessage()));
        };
        return new InputException(finding, e);
    }
}
