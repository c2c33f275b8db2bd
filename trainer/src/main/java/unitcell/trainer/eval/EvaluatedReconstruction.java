package unitcell.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import unitcell.crystal.Crystal;
import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.Reconstruction;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.SpeciesBaseline;

/** What {@link ReconstructionEvaluation} found, by condition. */
public final class EvaluatedReconstruction {
    /** Heads of {@link #validityTable}. */
    public static final List<String> VALIDITY_HEADER =
            List.of("crystals", "mask", "noise", "structure", "composition", "both");

    private final VerdictSum truth;
    private final long skipped;
    private final SpeciesBaseline baseline;
    private final ReconstructionScore score;
    private final Map<Condition, Validity> validity = new TreeMap<>();

    private record Validity(VerdictSum completed, VerdictSum guessed) {}

    EvaluatedReconstruction(VerdictSum truth, long skipped, SpeciesBaseline baseline) {
        this.truth = truth;
        this.skipped = skipped;
        this.baseline = baseline;
        this.score = new ReconstructionScore(Optional.of(baseline));
    }

    void add(Condition condition, Crystal original, Reconstruction reconstruction, Verdict completed, Verdict guessed) {
        score.add(condition, original, reconstruction);
        Validity sums = validity.computeIfAbsent(condition, c -> new Validity(new VerdictSum(), new VerdictSum()));
        sums.completed().add(completed);
        sums.guessed().add(guessed);
    }

    /** Crystals evaluated on. */
    public long crystals() {
        return truth.count();
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
        validity.forEach((condition, sums) -> {
            String noise = String.format(Locale.ROOT, "%.3g", condition.noise());
            rows.add(row("completed", condition.mask().slug(), noise, sums.completed()));
            rows.add(row("most frequent species", condition.mask().slug(), noise, sums.guessed()));
        });
        return rows;
    }

    private static List<String> row(String crystals, String mask, String noise, VerdictSum sum) {
        List<String> cells = new ArrayList<>(List.of(crystals, mask, noise));
        cells.addAll(sum.cells());
        return cells;
    }

    /** Everything, for programs. */
    public JsonObject toJson() {
        List<JsonObject> objects = new ArrayList<>();
        validity.forEach((condition, sums) -> objects.add(JsonObject.builder()
                .put("mask", condition.mask().slug())
                .put("noise", condition.noise())
                .put("completed", sums.completed().toJson())
                .put("most_frequent", sums.guessed().toJson())
                .build()));
        return JsonObject.builder()
                .put("n", truth.count())
                .put("skipped", skipped)
                .put("score", score.toJson())
                .put("truth", truth.toJson())
                .put("validity", JsonArray.of(objects))
                .build();
    }
}
