package unitcell.crystal;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Larger data that lie beside a checkout and not in it: the folder named by the system property
 * {@code unitcell.shared}, otherwise {@code ../shared} relative to the root of the checkout. Tests that want them skip,
 * with one line, where they are absent.
 */
public final class SharedData {
    private SharedData() {}

    /** The path of a shared file or folder; skips the calling test if it does not exist. */
    public static Path require(String relative) {
        String property = System.getProperty("unitcell.shared");
        Path shared = property == null ? root().resolveSibling("shared") : Path.of(property);
        Path path = shared.resolve(relative);
        if (!Files.exists(path)) {
            System.out.println("skipped: no " + path + " (set -Dunitcell.shared=FOLDER)");
            Assumptions.abort("no " + path);
        }
        return path;
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.isDirectory(at.resolve("engine-java"))) {
            at = at.getParent();
        }
        return at == null ? Path.of("").toAbsolutePath() : at;
    }
}
