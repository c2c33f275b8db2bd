package unitcell.trainer.finetune;

import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.learn.RunState;

/**
 * Where a fit is, beside its numbers.
 *
 * @param run steps, epochs, batches and time
 * @param best lowest validation loss so far; infinite before the first validation
 * @param bestStep step of that validation
 * @param sinceBest validations since
 * @param validatedAt step of the last validation, -1 before the first
 */
record FitState(RunState run, double best, long bestStep, int sinceBest, long validatedAt) {
    static final FitState START = new FitState(RunState.START, Double.POSITIVE_INFINITY, 0, 0, -1);

    FitState at(RunState later) {
        return new FitState(later, best, bestStep, sinceBest, validatedAt);
    }

    /** After a validation at the step where the fit is. */
    FitState validated(double loss) {
        return loss < best
                ? new FitState(run, loss, run.step(), 0, run.step())
                : new FitState(run, best, bestStep, sinceBest + 1, run.step());
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("run", run.toJson())
                .putOrNull("best_loss", best)
                .put("best_step", bestStep)
                .put("since_best", sinceBest)
                .put("validated_at", validatedAt)
                .build();
    }

    static FitState fromJson(JsonObject json) throws JsonException {
        return new FitState(
                RunState.fromJson(json.getObject("run")),
                json.get("best_loss") instanceof JsonNumber best ? best.asDouble() : Double.POSITIVE_INFINITY,
                json.getLong("best_step"),
                json.getInt("since_best"),
                json.getLong("validated_at"));
    }
}
