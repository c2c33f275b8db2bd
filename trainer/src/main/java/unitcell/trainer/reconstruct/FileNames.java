package unitcell.trainer.reconstruct;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
        return of(id, List.of(extension)).get(0);
    }

    /** Names that were not given before, {@code NAME.cand1.cif} and so on, from 1. */
    List<String> numbered(String id, int count, String extension) {
        List<String> endings = new ArrayList<>();
        for (int k = 1; k <= count; k++) {
            endings.add(".cand" + k + extension);
        }
        return of(id, endings);
    }

    private List<String> of(String id, List<String> endings) {
        String safe = id.replaceAll("[^A-Za-z0-9._-]+", "_").replaceFirst("^[.-]+", "_");
        safe = safe.isEmpty() ? "crystal" : safe.substring(0, Math.min(LENGTH, safe.length()));
        String stem = safe;
        for (int k = 2; isTaken(stem, endings); k++) {
            stem = safe + "-" + k;
        }
        List<String> names = new ArrayList<>(endings.size());
        for (String ending : endings) {
            names.add(stem + ending);
            taken.add((stem + ending).toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private boolean isTaken(String stem, List<String> endings) {
        return endings.stream().anyMatch(ending -> isTaken(stem + ending));
    }

    /** Whether a name was given. */
    boolean isTaken(String name) {
        return taken.contains(name.toLowerCase(Locale.ROOT));
    }
}
