package unitcell.crystal.validity;

import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;

/**
 * CDVAE's two rules of validity, for structures and for compositions. Immutable, safe for several threads.
 *
 * <p>Distances: {@link StructureValidity}. Charges: {@link CompositionValidity}, with the tables of an {@link
 * OxidationStates}.
 */
public final class ValidityRules {
    private final CompositionValidity charges;

    private ValidityRules(OxidationStates set) {
        charges = new CompositionValidity(set);
    }

    /** The rules with certain tables. */
    public static ValidityRules of(OxidationStates set) {
        return new ValidityRules(set);
    }

    /**
     * What the rules say about a crystal.
     *
     * @param structure whether atoms keep their distance
     * @param composition whether charges can balance
     */
    public record Verdict(boolean structure, boolean composition) {
        /** Whether it passes both rules. */
        public boolean valid() {
            return structure && composition;
        }
    }

    /** Applies both rules. */
    public Verdict judge(Crystal crystal) {
        return new Verdict(structure(crystal), composition(crystal.composition()));
    }

    /** Whether sites keep a distance of 0.5 angstrom and the cell has a volume of 0.1 cubic angstrom. */
    public boolean structure(Crystal crystal) {
        return structureFault(crystal).isEmpty();
    }

    /** Whether charges can balance. */
    public boolean composition(Composition composition) {
        return compositionFault(composition).isEmpty();
    }

    /** Why a structure is invalid, in a few words; empty if it is valid. */
    public Optional<String> structureFault(Crystal crystal) {
        return StructureValidity.fault(crystal);
    }

    /** Why a composition is invalid, in a few words; empty if it is valid. */
    public Optional<String> compositionFault(Composition composition) {
        return charges.fault(composition);
    }
}
