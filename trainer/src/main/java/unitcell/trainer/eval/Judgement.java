package unitcell.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecord.Accepted;
import unitcell.crystal.io.CrystalRecord.CompositionOnly;
import unitcell.crystal.io.CrystalRecord.Refused;
import unitcell.crystal.validity.ValidityRules;

/** What became of one record of the input. */
sealed interface Judgement {
    /** Its name. */
    String id();

    /**
     * Judged by the rules.
     *
     * @param formula of the cell
     * @param structure whether atoms keep their distance; empty where the input has no structure
     * @param composition whether charges can balance
     * @param reason what is wrong, in a few words; empty if nothing is
     */
    record Judged(String id, String formula, Optional<Boolean> structure, boolean composition, String reason)
            implements Judgement {
        /** Whether it passes every rule that could be asked. */
        boolean valid() {
            return structure.orElse(true) && composition;
        }
    }

    /**
     * Not judged, since it cannot be read.
     *
     * @param message one line: place and reason
     */
    record Unreadable(String id, String message) implements Judgement {}

    /** Applies the rules to a record. A cell or coordinates that make no structure count as an invalid one. */
    static Judgement of(CrystalRecord record, ValidityRules rules) {
        return switch (record) {
            case Accepted a ->
                judged(a.id(), a.crystal().composition(), Optional.of(rules.structureFault(a.crystal())), rules);
            case CompositionOnly c -> judged(c.id(), c.composition(), Optional.empty(), rules);
            case Refused r ->
                r.composition().isPresent()
                        ? judged(
                                r.id(),
                                r.composition().get(),
                                Optional.of(Optional.of(r.reason().message())),
                                rules)
                        : new Unreadable(r.id(), r.message());
        };
    }

    private static Judged judged(
            String id, Composition composition, Optional<Optional<String>> structureFault, ValidityRules rules) {
        Optional<String> compositionFault = rules.compositionFault(composition);
        List<String> reasons = new ArrayList<>(2);
        structureFault.flatMap(fault -> fault).ifPresent(reasons::add);
        compositionFault.ifPresent(reasons::add);
        return new Judged(
                id,
                composition.formula(),
                structureFault.map(Optional::isEmpty),
                compositionFault.isEmpty(),
                String.join("; ", reasons));
    }
}
