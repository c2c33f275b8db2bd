package unitcell.trainer.reconstruct;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * File names for crystals, made of their ids: letters, digits, dot, hyphen and underscore only, no leading dot, of
 * bounded length, and different from all names given before even where capitals do not count.
 */
final class FileNames {
    private static final int LENGTH = 100;

    private final Set<String> taken = new HashSet<>();

    /** A name that was not given before. */
    String of(String id, String extension) {
        String safe = id.replaceAll("[^A-Za-z0-9._-]+", "_").replaceFirst("^[.-]+", "_");
        safe = safe.isEmpty() ? "crystal" : safe.substring(0, Math.min(LENGTH, safe.length()));
        String name = safe + extension;
        for (int k = 2; !taken.add(name.toLowerCase(Locale.ROOT)); k++) {
            name = safe + "-" + k + extension;
        }
        return name;
    }

    /** Whether a name was given. */
    boolean isTaken(String name) {
        return taken.contains(name.toLowerCase(Locale.ROOT));
    }
}
