package unitcell.trainer.reconstruct;

import unitcell.crystal.validity.ValidityRules.Verdict;
import unitcell.engine.io.JsonObject;

/**
 * How many crystals of a set pass the rules of validity.
 *
 * @param judged crystals
 * @param structures whose atoms keep their distance
 * @param compositions whose charges can balance
 * @param both that pass both rules
 */
public record ValidShares(long judged, long structures, long compositions, long both) {
    /** Of no crystals. */
    public static final ValidShares NONE = new ValidShares(0, 0, 0, 0);

    /** With one crystal more. */
    public ValidShares plus(Verdict verdict) {
        return new ValidShares(
                judged + 1,
                structures + (verdict.structure() ? 1 : 0),
                compositions + (verdict.composition() ? 1 : 0),
                both + (verdict.valid() ? 1 : 0));
    }

    /** A count as a share of those judged; NaN where there are none. */
    public double share(long count) {
        return judged == 0 ? Double.NaN : count / (double) judged;
    }

    /** The shares, for programs. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("n", judged)
                .putOrNull("structure_valid", share(structures))
                .putOrNull("composition_valid", share(compositions))
                .putOrNull("valid", share(both))
                .build();
    }
}
