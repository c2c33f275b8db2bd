package unitcell.trainer.pretrain;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonNull;
import unitcell.engine.io.JsonObject;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelConfigJson;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.learn.Budget;
import unitcell.trainer.learn.OptimiserOptions;

/**
 * Everything that decides what a pre-training run does, resolved: no default is left open.
 *
 * @param data what to read
 * @param model sizes and options of the network
 * @param corruption how crystals are spoilt
 * @param loss weights of the loss
 * @param optimiser how parameters are updated
 * @param schedule how long, and how often to look
 * @param referenceConstants use the reference's average degree and nodes instead of the data's own
 * @param edgesPerBatch edges that a batch may have
 * @param seed of everything random
 */
public record PretrainOptions(
        Data data,
        EquiformerV2Config model,
        Corruption corruption,
        PretrainLoss.Settings loss,
        OptimiserOptions optimiser,
        Schedule schedule,
        boolean referenceConstants,
        long edgesPerBatch,
        long seed) {
    /** Passes over the data where neither steps, epochs nor a time limit are given; the published code's number. */
    public static final long DEFAULT_EPOCHS = 10;

    /**
     * What to read.
     *
     * @param inputs files, folders, globs, or the word for the bundled crystals
     * @param exclude file of ids and compositions to leave out
     * @param filter which crystals are fit
     * @param validationFraction expected share of compositions that validate
     * @param validationLimit most crystals that a validation looks at
     */
    public record Data(
            List<String> inputs,
            Optional<Path> exclude,
            DataFilter filter,
            double validationFraction,
            int validationLimit) {
        public Data {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * How long a run goes on and how often it looks up. Steps win over epochs; time ends a run in any case.
     *
     * @param steps optimiser steps in all
     * @param epochs passes over the training crystals
     * @param timeLimit wall time in all, resumed runs included
     * @param validateEvery steps between validations, each followed by a checkpoint
     * @param checkpointEvery time between checkpoints without validation
     * @param keep newest checkpoints to keep besides the best
     */
    public record Schedule(
            OptionalLong steps,
            OptionalLong epochs,
            Optional<Duration> timeLimit,
            long validateEvery,
            Duration checkpointEvery,
            int keep) {
        public Schedule {
            if (validateEvery < 1 || keep < 1 || steps.orElse(1) < 1 || epochs.orElse(1) < 1) {
                throw new IllegalArgumentException(
                        "steps, epochs, validation interval and checkpoints to keep must be" + " at least 1");
            }
        }

        /** The same with {@link #DEFAULT_EPOCHS} where nothing is given. */
        public Budget budget() {
            boolean open = steps.isEmpty() && epochs.isEmpty() && timeLimit.isEmpty();
            return new Budget(steps, open ? OptionalLong.of(DEFAULT_EPOCHS) : epochs, timeLimit);
        }

        private JsonObject toJson() {
            JsonObject.Builder json = JsonObject.builder();
            put(json, "steps", steps);
            put(json, "epochs", epochs);
            put(
                    json,
                    "time_limit_s",
                    timeLimit.isPresent() ? OptionalLong.of(timeLimit.get().toSeconds()) : OptionalLong.empty());
            return json.put("validate_every", validateEvery)
                    .put("checkpoint_every_s", checkpointEvery.toSeconds())
                    .put("keep", keep)
                    .build();
        }

        private static void put(JsonObject.Builder json, String key, OptionalLong value) {
            if (value.isPresent()) {
                json.put(key, value.getAsLong());
            } else {
                json.put(key, JsonNull.NULL);
            }
        }
    }

    /** Everything, for printing and for {@code config.json}. */
    public JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        identity().members().forEach(json::put);
        return json.put("inputs", JsonArray.ofStrings(data.inputs()))
                .put("schedule", schedule.toJson())
                .build();
    }

    /** What two runs must share for one to go on where the other stopped. */
    public JsonObject identity() {
        DataFilter filter = data.filter();
        return JsonObject.builder()
                .put("seed", seed)
                .put(
                        "data",
                        JsonObject.builder()
                                .put(
                                        "exclude",
                                        data.exclude().map(Path::toString).orElse(""))
                                .put("max_volume_per_atom", filter.maxVolumePerAtom())
                                .put("max_edge", filter.maxEdge())
                                .put("min_distance", filter.minDistance())
                                .put("max_atoms", filter.maxAtoms())
                                .put("validation_fraction", data.validationFraction())
                                .put("validation_limit", data.validationLimit())
                                .put("edges_per_batch", edgesPerBatch)
                                .build())
                .put("model", ModelConfigJson.write(model))
                .put("reference_constants", referenceConstants)
                .put(
                        "corruption",
                        JsonObject.builder()
                                .put("mask_ratio", corruption.maskRatio())
                                .put("whole_species", corruption.wholeSpecies())
                                .put("sigma", corruption.sigma())
                                .put("rules", corruption.rules().name().toLowerCase(Locale.ROOT))
                                .build())
                .put(
                        "loss",
                        JsonObject.builder()
                                .put("position_weight", loss.positionWeight())
                                .put("masked_weight", loss.maskedWeight())
                                .put("raw_displacement", loss.rawDisplacement())
                                .build())
                .put("optimiser", optimiser.toJson())
                .build();
    }
}
