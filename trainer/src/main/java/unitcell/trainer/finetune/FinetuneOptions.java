package unitcell.trainer.finetune;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonNull;
import unitcell.engine.io.JsonObject;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelConfigJson;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.Budget;
import unitcell.trainer.learn.OptimiserOptions;

/**
 * Everything that decides what a fine-tuning run does, resolved: no default is left open.
 *
 * @param task what is learned
 * @param inputs files, folders or globs with labelled crystals
 * @param filter which crystals are fit
 * @param model sizes and options of the network
 * @param plan which fits there are
 * @param pretrained how fits from a pre-trained network are trained
 * @param scratch how fits from fresh parameters are trained
 * @param budget of each fit
 * @param looks how often a fit is looked at
 * @param edgesPerBatch edges that a batch may have
 * @param seed of the split, and of the first of the repeated fits
 */
public record FinetuneOptions(
        Task task,
        List<String> inputs,
        DataFilter filter,
        EquiformerV2Config model,
        Plan plan,
        Training pretrained,
        Training scratch,
        Budget budget,
        Looks looks,
        long edgesPerBatch,
        long seed) {
    public FinetuneOptions {
        inputs = List.copyOf(inputs);
    }

    /**
     * Which fits there are.
     *
     * @param repeats seeds
     * @param folds parts of the data that test in turn; 1 for the task's own split
     * @param fold only this one of the folds, from 0
     * @param scratch whether every fit is repeated from fresh parameters, to compare with
     */
    public record Plan(int repeats, int folds, OptionalInt fold, boolean scratch) {
        public Plan {
            if (repeats < 1 || folds < 1 || fold.isPresent() && (fold.getAsInt() < 0 || fold.getAsInt() >= folds)) {
                throw new IllegalArgumentException("repeats " + repeats + " and folds " + folds
                        + " must be at least 1, fold " + fold + " one of the folds");
            }
        }
    }

    /**
     * How parameters are trained.
     *
     * @param optimiser how they are updated
     * @param part which of them
     * @param layerDecay the learning rate of a parameter is multiplied by this for each step of its {@linkplain
     *     TrainedPart depth}
     */
    public record Training(OptimiserOptions optimiser, TrainedPart part, double layerDecay) {
        public Training {
            if (!(layerDecay > 0 && layerDecay <= 1)) {
                throw new IllegalArgumentException("layer decay " + layerDecay + ", expected a number in (0, 1]");
            }
        }

        /** Multiple of the learning rate for a parameter in a network of so many blocks; 0 if it is not trained. */
        double rateFactor(String parameter, int layers) {
            int depth = TrainedPart.depthOf(parameter, layers);
            return part.trains(parameter, layers) ? Math.pow(layerDecay, depth) : 0;
        }

        JsonObject toJson() {
            return JsonObject.builder()
                    .put("optimiser", optimiser.toJson())
                    .put("train", part.toString())
                    .put("layer_decay", layerDecay)
                    .build();
        }
    }

    /**
     * How often a fit is looked at.
     *
     * @param validateEvery steps between validations; empty for one after each epoch
     * @param earlyStop validations in a row without improvement after which a fit ends; 0 never
     * @param checkpointEvery time between checkpoints besides those of improved validations
     */
    public record Looks(OptionalLong validateEvery, int earlyStop, Duration checkpointEvery) {}

    /** Settings of a fit that starts so. */
    Training training(FitName.Init init) {
        return init == FitName.Init.PRETRAINED ? pretrained : scratch;
    }

    /** Everything, for printing and for {@code config.json}. */
    public JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        common().members().forEach(json::put);
        json.put("pretrained", pretrained.toJson());
        json.put("scratch", plan.scratch() ? scratch.toJson() : JsonNull.NULL);
        return json.put("inputs", JsonArray.ofStrings(inputs))
                .put("repeats", plan.repeats())
                .put("budget", budgetJson())
                .put("checkpoint_every_s", looks.checkpointEvery().toSeconds())
                .build();
    }

    /** What a fit must share with the one it goes on from. */
    JsonObject identity(FitName name) {
        JsonObject.Builder json = JsonObject.builder();
        common().members().forEach(json::put);
        return json.put("training", training(name.init()).toJson()).build();
    }

    private JsonObject common() {
        JsonObject.Builder json = JsonObject.builder()
                .put("task", task.toJson())
                .put("model", ModelConfigJson.write(model))
                .put(
                        "data",
                        JsonObject.builder()
                                .put("max_volume_per_atom", filter.maxVolumePerAtom())
                                .put("max_edge", filter.maxEdge())
                                .put("min_distance", filter.minDistance())
                                .put("max_atoms", filter.maxAtoms())
                                .build())
                .put("folds", plan.folds())
                .put("edges_per_batch", edgesPerBatch)
                .put("early_stop", looks.earlyStop())
                .put("seed", seed);
        put(json, "validate_every", looks.validateEvery());
        return json.build();
    }

    private JsonObject budgetJson() {
        JsonObject.Builder json = JsonObject.builder();
        put(json, "steps", budget.steps());
        put(json, "epochs", budget.epochs());
        put(
                json,
                "time_limit_s",
                budget.timeLimit().isPresent()
                        ? OptionalLong.of(budget.timeLimit().get().toSeconds())
                        : OptionalLong.empty());
        return json.build();
    }

    private static void put(JsonObject.Builder json, String key, OptionalLong value) {
        if (value.isPresent()) {
            json.put(key, value.getAsLong());
        } else {
            json.put(key, JsonNull.NULL);
        }
    }
}
