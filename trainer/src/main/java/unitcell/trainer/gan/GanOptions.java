package unitcell.trainer.gan;

import java.nio.file.Path;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.pretrain.PretrainOptions;

/**
 * Everything that decides what an adversarial run does, resolved: no default is left open.
 *
 * @param pretrain what the generator learns besides, as in pre-training: data, corruption, losses, its optimiser, the
 *     length of the run; the model is the generator's
 * @param generator the pre-trained generator that the run begins with
 * @param adversarial how the discriminator teaches it
 * @param discriminator how the discriminator learns
 * @param guard when the game counts as lost
 */
public record GanOptions(
        PretrainOptions pretrain,
        Path generator,
        AdversarialOptions adversarial,
        DiscriminatorOptions discriminator,
        GuardOptions guard) {
    /** Everything, for printing and for {@code config.json}. */
    public JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        pretrain.toJson().members().forEach(json::put);
        return json.put("generator", generator.toString())
                .put("adversarial", adversarial.toJson())
                .put("discriminator", discriminator.toJson())
                .put("guard", guard.toJson())
                .build();
    }

    /**
     * What two runs must share for one to go on where the other stopped.
     *
     * @param starts what both networks began with
     */
    JsonObject identity(JsonObject starts) {
        JsonObject.Builder json = JsonObject.builder();
        pretrain.identity().members().forEach(json::put);
        return json.put("adversarial", adversarial.toJson())
                .put("discriminator", discriminator.toJson())
                .put("starts", starts)
                .build();
    }
}
