package unitcell.engine.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/** A failed file operation as one line: what was tried, on which file, what the system said, what to do about it. */
public final class FileFault extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;

    private FileFault(String message, Path path, IOException cause) {
        super(message, cause);
        this.path = path;
    }

    /**
     * Wraps a system's error; an error that is a {@code FileFault} already stays as it is.
     *
     * @param action what was tried, as in "cannot ACTION FILE": read, write, create
     * @param path the file the user knows; a temporary file's final name rather than its own
     */
    public static FileFault of(String action, Path path, IOException error) {
        if (error instanceof FileFault fault) {
            return fault;
        }
        String reason = reason(error);
        String advice = advice(reason);
        String other = otherFile(path, error);
        return new FileFault(
                "cannot " + action + " " + path + ": " + reason + other + (advice.isEmpty() ? "" : "; " + advice),
                path,
                error);
    }

    /**
     * The failure of an attempt to write {@code target} by way of a temporary: what failed at the temporary, or inside
     * it, is said of the target, because the user knows no other name. A fault of any other file, and an exception of
     * another kind (a parser's, say), speaks for itself and stays as it is.
     */
    static IOException behind(Path temporary, Path target, IOException error) {
        if (error instanceof FileFault fault
                && fault.path.startsWith(temporary)
                && fault.getCause() instanceof IOException cause) {
            Path inside = temporary.relativize(fault.path);
            FileFault renamed = of("write", inside.toString().isEmpty() ? target : target.resolve(inside), cause);
            for (Throwable suppressed : fault.getSuppressed()) {
                renamed.addSuppressed(suppressed);
            }
            return renamed;
        }
        boolean bySystem = error instanceof FileSystemException || error.getClass() == IOException.class;
        return bySystem ? of("write", target, error) : error;
    }

    private static String reason(IOException error) {
        String reason = switch (error) {
            case NoSuchFileException e -> "no such file or directory";
            case AccessDeniedException e -> "permission denied";
            case FileAlreadyExistsException e -> "it exists already";
            case NotDirectoryException e -> "not a directory";
            case DirectoryNotEmptyException e -> "directory not empty";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        };
        return reason.replaceAll("\\s+", " ").strip();
    }

    /** Names the file the system complained of where it is not the one the user asked for (a missing parent, say). */
    private static String otherFile(Path path, IOException error) {
        if (error instanceof FileSystemException e && e.getFile() != null) {
            Path named = Path.of(e.getFile());
            for (Path element : named) {
                if (AtomicFiles.isTemporary(element)) {
                    return "";
                }
            }
            return named.toAbsolutePath().equals(path.toAbsolutePath()) ? "" : " (" + named + ")";
        }
        return "";
    }

    private static String advice(String reason) {
        String text = reason.toLowerCase(Locale.ROOT);
        if (text.contains("no space left") || text.contains("quota exceeded")) {
            return "free some space or choose another place";
        }
        if (text.contains("permission denied") || text.contains("read-only file system")) {
            return "choose a place you may write to, or change its permissions";
        }
        if (text.contains("no such file")) {
            return "check the path";
        }
        if (text.contains("too large")) {
            return "raise the limit on file sizes (ulimit -f)";
        }
        return "";
    }
}
