package unitcell.trainer.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.engine.Device;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.reconstruct.SpeciesBaseline;
import unitcell.trainer.reconstruct.TrainedModel;

/**
 * What is known of a run without keeping its weights.
 *
 * @param path as the user named it
 * @param model checkpoint, step, parameters, averaged or not
 * @param species rows of its embedding tables: the first atomic number it does not know
 * @param baseline the most frequent species of its training data, where its checkpoint tells
 * @param folder of the run, where the checkpoint lies in one
 */
record RunInfo(Path path, JsonObject model, int species, Optional<SpeciesBaseline> baseline, Optional<Path> folder) {
    /** Opens a model, looks, and closes it again. */
    static RunInfo of(Path path, Device device, Consumer<String> warn) throws IOException {
        try (TrainedModel model = TrainedModel.open(path, device, warn)) {
            return new RunInfo(
                    path,
                    model.toJson(),
                    model.generator().config().maxNumElements(),
                    model.baseline(),
                    folder(model.checkpoint()));
        }
    }

    private static Optional<Path> folder(Path checkpoint) {
        Path checkpoints = checkpoint.toAbsolutePath().normalize().getParent();
        boolean inRun = checkpoints != null && checkpoints.endsWith(PretrainRun.CHECKPOINTS);
        return inRun ? Optional.ofNullable(checkpoints.getParent()) : Optional.empty();
    }

    /** The log of the run, if it is there. */
    Optional<Path> metrics() {
        return folder.map(f -> f.resolve(PretrainRun.METRICS)).filter(Files::isRegularFile);
    }

    /** The run's options as it stored them, if they are there and can be read. */
    Optional<JsonObject> config() throws IOException {
        Optional<Path> file = folder.map(f -> f.resolve(PretrainRun.CONFIG)).filter(Files::isRegularFile);
        return file.isPresent() ? Optional.of(Json.parse(file.get()).asObject()) : Optional.empty();
    }

    JsonObject toJson() throws IOException {
        JsonObject.Builder json = JsonObject.builder().put("path", path.toString());
        model.members().forEach(json::put);
        json.put("species", (long) species);
        Optional<JsonObject> config = config();
        if (config.isPresent()) {
            json.put("config", config.get());
        }
        return json.build();
    }
}
