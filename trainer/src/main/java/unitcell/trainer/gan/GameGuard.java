package unitcell.trainer.gan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonNull;
import unitcell.engine.io.JsonObject;

/**
 * Watches validations and says when a game is lost: where the discriminator tells real crystals from fakes so well that
 * nothing can be learned from it, where scores run away, or where the generator forgets what pre-training taught it.
 */
final class GameGuard {
    private final GuardOptions options;
    private final boolean bounded;
    private double startSpecies = Double.NaN;
    private double startPosition = Double.NaN;
    private int broken;
    private String reasons = "";

    /**
     * @param bounded whether the loss levels out where the discriminator is sure, as the paper's does: only then is being
     *     always right the end of the game
     */
    GameGuard(GuardOptions options, boolean bounded) {
        this.options = options;
        this.bounded = bounded;
    }

    /** Takes note of a validation; the first is what later ones are compared with. */
    void observe(GanValidation.Result result) {
        if (Double.isNaN(startSpecies)) {
            startSpecies = result.completion().species();
            startPosition = result.completion().position();
        }
        List<String> found = reasons(result);
        reasons = String.join("; ", found);
        broken = found.isEmpty() ? 0 : broken + 1;
    }

    /** Why the game is lost, if it is. */
    Optional<String> lost() {
        return options.patience() == 0 || broken < options.patience()
                ? Optional.empty()
                : Optional.of(reasons + " (out of bounds in " + broken + " validations in a row)");
    }

    private List<String> reasons(GanValidation.Result result) {
        List<String> reasons = new ArrayList<>();
        Contest contest = result.contest();
        if (bounded && Math.min(contest.accuracyReal(), contest.accuracyFake()) >= options.accuracy()) {
            reasons.add(text(
                    "the discriminator is right about %.1f %% of real and %.1f %% of fake crystals and teaches nothing"
                            + " any more",
                    100 * contest.accuracyReal(), 100 * contest.accuracyFake()));
        }
        // Without a crystal that is labelled real there is no distance.
        if (Math.abs(contest.wasserstein()) > options.scoreGap() || !Double.isFinite(contest.scoreFake())) {
            reasons.add(text("the mean scores lie %.1f apart", contest.wasserstein()));
        }
        rise("species", result.completion().species(), startSpecies).ifPresent(reasons::add);
        rise("position", result.completion().position(), startPosition).ifPresent(reasons::add);
        return reasons;
    }

    private Optional<String> rise(String name, double now, double start) {
        return now <= options.lossRise() * start
                ? Optional.empty()
                : Optional.of(text("the generator's %s loss rose from %.4g to %.4g", name, start, now));
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one method
    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder().put("broken", broken).put("reasons", reasons);
        if (Double.isNaN(startSpecies)) {
            return json.put("start", JsonNull.NULL).build();
        }
        return json.put(
                        "start",
                        JsonObject.builder()
                                .put("species", startSpecies)
                                .put("position", startPosition)
                                .build())
                .build();
    }

    /** Goes on from what {@link #toJson} wrote. */
    void restore(JsonObject json) throws JsonException {
        broken = json.getInt("broken");
        reasons = json.getString("reasons");
        if (json.get("start") instanceof JsonObject start) {
            startSpecies = start.getDouble("species");
            startPosition = start.getDouble("position");
        }
    }
}
