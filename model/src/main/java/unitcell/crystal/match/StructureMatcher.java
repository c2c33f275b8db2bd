package unitcell.crystal.match;

import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.match.Comparison.Different;
import unitcell.crystal.match.Comparison.Matched;
import unitcell.crystal.match.Comparison.Reason;

/**
 * Tells whether two crystals are the same structure within tolerances, and how far their atoms lie apart. Volume,
 * orientation, handedness, origin, order of the atoms and choice of the cell do not count; species do.
 *
 * <p>Both crystals are brought to their reduced primitive cells and scaled to the geometric mean of their volumes. For
 * every basis of the first lattice that resembles the second cell, and every translation that puts an atom of the rarest
 * species of the second onto one of the first, sites are paired at least squared distance in the average cell and the
 * mean displacement is taken off. Displacements are given in units of (V / N)^(1/3).
 *
 * <p>The same answers as pymatgen's {@code StructureMatcher} with {@code primitive_cell}, {@code scale} and the species
 * comparator: {@link #match} is its {@code get_rms_dist}, {@link #fits} its {@code fit}. The two differ in what is
 * within the tolerance: the rms displacement for the first, the largest for the second. The comparison is not quite
 * symmetric, since one crystal gives the cell and the other the bases. In a few pairs in a thousand, near the
 * tolerances, pymatgen's answer changes when the crystals are turned in space; the answer here does not, and is one of
 * pymatgen's.
 *
 * <p>Bounds: at most {@value #MAX_ATOMS} atoms before reduction, {@value #MAX_LATTICE_VECTORS} lattice points in the box
 * that is searched, and {@value #MAX_STEPS} elementary steps (a few seconds) for each reduction and each comparison. Cells
 * of up to 20 atoms mostly take well under a millisecond. Beyond a bound the answer is {@link Reason#BEYOND_LIMITS}.
 *
 * <p>Immutable and safe to share between threads; the answer depends on nothing but the two crystals.
 */
public final class StructureMatcher {
    /** Most atoms of a crystal that is compared. */
    public static final int MAX_ATOMS = 500;
    /** Most lattice points in the box in which corresponding lattice vectors are searched. */
    public static final int MAX_LATTICE_VECTORS = 200_000;
    /** Most elementary steps of one reduction or comparison. */
    public static final long MAX_STEPS = 500_000_000L;

    private final MatchTolerance tolerance;

    public StructureMatcher(MatchTolerance tolerance) {
        this.tolerance = tolerance;
    }

    /** The matcher with which generated crystals are scored: {@link MatchTolerance#GENERATED}. */
    public static StructureMatcher standard() {
        return new StructureMatcher(MatchTolerance.GENERATED);
    }

    public MatchTolerance tolerance() {
        return tolerance;
    }

    /** The match with the smallest rms displacement; empty if that is not within the site tolerance. */
    public Optional<Match> match(Crystal a, Crystal b) {
        return match(PreparedCrystal.of(a), PreparedCrystal.of(b));
    }

    /** Like {@link #match(Crystal, Crystal)} for crystals prepared before. */
    public Optional<Match> match(PreparedCrystal a, PreparedCrystal b) {
        return compare(a, b) instanceof Matched matched ? Optional.of(matched.match()) : Optional.empty();
    }

    /** Like {@link #match(PreparedCrystal, PreparedCrystal)}, with the reason where they do not match. */
    public Comparison compare(PreparedCrystal a, PreparedCrystal b) {
        return run(a, b, PairSearch.Goal.SMALLEST_RMS);
    }

    /** Whether there is a correspondence in which no atom is displaced by more than the site tolerance. */
    public boolean fits(Crystal a, Crystal b) {
        return fits(PreparedCrystal.of(a), PreparedCrystal.of(b));
    }

    /** Like {@link #fits(Crystal, Crystal)} for crystals prepared before. */
    public boolean fits(PreparedCrystal a, PreparedCrystal b) {
        return compareFit(a, b) instanceof Matched;
    }

    /**
     * Like {@link #fits(PreparedCrystal, PreparedCrystal)}, with the reason where they do not fit; the numbers of a match
     * are those of the first correspondence found, not of the best.
     */
    public Comparison compareFit(PreparedCrystal a, PreparedCrystal b) {
        return run(a, b, PairSearch.Goal.ANY_WITHIN);
    }

    private Comparison run(PreparedCrystal a, PreparedCrystal b, PairSearch.Goal goal) {
        if (!a.formula().equals(b.formula())) {
            return new Different(Reason.COMPOSITION);
        }
        if (a.cell().isEmpty() || b.cell().isEmpty()) {
            return new Different(Reason.BEYOND_LIMITS);
        }
        Crystal first = a.cell().get();
        Crystal second = b.cell().get();
        if (first.size() != second.size()) {
            return new Different(Reason.SITES);
        }
        try {
            return new PairSearch(first, second, tolerance).run(goal);
        } catch (WorkBudget.Exceeded | ArithmeticException e) {
            return new Different(Reason.BEYOND_LIMITS);
        }
    }
}
