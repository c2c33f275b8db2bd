package unitcell.crystal.match;

import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;

/**
 * A crystal brought into the cell in which it is compared: reduced, primitive, reduced again. Worth keeping where one
 * crystal is compared with many. Immutable.
 */
public final class PreparedCrystal {
    private final String id;
    private final Composition formula;
    private final Crystal cell; // null if beyond the limits

    private PreparedCrystal(String id, Composition formula, Crystal cell) {
        this.id = id;
        this.formula = formula;
        this.cell = cell;
    }

    /** Prepares a crystal; one beyond the limits of {@link StructureMatcher} has no {@link #cell}. */
    public static PreparedCrystal of(Crystal crystal) {
        if (crystal.size() > StructureMatcher.MAX_ATOMS) {
            return ofIrreducible(crystal);
        }
        try {
            Crystal reduced = reduce(crystal);
            Crystal primitive = PrimitiveCell.of(reduced, new WorkBudget(StructureMatcher.MAX_STEPS));
            return new PreparedCrystal(
                    crystal.id(),
                    crystal.composition().reduced(),
                    primitive.equals(reduced) ? reduced : reduce(primitive));
        } catch (WorkBudget.Exceeded | ArithmeticException e) {
            return ofIrreducible(crystal);
        }
    }

    /** A crystal whose cell is reduced and primitive already. */
    static PreparedCrystal ofReduced(Crystal cell) {
        return new PreparedCrystal(cell.id(), cell.composition().reduced(), cell);
    }

    /** A crystal that is known to be beyond the limits. */
    static PreparedCrystal ofIrreducible(Crystal crystal) {
        return new PreparedCrystal(crystal.id(), crystal.composition().reduced(), null);
    }

    private static Crystal reduce(Crystal crystal) {
        Lattice lattice = Lattice.ofRows(NiggliReduction.reduce(crystal.lattice()));
        Crystal reduced =
                new Crystal(crystal.id(), lattice, crystal.species(), lattice.toFractional(crystal.cartesian()));
        return reduced.wrapped();
    }

    /** The crystal's id. */
    public String id() {
        return id;
    }

    /** Composition of one formula unit. */
    public Composition formula() {
        return formula;
    }

    /** The reduced primitive cell; empty if the crystal is too large or its cell too skewed to be reduced. */
    public Optional<Crystal> cell() {
        return Optional.ofNullable(cell);
    }
}
