package unitcell.trainer.reconstruct;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;

/**
 * How well crystals were completed, accumulated for each condition: hidden atoms whose species was found, beside what
 * always guessing the most frequent species finds, and how far atoms are from the truth before and after.
 *
 * <p>Species count over hidden atoms, positions over all atoms, each atom alike whatever its crystal. Hidden atoms that
 * are unknown in the truth itself count in positions only. Distances go to the nearest periodic image; a common shift of
 * a whole crystal counts in full, although no network can see it; aligned distances are without it. Validity
 * is judged for completed crystals and, by the same rules, for the truth, which does not always pass them either; a truth
 * with unknown sites is not judged.
 */
public final class ReconstructionScore {
    /** Heads of {@link #table}. */
    public static final List<String> HEADER = List.of(
            "mask",
            "noise",
            "crystals",
            "hidden",
            "top-1",
            "top-5",
            "frequent-1",
            "frequent-5",
            "mean A before",
            "after",
            "rms A before",
            "after");

    /** Heads of {@link #validityTable}. */
    public static final List<String> VALIDITY_HEADER = List.of(
            "mask",
            "noise",
            "judged",
            "valid structures",
            "of the truth",
            "valid compositions",
            "of the truth",
            "both",
            "of the truth");

    private static final int FEW = 5;

    private final Optional<SpeciesBaseline> trained;
    private final Optional<ValidityRules> rules;
    private final long[] given = new long[Element.MAX_Z + 1];
    private final Map<Condition, Sums> sums = new TreeMap<>();

    private static final class Sums {
        long crystals;
        long first;
        long fifth;
        final long[] hidden = new long[Element.MAX_Z + 1];
        PositionError before = PositionError.NONE;
        PositionError after = PositionError.NONE;
        PositionError alignedBefore = PositionError.NONE;
        PositionError alignedAfter = PositionError.NONE;
        ValidShares valid = ValidShares.NONE;
        ValidShares truthValid = ValidShares.NONE;
    }

    /**
     * Results under one condition.
     *
     * @param crystals completed
     * @param hidden atoms hidden whose species is known
     * @param top1 share of these whose species came first; NaN where there are none
     * @param top5 share whose species was among the first five
     * @param baselineTop1 share that are of the most frequent species
     * @param baselineTop5 share that are of the five most frequent species
     * @param before distances as given
     * @param after distances of what was completed
     * @param alignedBefore as {@code before}, without the common shift of each crystal
     * @param alignedAfter as {@code after}, without the common shift of each crystal
     * @param valid how many of the completed crystals are valid
     * @param truthValid how many of the true ones are
     */
    public record Row(
            long crystals,
            long hidden,
            double top1,
            double top5,
            double baselineTop1,
            double baselineTop5,
            PositionError before,
            PositionError after,
            PositionError alignedBefore,
            PositionError alignedAfter,
            ValidShares valid,
            ValidShares truthValid) {
        private JsonObject toJson(Condition condition) {
            return JsonObject.builder()
                    .put("mask", condition.mask().slug())
                    .put("noise", condition.noise())
                    .put("crystals", crystals)
                    .put("atoms", before.atoms())
                    .put("hidden", hidden)
                    .putOrNull("top1", top1)
                    .putOrNull("top5", top5)
                    .putOrNull("baseline_top1", baselineTop1)
                    .putOrNull("baseline_top5", baselineTop5)
                    .putOrNull("mean_before_A", before.mean())
                    .putOrNull("mean_after_A", after.mean())
                    .putOrNull("rms_before_A", before.rms())
                    .putOrNull("rms_after_A", after.rms())
                    .putOrNull("aligned_mean_before_A", alignedBefore.mean())
                    .putOrNull("aligned_mean_after_A", alignedAfter.mean())
                    .putOrNull("aligned_rms_before_A", alignedBefore.rms())
                    .putOrNull("aligned_rms_after_A", alignedAfter.rms())
                    .put("valid", valid.toJson())
                    .put("truth_valid", truthValid.toJson())
                    .build();
        }
    }

    /**
     * @param baseline the guess to compare with; where it is empty, the most frequent species of all crystals that are
     *     scored take its place, which flatters the guess
     * @param rules which crystals are valid
     */
    public ReconstructionScore(Optional<SpeciesBaseline> baseline, ValidityRules rules) {
        this(baseline, Optional.of(rules));
    }

    /** As with rules, but judges no validity. */
    public ReconstructionScore(Optional<SpeciesBaseline> baseline) {
        this(baseline, Optional.empty());
    }

    private ReconstructionScore(Optional<SpeciesBaseline> baseline, Optional<ValidityRules> rules) {
        this.trained = baseline;
        this.rules = rules;
    }

    /**
     * Adds a crystal.
     *
     * @param truth with the lattice and the order of sites of what was completed
     */
    public void add(Condition condition, Crystal truth, Reconstruction result) {
        if (truth.size() != result.completed().size()) {
            throw new IllegalArgumentException("crystal '" + truth.id() + "' has " + truth.size() + " atoms, its"
                    + " reconstruction " + result.completed().size());
        }
        for (int z : truth.species()) {
            given[z]++;
        }
        Sums row = sums.computeIfAbsent(condition, c -> new Sums());
        row.crystals++;
        for (SiteGuess guess : result.guesses()) {
            int z = truth.species(guess.site());
            if (z != Element.UNKNOWN_Z) {
                int rank = guess.ranking().rank(z);
                row.hidden[z]++;
                row.first += rank == 1 ? 1 : 0;
                row.fifth += rank <= FEW ? 1 : 0;
            }
        }
        double[] before = PositionError.displacements(truth, result.input());
        double[] after = PositionError.displacements(truth, result.completed());
        row.before = row.before.plus(PositionError.of(before));
        row.after = row.after.plus(PositionError.of(after));
        row.alignedBefore = row.alignedBefore.plus(PositionError.of(PositionError.aligned(before)));
        row.alignedAfter = row.alignedAfter.plus(PositionError.of(PositionError.aligned(after)));
        if (rules.isPresent()) {
            row.valid = row.valid.plus(rules.get().judge(result.completed()));
            if (truth.composition().count(Element.UNKNOWN_Z) == 0) {
                row.truthValid = row.truthValid.plus(rules.get().judge(truth));
            }
        }
    }

    /** The guess compared with; empty while no atom of a known species was seen. */
    public Optional<SpeciesBaseline> baseline() {
        for (int z = 1; z < given.length && trained.isEmpty(); z++) {
            if (given[z] > 0) {
                return Optional.of(SpeciesBaseline.of(given, "the crystals scored"));
            }
        }
        return trained;
    }

    /** Conditions that something was added to, in order. */
    public List<Condition> conditions() {
        return List.copyOf(sums.keySet());
    }

    /** Results under a condition that something was added to. */
    public Row row(Condition condition) {
        Sums row = sums.get(condition);
        if (row == null) {
            throw new IllegalArgumentException("nothing was scored under " + condition);
        }
        Optional<SpeciesBaseline> baseline = baseline();
        double hidden = 0;
        double mostFrequent = 0;
        double fiveMostFrequent = 0;
        for (int z = 1; z < row.hidden.length; z++) {
            int place = baseline.isPresent() ? baseline.get().rank(z) : Integer.MAX_VALUE;
            hidden += row.hidden[z];
            mostFrequent += place == 1 ? row.hidden[z] : 0;
            fiveMostFrequent += place <= FEW ? row.hidden[z] : 0;
        }
        return new Row(
                row.crystals,
                (long) hidden,
                row.first / hidden,
                row.fifth / hidden,
                mostFrequent / hidden,
                fiveMostFrequent / hidden,
                row.before,
                row.after,
                row.alignedBefore,
                row.alignedAfter,
                row.valid,
                row.truthValid);
    }

    /** Rows for people, under {@link #HEADER}; shares in percent, lengths in angstrom. */
    public List<List<String>> table() {
        List<List<String>> table = new ArrayList<>();
        for (Condition condition : sums.keySet()) {
            Row row = row(condition);
            table.add(List.of(
                    condition.mask().slug(),
                    text("%.3g", condition.noise()),
                    Long.toString(row.crystals()),
                    Long.toString(row.hidden()),
                    percent(row.top1()),
                    percent(row.top5()),
                    percent(row.baselineTop1()),
                    percent(row.baselineTop5()),
                    text("%.4f", row.before().mean()),
                    text("%.4f", row.after().mean()),
                    text("%.4f", row.before().rms()),
                    text("%.4f", row.after().rms())));
        }
        return table;
    }

    /** Rows for people, under {@link #VALIDITY_HEADER}, in percent. */
    public List<List<String>> validityTable() {
        List<List<String>> table = new ArrayList<>();
        for (Condition condition : sums.keySet()) {
            ValidShares valid = row(condition).valid();
            ValidShares truth = row(condition).truthValid();
            table.add(List.of(
                    condition.mask().slug(),
                    text("%.3g", condition.noise()),
                    Long.toString(valid.judged()),
                    percent(valid.share(valid.structures())),
                    percent(truth.share(truth.structures())),
                    percent(valid.share(valid.compositions())),
                    percent(truth.share(truth.compositions())),
                    percent(valid.share(valid.both())),
                    percent(truth.share(truth.both()))));
        }
        return table;
    }

    /** Everything, for programs. */
    public JsonObject toJson() {
        List<JsonObject> objects = new ArrayList<>();
        for (Condition condition : sums.keySet()) {
            objects.add(row(condition).toJson(condition));
        }
        JsonObject.Builder json = JsonObject.builder();
        baseline()
                .ifPresent(b -> json.put("baseline", b.mostFrequent().symbol()).put("baseline_counted_on", b.source()));
        return json.put("conditions", JsonArray.of(objects)).build();
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : text("%.1f %%", 100 * share);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one method
    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
