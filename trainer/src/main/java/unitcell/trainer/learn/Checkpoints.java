package unitcell.trainer.learn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import unitcell.engine.io.Sha256Sums;
import unitcell.trainer.TrainerException;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;

/** Finds the checkpoint behind what a user names. */
public final class Checkpoints {
    private static final String NAME = "ckpt-";
    private static final String LATEST = "latest";

    private Checkpoints() {}

    /**
     * The checkpoint that a path stands for.
     *
     * @param path a checkpoint's folder; or a run's folder, or the {@code checkpoints} folder in it, for the checkpoint
     *     with the lowest validation loss, or the newest where none was validated; or one of these folders with {@code
     *     /latest} appended, for the newest in any case
     * @param messages receives a line for each checkpoint that was passed over because it is damaged
     * @throws TrainerException if there is no checkpoint, or none that is usable
     */
    public static Checkpoint find(Path path, Consumer<String> messages) throws IOException {
        boolean latest = !Files.exists(path) && path.endsWith(LATEST) && path.getParent() != null;
        Path named = latest ? path.getParent() : path;
        if (!Files.isDirectory(named)) {
            throw TrainerException.input("no checkpoint at " + path + ": "
                    + (Files.exists(named) ? "not a folder" : "no such folder")
                    + "; expected a checkpoint's folder (checkpoints/ckpt-...), a run's, or a run's with /latest");
        }
        if (!latest && isCheckpoint(named)) {
            return CheckpointStore.read(named);
        }
        Path inRun = named.resolve(CheckpointFiles.FOLDER);
        Path folder = Files.isDirectory(inRun) ? inRun : named;
        Set<String> damage = new LinkedHashSet<>(); // a set, because best and latest meet the same ones
        try (CheckpointStore store = CheckpointStore.readOnly(folder, damage::add)) {
            Optional<Checkpoint> best = latest ? Optional.empty() : store.best();
            Optional<Checkpoint> found = best.isPresent() ? best : store.latest();
            damage.forEach(messages);
            return found.orElseThrow(() -> TrainerException.input(
                    damage.isEmpty()
                            ? path + ": holds no checkpoint; expected a checkpoint's folder (with "
                                    + Sha256Sums.FILE_NAME + ") or a run's (with " + CheckpointFiles.FOLDER + "/)"
                            : path + ": none of its checkpoints is usable; give another run or checkpoint"));
        }
    }

    private static boolean isCheckpoint(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name != null && name.toString().startsWith(NAME)
                || Files.exists(path.resolve(Sha256Sums.FILE_NAME))
                || Files.exists(path.resolve(CheckpointFiles.MODEL));
    }
}
