package unitcell.trainer.run;

import java.nio.file.Path;
import java.util.OptionalDouble;
import unitcell.engine.io.JsonObject;

/**
 * One complete checkpoint on the disk, verified against its sums.
 *
 * @param directory holds the files that were written into it
 * @param step optimiser steps done
 * @param validationLoss if it was known
 * @param state what the run stored beside the files
 */
public record Checkpoint(Path directory, long step, OptionalDouble validationLoss, JsonObject state) {
    /** A file of the checkpoint, for instance {@code model.safetensors}. */
    public Path file(String name) {
        return directory.resolve(name);
    }
}
