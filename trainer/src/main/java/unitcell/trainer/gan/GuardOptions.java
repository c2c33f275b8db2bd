package unitcell.trainer.gan;

import unitcell.engine.io.JsonObject;

/**
 * When a game counts as lost, so that a run ends by itself: after {@code patience} validations in a row of which each
 * breaks at least one of the limits.
 *
 * @param patience validations in a row; 0 never ends a run
 * @param accuracy share of real and of fake crystals, each, from which on the discriminator tells them apart too well
 *     to teach anything; above 1 for no such limit
 * @param scoreGap largest distance of the mean scores of real and of fake crystals
 * @param lossRise largest ratio of the generator's validation loss, and of its parts, to that of the start
 */
public record GuardOptions(int patience, double accuracy, double scoreGap, double lossRise) {
    public GuardOptions {
        if (patience < 0 || !(accuracy > 0) || !(scoreGap > 0) || !(lossRise > 1)) {
            throw new IllegalArgumentException(
                    "guard: patience " + patience + " must be 0 or more, accuracy " + accuracy + " and score gap "
                            + scoreGap + " positive, the rise of the loss " + lossRise + " above 1");
        }
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("patience", patience)
                .put("accuracy", accuracy)
                .putOrNull("score_gap", scoreGap)
                .putOrNull("loss_rise", lossRise)
                .build();
    }
}
