package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.engine.io.FileFault;
import unitcell.trainer.TrainerException;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.Checkpoints;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;

/** Where a run keeps its fits: {@code models/NAME/} within its folder, each with {@code checkpoints/}. */
final class FitFolders {
    /** Folder of all fits within a run's folder. */
    static final String MODELS = "models";

    private FitFolders() {}

    /** Folder of a fit. */
    static Path of(Path run, FitName name) {
        return run.resolve(MODELS).resolve(name.toString());
    }

    /**
     * The checkpoint that a path stands for, as {@link Checkpoints#find}; the folder of a fine-tuning run stands for the
     * pre-trained fit with the lowest validation loss, or where it has none for that among all.
     */
    static Checkpoint checkpoint(Path path, Consumer<String> messages) throws IOException {
        Path models = path.resolve(MODELS);
        if (!Files.isDirectory(models)) {
            return Checkpoints.find(path, messages);
        }
        List<Path> fits = fits(models);
        String preferred = FitName.Init.PRETRAINED.slug() + "-";
        if (fits.stream().anyMatch(fit -> fit.getFileName().toString().startsWith(preferred))) {
            fits.removeIf(fit -> !fit.getFileName().toString().startsWith(preferred));
        }
        Checkpoint best = null;
        List<String> damage = new ArrayList<>();
        for (Path fit : fits) {
            try (CheckpointStore store = CheckpointStore.readOnly(fit.resolve(CheckpointFiles.FOLDER), damage::add)) {
                Optional<Checkpoint> found = store.best();
                if (found.isPresent() && (best == null || loss(found.get()) < loss(best))) {
                    best = found.get();
                }
            }
        }
        damage.forEach(messages);
        if (best == null) {
            throw TrainerException.input(path + ": "
                    + (damage.isEmpty() ? "no fit was validated yet" : "none of its checkpoints is usable")
                    + "; give the folder of a fit in " + models + ", or of a checkpoint");
        }
        return best;
    }

    private static double loss(Checkpoint checkpoint) {
        return checkpoint.validationLoss().orElseThrow();
    }

    private static List<Path> fits(Path models) throws IOException {
        List<Path> fits = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(models)) {
            stream.forEach(fit -> {
                if (Files.isDirectory(fit.resolve(CheckpointFiles.FOLDER))) {
                    fits.add(fit);
                }
            });
        } catch (IOException e) {
            throw FileFault.of("list", models, e);
        }
        fits.sort(null);
        return fits;
    }
}
