package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.net.Readout;
import unitcell.trainer.label.Normaliser;
import unitcell.trainer.label.Task;

/**
 * What has to be known beside the weights to use a fine-tuned network: {@code property.json} of its checkpoint.
 *
 * @param task what it predicts
 * @param normaliser its outputs to predictions
 * @param readout how it pools atoms
 */
public record PropertyFile(Task task, Normaliser normaliser, Readout readout) {
    private static final int VERSION = 1;
    private static final List<String> KEYS = List.of("format", "version", "task", "normaliser", "readout");

    /** Writes a file, atomically. */
    public void write(Path file) throws IOException {
        JsonObject json = JsonObject.builder()
                .put("format", "unitcell property")
                .put("version", VERSION)
                .put("task", task.toJson())
                .put("normaliser", normaliser.toJson())
                .put("readout", readout.toJson())
                .build();
        AtomicFiles.replace(file, json.pretty());
    }

    /**
     * Reads a file.
     *
     * @throws JsonException naming the place of whatever is wrong
     */
    public static PropertyFile read(Path file) throws IOException {
        JsonObject json = Json.parse(file).asObject();
        json.requireKnownKeys(KEYS);
        if (json.getInt("version") != VERSION) {
            throw new JsonException(
                    json.get("version").where(),
                    "property version " + json.getInt("version") + ", this program reads version " + VERSION);
        }
        Task task = Task.fromJson(json.getObject("task"));
        Readout readout = Readout.fromJson(json.getObject("readout"));
        if (readout.outputs() != task.outputs()) {
            throw new JsonException(
                    json.get("readout").where(),
                    readout.outputs() + " outputs, but task " + task.name() + " has " + task.outputs());
        }
        return new PropertyFile(task, Normaliser.fromJson(task, json.getObject("normaliser")), readout);
    }

    /** Whether outputs of a network of this task mean the same as those of one of the other. */
    boolean speaksOf(Task other) {
        boolean sameLoss = (task.loss() == Task.Loss.KL) == (other.loss() == Task.Loss.KL);
        return task.kind() == other.kind()
                && task.columns().equals(other.columns())
                && task.transform() == other.transform()
                && task.grid().equals(other.grid())
                && task.classes().equals(other.classes())
                && task.pooling() == other.pooling()
                && sameLoss;
    }
}
