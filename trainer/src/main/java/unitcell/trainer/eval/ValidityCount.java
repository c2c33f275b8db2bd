package unitcell.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import unitcell.engine.io.JsonObject;

/** How many of a set pass the rules of validity. */
public final class ValidityCount {
    /** Heads of {@link #table}. */
    public static final List<String> HEADER = List.of("rule", "valid", "of", "share");

    private long judged;
    private long structures;
    private long structureValid;
    private long compositionValid;
    private long valid;
    private long skipped;

    void add(Judgement judgement) {
        switch (judgement) {
            case Judgement.Judged j -> {
                judged++;
                structures += j.structure().isPresent() ? 1 : 0;
                structureValid += j.structure().orElse(false) ? 1 : 0;
                compositionValid += j.composition() ? 1 : 0;
                valid += j.valid() ? 1 : 0;
            }
            case Judgement.Unreadable u -> skipped++;
        }
    }

    /** Rows that were judged. */
    public long judged() {
        return judged;
    }

    /** Rows that could not be read. */
    public long skipped() {
        return skipped;
    }

    /** Rows for people, under {@link #HEADER}. The rule of distances is left out where there was no structure. */
    public List<List<String>> table() {
        List<List<String>> rows = new ArrayList<>();
        if (structures > 0) {
            rows.add(row("structure", structureValid, structures));
        }
        rows.add(row("composition", compositionValid, judged));
        if (structures > 0) {
            rows.add(row("both", valid, judged));
        }
        return rows;
    }

    private static List<String> row(String rule, long valid, long of) {
        return List.of(
                rule,
                Long.toString(valid),
                Long.toString(of),
                String.format(Locale.ROOT, "%.2f %%", 100.0 * valid / of));
    }

    /**
     * Shares for programs: {@code n} rows judged, {@code structure_valid} of those with a structure (null if there is
     * none), {@code composition_valid} and {@code valid} of all.
     */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("n", judged)
                .putOrNull("structure_valid", (double) structureValid / structures)
                .putOrNull("composition_valid", (double) compositionValid / judged)
                .putOrNull("valid", (double) valid / judged)
                .put("skipped", skipped)
                .build();
    }
}
