package unitcell.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The file {@code SHA256SUMS} of a directory: one line "hash, two spaces, name" per regular file of that directory
 * (not of sub-directories), sorted by name; {@code sha256sum -c SHA256SUMS} reads it too.
 */
public final class Sha256Sums {
    /** Name of the file with the sums. */
    public static final String FILE_NAME = "SHA256SUMS";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([^/\\\\]+)");
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long MAX_BYTES = 1 << 20;

    private Sha256Sums() {}

    /** A directory whose files are not those that its sums were made of; the message names the first fault. */
    public static final class Mismatch extends IOException {
        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message);
        }
    }

    /** SHA-256 of a file, 64 lower-case hexadecimal digits. */
    public static String of(Path file) throws IOException {
        MessageDigest digest = newDigest();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        } catch (IOException e) {
            throw FileFault.of("read", file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Writes the sums of all regular files of a directory into it. */
    public static void write(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files = entries.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .filter(path -> !path.getFileName().toString().equals(FILE_NAME))
                    .sorted()
                    .toList();
        }
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            String line = of(file) + "  " + file.getFileName();
            if (!LINE.matcher(line).matches() || line.contains("\n")) {
                throw new IllegalArgumentException("file name not fit for " + FILE_NAME + ": " + file);
            }
            text.append(line).append('\n');
        }
        AtomicFiles.replace(directory.resolve(FILE_NAME), text.toString());
    }

    /**
     * Checks every file that the sums name. Further files in the directory are not looked at.
     *
     * @return the verified names with their hashes, sorted by name; at least one
     * @throws Mismatch if the list is damaged or empty, or a file is missing or differs
     * @throws FileFault if a file cannot be read
     */
    public static Map<String, String> verify(Path directory) throws IOException {
        Map<String, String> sums = read(directory.resolve(FILE_NAME));
        for (Map.Entry<String, String> entry : sums.entrySet()) {
            Path file = directory.resolve(entry.getKey());
            if (!Files.isRegularFile(file)) {
                throw new Mismatch(file + ": missing, but named in " + FILE_NAME);
            }
            String found = of(file);
            if (!found.equals(entry.getValue())) {
                throw new Mismatch(file + ": damaged: its SHA-256 is " + found.substring(0, 12) + "..., " + FILE_NAME
                        + " says " + entry.getValue().substring(0, 12) + "...");
            }
        }
        return sums;
    }

    private static Map<String, String> read(Path file) throws IOException {
        byte[] bytes;
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MAX_BYTES) {
                throw new Mismatch(file + ": more than " + MAX_BYTES + " bytes: not a list of sums");
            }
            bytes = Files.readAllBytes(file);
        } catch (Mismatch e) {
            throw e;
        } catch (IOException e) {
            throw FileFault.of("read", file, e);
        }
        // Undecodable bytes become replacement characters: the name then matches no file.
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.isEmpty() || !text.endsWith("\n")) {
            throw new Mismatch(file + ": " + (text.isEmpty() ? "empty" : "its last line is cut short"));
        }
        Map<String, String> sums = new TreeMap<>();
        int number = 0;
        for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
            number++;
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches() || matcher.group(2).indexOf('\0') >= 0) {
                throw new Mismatch(file + ":" + number + ":1: expected 64 hexadecimal digits, two spaces and a name");
            }
            if (sums.put(matcher.group(2), matcher.group(1)) != null) {
                throw new Mismatch(file + ":" + number + ":67: '" + matcher.group(2) + "' stands twice");
            }
        }
        return sums;
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM lacks SHA-256, which every Java platform must have", e);
        }
    }
}
