package unitcell.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import unitcell.crystal.Crystal;
import unitcell.crystal.validity.ValidityRules;
import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.Reconstruction;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.SpeciesBaseline;
import unitcell.trainer.reconstruct.ValidShares;

/** What {@link ReconstructionEvaluation} found, by condition. */
public final class EvaluatedReconstruction {
    /** Heads of {@link #validityTable}. */
    public static final List<String> VALIDITY_HEADER =
            List.of("crystals", "mask", "noise", "structure", "composition", "both");

    private final ValidShares truth;
    private final long skipped;
    private final SpeciesBaseline baseline;
    private final ReconstructionScore score;
    private final Map<Condition, ValidShares> guessed = new TreeMap<>();

    EvaluatedReconstruction(ValidShares truth, long skipped, SpeciesBaseline baseline, ValidityRules rules) {
        this.truth = truth;
        this.skipped = skipped;
        this.baseline = baseline;
        this.score = new ReconstructionScore(Optional.of(baseline), rules);
    }

    /**
     * Adds a crystal.
     *
     * @param guess what the rules say about the spoilt crystal with the most frequent species on hidden sites
     */
    void add(Condition condition, Crystal original, Reconstruction reconstruction, Verdict guess) {
        score.add(condition, original, reconstruction);
        guessed.put(condition, guessed.getOrDefault(condition, ValidShares.NONE).plus(guess));
    }

    /** Crystals evaluated on. */
    public long crystals() {
        return truth.judged();
    }

    /** Crystals that could not be used. */
    public long skipped() {
        return skipped;
    }

    /** Species and positions. */
    public ReconstructionScore score() {
        return score;
    }

    /** The guess that needs no network. */
    public SpeciesBaseline baseline() {
        return baseline;
    }

    /**
     * Rows for people, under {@link #VALIDITY_HEADER}: the truth, and by condition the completed crystals and the spoilt
     * ones with the most frequent species on hidden sites.
     */
    public List<List<String>> validityTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("truth", "-", "-", truth));
        guessed.forEach((condition, guess) -> {
            String noise = String.format(Locale.ROOT, "%.3g", condition.noise());
            rows.add(row(
                    "completed",
                    condition.mask().slug(),
                    noise,
                    score.row(condition).valid()));
            rows.add(row("most frequent species", condition.mask().slug(), noise, guess));
        });
        return rows;
    }

    private static List<String> row(String crystals, String mask, String noise, ValidShares shares) {
        return List.of(
                crystals,
                mask,
                noise,
                percent(shares.share(shares.structures())),
                percent(shares.share(shares.compositions())),
                percent(shares.share(shares.both())));
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    /** Everything, for programs. */
    public JsonObject toJson() {
        List<JsonObject> objects = new ArrayList<>();
        guessed.forEach((condition, guess) -> objects.add(JsonObject.builder()
                .put("mask", condition.mask().slug())
                .put("noise", condition.noise())
                .put("completed", score.row(condition).valid().toJson())
                .put("most_frequent", guess.toJson())
                .build()));
        return JsonObject.builder()
                .put("n", truth.judged())
                .put("skipped", skipped)
                .put("score", score.toJson())
                .put("truth", truth.toJson())
                .put("validity", JsonArray.of(objects))
                .build();
    }
}
