package unitcell.trainer.reconstruct;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;

/**
 * How well crystals were completed, accumulated for each condition: hidden atoms whose species was found, beside what
 * always guessing the most frequent species finds, and how far atoms are from the truth before and after.
 *
 * <p>Species count over hidden atoms, positions over all atoms, each atom alike whatever its crystal. Hidden atoms that
 * are unknown in the truth itself count in positions only. Distances go to the nearest periodic image; a common shift of
 * a whole crystal counts in full, although no network can see it.
 */
public final class ReconstructionScore {
    /** Heads of {@link #table}. */
    public static final List<String> HEADER = List.of(
            "mask",
            "noise",
            "crystals",
            "hidden",
            "top-1",
            "frequent-1",
            "top-5",
            "frequent-5",
            "mean before, A",
            "after",
            "rms before, A",
            "after");

    private static final int FEW = 5;

    private final SpeciesBaseline baseline;
    private final Map<Condition, Row> rows = new TreeMap<>();

    /**
     * Results under one condition.
     *
     * @param crystals completed
     * @param hidden atoms hidden whose species is known
     * @param first of these, whose species came first
     * @param fifth whose species was among the first five
     * @param baselineFirst that are of the most frequent species
     * @param baselineFifth that are of the five most frequent species
     * @param before distances as given
     * @param after distances of what was completed
     */
    public record Row(
            long crystals,
            long hidden,
            long first,
            long fifth,
            long baselineFirst,
            long baselineFifth,
            PositionError before,
            PositionError after) {
        private static final Row EMPTY = new Row(0, 0, 0, 0, 0, 0, PositionError.NONE, PositionError.NONE);

        private Row plus(Row other) {
            return new Row(
                    crystals + other.crystals,
                    hidden + other.hidden,
                    first + other.first,
                    fifth + other.fifth,
                    baselineFirst + other.baselineFirst,
                    baselineFifth + other.baselineFifth,
                    before.plus(other.before),
                    after.plus(other.after));
        }

        /** A count as a share of the hidden atoms, NaN where there are none. */
        public double share(long count) {
            return (double) count / hidden;
        }

        private JsonObject toJson(Condition condition) {
            return JsonObject.builder()
                    .put("mask", condition.mask().slug())
                    .put("noise", condition.noise())
                    .put("crystals", crystals)
                    .put("atoms", before.atoms())
                    .put("hidden", hidden)
                    .putOrNull("top1", share(first))
                    .putOrNull("top5", share(fifth))
                    .putOrNull("baseline_top1", share(baselineFirst))
                    .putOrNull("baseline_top5", share(baselineFifth))
                    .putOrNull("mean_before_A", before.mean())
                    .putOrNull("mean_after_A", after.mean())
                    .putOrNull("rms_before_A", before.rms())
                    .putOrNull("rms_after_A", after.rms())
                    .build();
        }
    }

    /**
     * @param baseline the guess to compare with
     */
    public ReconstructionScore(SpeciesBaseline baseline) {
        this.baseline = baseline;
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
        rows.merge(condition, row(truth, result), Row::plus);
    }

    private Row row(Crystal truth, Reconstruction result) {
        long hidden = 0;
        long first = 0;
        long fifth = 0;
        long baselineFirst = 0;
        long baselineFifth = 0;
        for (SiteGuess guess : result.guesses()) {
            int z = truth.species(guess.site());
            if (z != Element.UNKNOWN_Z) {
                int rank = guess.ranking().rank(z);
                int frequency = baseline.rank(z);
                hidden++;
                first += rank == 1 ? 1 : 0;
                fifth += rank <= FEW ? 1 : 0;
                baselineFirst += frequency == 1 ? 1 : 0;
                baselineFifth += frequency <= FEW ? 1 : 0;
            }
        }
        return new Row(
                1,
                hidden,
                first,
                fifth,
                baselineFirst,
                baselineFifth,
                PositionError.between(truth, result.input()),
                PositionError.between(truth, result.completed()));
    }

    /** The guess compared with. */
    public SpeciesBaseline baseline() {
        return baseline;
    }

    /** Results by condition; all zero for one that nothing was added to. */
    public Row row(Condition condition) {
        return rows.getOrDefault(condition, Row.EMPTY);
    }

    /** Conditions that something was added to, in order. */
    public List<Condition> conditions() {
        return List.copyOf(rows.keySet());
    }

    /** Rows for people, under {@link #HEADER}; shares in percent, lengths in angstrom. */
    public List<List<String>> table() {
        List<List<String>> table = new ArrayList<>();
        rows.forEach((condition, row) -> table.add(List.of(
                condition.mask().slug(),
                text("%.3g", condition.noise()),
                Long.toString(row.crystals()),
                Long.toString(row.hidden()),
                percent(row.share(row.first())),
                percent(row.share(row.baselineFirst())),
                percent(row.share(row.fifth())),
                percent(row.share(row.baselineFifth())),
                text("%.4f", row.before().mean()),
                text("%.4f", row.after().mean()),
                text("%.4f", row.before().rms()),
                text("%.4f", row.after().rms()))));
        return table;
    }

    /** Everything, for programs. */
    public JsonObject toJson() {
        List<JsonObject> objects = new ArrayList<>();
        rows.forEach((condition, row) -> objects.add(row.toJson(condition)));
        return JsonObject.builder()
                .put("baseline", baseline.mostFrequent().symbol())
                .put("baseline_counted_on", baseline.source())
                .put("conditions", JsonArray.of(objects))
                .build();
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : text("%.1f %%", 100 * share);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one method
    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
