package unitcell.trainer.learn;

import unitcell.autograd.optim.AdamW;
import unitcell.engine.io.JsonObject;

/**
 * How parameters are updated.
 *
 * @param rate base learning rate
 * @param weightDecay decoupled weight decay; 0 makes it plain Adam
 * @param warmup steps of linear increase of the rate
 * @param finalFactor factor of the rate at the last step; 1 keeps the rate constant after the warm-up
 * @param clipNorm largest global gradient norm; infinity never clips
 * @param averageDecay decay of the parameters' exponential moving average; 0 for no average
 * @param patience steps in a row with a loss or gradient that is not finite before training stops
 */
public record OptimiserOptions(
        double rate,
        double weightDecay,
        long warmup,
        double finalFactor,
        double clipNorm,
        double averageDecay,
        int patience) {
    /** Factor of the rate at the first step of a warm-up, as in EquiformerV2's recipe. */
    public static final double START_FACTOR = 0.2;

    public OptimiserOptions {
        if (!(rate > 0) || !(weightDecay >= 0) || warmup < 0 || !(finalFactor >= 0 && finalFactor <= 1)) {
            throw new IllegalArgumentException(
                    "learning rate " + rate + " must be positive, weight decay " + weightDecay + " and warm-up "
                            + warmup + " not negative, final factor " + finalFactor + " in [0, 1]");
        }
        if (!(clipNorm > 0) || !(averageDecay >= 0 && averageDecay < 1) || patience < 1) {
            throw new IllegalArgumentException("clip norm " + clipNorm + " and patience " + patience
                    + " must be positive, the average's decay " + averageDecay + " in [0, 1)");
        }
    }

    /** Adam's settings: PyTorch's, with the weight decay. */
    public AdamW.Settings adam() {
        return new AdamW.Settings(0.9, 0.999, 1e-8, weightDecay);
    }

    /** As JSON, for printing and for comparing runs. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("learning_rate", rate)
                .put("weight_decay", weightDecay)
                .put("warmup_steps", warmup)
                .put("final_factor", finalFactor)
                .putOrNull("clip_norm", clipNorm)
                .put("average_decay", averageDecay)
                .put("patience", patience)
                .build();
    }
}
