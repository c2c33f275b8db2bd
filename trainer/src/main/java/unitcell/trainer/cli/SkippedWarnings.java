package unitcell.trainer.cli;

import java.nio.file.Path;
import java.util.List;
import unitcell.trainer.Console;
import unitcell.trainer.data.DatasetReader.Skipped;

/** Warnings of crystals that could not be used: the first few one by one, the others by their number. */
final class SkippedWarnings {
    private static final int SHOWN = 10;

    private SkippedWarnings() {}

    /**
     * Warns.
     *
     * @param first the first crystals that were skipped, all or enough to show
     * @param count how many were skipped in all
     * @param list the file that lists all of them
     */
    static void say(Console console, List<Skipped> first, long count, Path list) {
        first.stream().limit(SHOWN).forEach(s -> console.warn("skipped " + s.detail()));
        if (count > SHOWN) {
            console.warn("and " + (count - SHOWN) + " more, all listed in " + list);
        }
    }
}
