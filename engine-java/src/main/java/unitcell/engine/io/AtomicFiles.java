package unitcell.engine.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Replaces files and publishes directories so that a reader, or a run after a crash or a power cut, finds the old
 * content or the new, never a mixture: content goes to a temporary name in the same directory, is forced to the disk,
 * is renamed over the final name in one step, and the directory is forced too. On any failure the temporary is removed,
 * what was there before stays, and one {@link FileFault} says why.
 *
 * <p>Temporary names are {@code NAME.tmp-PID-NUMBER}; a killed process may leave some behind, which
 * {@link #temporaries} lists for whoever owns the directory.
 */
public final class AtomicFiles {
    private static final Pattern TEMPORARY = Pattern.compile(".+\\.tmp-[0-9]+-[0-9a-f]+");
    private static final AtomicLong COUNTER = new AtomicLong(System.nanoTime() & 0xFFFFFF);

    private AtomicFiles() {}

    /** Writes content at a place of {@link AtomicFiles}'s choice. */
    @FunctionalInterface
    public interface Body {
        /**
         * @param place for a file: a path that does not exist yet; for a directory: an empty directory
         */
        void write(Path place) throws IOException;
    }

    /**
     * Creates or replaces a file.
     *
     * @param body creates the file at the path it is given
     * @throws FileFault if anything fails, naming {@code target}; the old file is then untouched
     */
    public static void replace(Path target, Body body) throws IOException {
        Path temporary = temporaryFor(target);
        boolean done = false;
        try {
            body.write(temporary);
            force(temporary);
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString(), null, "it is a directory");
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            done = true;
            force(parent(target));
        } catch (IOException e) {
            throw FileFault.behind(temporary, target, cleaned(e, done ? null : temporary));
        } catch (RuntimeException | Error e) {
            cleaned(e, done ? null : temporary);
            throw e;
        }
    }

    /** Creates or replaces a file with the given text in UTF-8. */
    public static void replace(Path target, String text) throws IOException {
        replace(
                target,
                place -> Files.write(place, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW));
    }

    /**
     * Makes a directory appear with all its files at once.
     *
     * @param body fills the empty directory it is given
     * @throws FileFault if anything fails, or if {@code target} exists; nothing of that name appears then
     */
    public static void publishDirectory(Path target, Body body) throws IOException {
        Path temporary = temporaryFor(target);
        boolean done = false;
        try {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.createDirectory(temporary);
            body.write(temporary);
            forceTree(temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            force(parent(target));
        } catch (IOException e) {
            throw FileFault.behind(temporary, target, cleaned(e, done ? null : temporary));
        } catch (RuntimeException | Error e) {
            cleaned(e, done ? null : temporary);
            throw e;
        }
    }

    /** Temporary files and directories lying in a directory, sorted; those of living processes too. */
    public static List<Path> temporaries(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (isTemporary(entry)) {
                    found.add(entry);
                }
            }
        } catch (IOException e) {
            throw FileFault.of("list", directory, e);
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }

    /** Whether a file name is one that this class gives to temporaries. */
    public static boolean isTemporary(Path path) {
        return TEMPORARY.matcher(path.getFileName().toString()).matches();
    }

    /** Deletes a file or a whole directory; does not follow links; does nothing where there is nothing. */
    public static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            for (Path path : tree(root).reversed()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw FileFault.of("delete", root, e);
        }
    }

    /** Forces a file's content, or a directory's list of names, to the disk. */
    public static void force(Path path) throws IOException {
        // Linux flushes a file whichever descriptor asks; a directory can only be opened for reading.
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void forceTree(Path root) throws IOException {
        for (Path path : tree(root)) {
            if (!Files.isSymbolicLink(path)) {
                force(path);
            }
        }
    }

    /** The root and everything below it, parents before children. */
    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Path temporaryFor(Path target) {
        String unique = Long.toHexString(COUNTER.incrementAndGet());
        return target.resolveSibling(
                target.getFileName() + ".tmp-" + ProcessHandle.current().pid() + "-" + unique);
    }

    private static Path parent(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        return parent == null ? target.toAbsolutePath() : parent;
    }

    /** Removes what a failed attempt left; a failure of the removal itself is attached, not hidden. */
    private static <T extends Throwable> T cleaned(T failure, Path temporary) {
        if (temporary != null) {
            try {
                deleteTree(temporary);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }
}
