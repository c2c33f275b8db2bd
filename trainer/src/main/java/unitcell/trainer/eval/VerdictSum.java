package unitcell.trainer.eval;

import java.util.List;
import java.util.Locale;
import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.engine.io.JsonObject;

/** How many crystals passed which rule. */
final class VerdictSum {
    private long count;
    private long structure;
    private long composition;
    private long valid;

    void add(Verdict verdict) {
        count++;
        structure += verdict.structure() ? 1 : 0;
        composition += verdict.composition() ? 1 : 0;
        valid += verdict.valid() ? 1 : 0;
    }

    long count() {
        return count;
    }

    /** Shares that pass structure, composition and both, in percent, for people. */
    List<String> cells() {
        return List.of(percent(structure), percent(composition), percent(valid));
    }

    private String percent(long of) {
        return count == 0 ? "-" : String.format(Locale.ROOT, "%.2f %%", 100.0 * of / count);
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("n", count)
                .putOrNull("structure_valid", (double) structure / count)
                .putOrNull("composition_valid", (double) composition / count)
                .putOrNull("valid", (double) valid / count)
                .build();
    }
}
