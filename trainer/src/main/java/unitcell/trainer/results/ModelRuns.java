package unitcell.trainer.results;

import java.nio.file.Path;
import java.util.List;

/**
 * A model under the name that the report gives it.
 *
 * @param name letters, digits, point, hyphen and underscore
 * @param runs its runs, which differ in their seeds; each a run's folder or a checkpoint
 */
public record ModelRuns(String name, List<Path> runs) {
    /** The form of a name. */
    public static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}";

    public ModelRuns {
        runs = List.copyOf(runs);
        if (!name.matches(NAME) || runs.isEmpty()) {
            throw new IllegalArgumentException("model '" + name + "' with " + runs.size() + " runs");
        }
    }
}
