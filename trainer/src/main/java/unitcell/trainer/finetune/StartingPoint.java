package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.Sha256Sums;
import unitcell.net.ModelMetadata;
import unitcell.net.ModelWeights;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.TrainerException;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.run.Checkpoint;

/**
 * The network that fits start from: a pre-trained generator, or a network fine-tuned before. Its averaged weights are
 * taken where training kept an average.
 *
 * @param checkpoint folder the weights are in
 * @param metadata sizes and constants
 * @param weights file
 * @param sum SHA-256 of that file
 * @param property what the network was fine-tuned on, if it was
 */
public record StartingPoint(
        Path checkpoint, ModelMetadata metadata, Path weights, String sum, Optional<PropertyFile> property) {
    /**
     * Finds it and verifies its sums.
     *
     * @param path a checkpoint, or the folder of a run of any kind
     * @param messages receives a line for each checkpoint that was passed over because it is damaged
     * @throws TrainerException if there is none
     * @throws IOException if a file is missing or damaged
     */
    public static StartingPoint read(Path path, Consumer<String> messages) throws IOException {
        Checkpoint checkpoint = FitFolders.checkpoint(path, messages);
        for (String name : new String[] {CheckpointFiles.MODEL, CheckpointFiles.WEIGHTS}) {
            if (!Files.isRegularFile(checkpoint.file(name))) {
                throw TrainerException.input(checkpoint.directory() + ": holds no " + name
                        + ": not a checkpoint of a network; expected one that ./unitcell pretrain, finetune or gan"
                        + " wrote");
            }
        }
        boolean averaged = Files.isRegularFile(checkpoint.file(CheckpointFiles.AVERAGE));
        Path weights = checkpoint.file(averaged ? CheckpointFiles.AVERAGE : CheckpointFiles.WEIGHTS);
        Path property = checkpoint.file(CheckpointFiles.PROPERTY);
        return new StartingPoint(
                checkpoint.directory(),
                ModelMetadata.read(checkpoint.file(CheckpointFiles.MODEL)),
                weights,
                Sha256Sums.of(weights),
                Files.isRegularFile(property) ? Optional.of(PropertyFile.read(property)) : Optional.empty());
    }

    /** Whether its head is taken too: it was fine-tuned on labels of the same meaning. */
    public boolean givesHead(Task task) {
        return property.isPresent() && property.get().speaksOf(task);
    }

    /** Puts its backbone, and its head where that {@linkplain #givesHead fits}, into a network of the same sizes. */
    void load(PropertyNetwork network, Task task) throws IOException {
        if (givesHead(task)) {
            ModelWeights.load(weights, network.store(), network.store().values());
        } else {
            ModelWeights.loadBackbone(weights, network.store(), network.store().values());
        }
    }

    /** One line for people. */
    public String line(Task task) {
        String origin = property.isPresent()
                ? "fine-tuned on " + property.get().task().name()
                        + (givesHead(task) ? ", head included" : ", fresh head")
                : "pre-trained, fresh head";
        return "start " + checkpoint + ": " + origin;
    }

    /** What two runs must share. */
    JsonObject identity() {
        return JsonObject.builder()
                .put("checkpoint", checkpoint.toString())
                .put("weights_sha256", sum)
                .build();
    }
}
