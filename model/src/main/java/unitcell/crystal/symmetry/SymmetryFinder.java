package unitcell.crystal.symmetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.symmetry.Symmetry.Operation;

/**
 * Finds the symmetry operations of a crystal within a tolerance, and the crystal system that follows from them.
 *
 * <p>Translations onto atoms of the rarest species give the primitive cell; each operation of its lattice is tried with
 * each translation that takes an atom of the rarest species onto another. Operations found within a tolerance need not
 * form a group: then the tolerance is lowered by a twentieth until they do. The method is that of spglib (A. Togo and I.
 * Tanaka, arXiv 1808.01590), whose {@code symprec} the tolerance corresponds to.
 *
 * <p>Bounds: {@value #MAX_ATOMS} atoms; the time grows with the third power of the number of atoms at worst and is below
 * a millisecond for ordinary cells. Immutable and safe to share between threads.
 */
public final class SymmetryFinder {
    /** In angstrom; what the Materials Project gives its space groups with. */
    public static final double DEFAULT_TOLERANCE = 0.1;
    /** Most atoms of a crystal whose symmetry is searched. */
    public static final int MAX_ATOMS = 1000;

    private static final int MAX_TRIES = 200;
    private static final double STEP = 0.95;

    private final double tolerance;

    /** Finds symmetry within {@link #DEFAULT_TOLERANCE}. */
    public SymmetryFinder() {
        this(DEFAULT_TOLERANCE);
    }

    /**
     * @param tolerance how far an operation may leave an atom or a lattice vector from another, in angstrom, in [1e-8, 1]
     */
    public SymmetryFinder(double tolerance) {
        if (!(tolerance >= 1e-8 && tolerance <= 1)) {
            throw new IllegalArgumentException("symmetry tolerance is " + tolerance + " angstrom, expected 1e-8 to 1");
        }
        this.tolerance = tolerance;
    }

    /** The crystal system of a crystal. */
    public CrystalSystem system(Crystal crystal) {
        return find(crystal).system();
    }

    /**
     * The symmetry of a crystal. A crystal whose operations form no group at any tolerance tried (down to 1/28,000 of
     * the one asked for) has only the identity.
     *
     * @throws IllegalArgumentException if it has more than {@link #MAX_ATOMS} atoms, or a cell too skewed or elongated to
     *     be searched
     */
    public Symmetry find(Crystal crystal) {
        if (crystal.size() > MAX_ATOMS) {
            throw new IllegalArgumentException("crystal '" + crystal.id() + "' has " + crystal.size()
                    + " atoms, symmetry is searched for at most " + MAX_ATOMS);
        }
        Crystal reduced;
        try {
            reduced = TranslationLattice.reduced(crystal);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(crystal.lattice() + " is too skewed for its symmetry to be searched", e);
        }
        double current = Math.min(tolerance, narrowest(reduced.lattice()) / 4);
        for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
            Optional<Symmetry> found = attempt(reduced, current);
            if (found.isPresent()) {
                return found.get();
            }
            current *= STEP;
        }
        Operation identity = new Operation(new int[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, new double[3]);
        return new Symmetry(CrystalSystem.TRICLINIC, List.of(identity), 1, current);
    }

    private static double narrowest(Lattice lattice) {
        return Math.min(lattice.height(0), Math.min(lattice.height(1), lattice.height(2)));
    }

    private static Optional<Symmetry> attempt(Crystal reduced, double tolerance) {
        List<double[]> translations = new SiteMap(reduced, tolerance).translations();
        Optional<Crystal> primitive = TranslationLattice.primitive(reduced, translations, tolerance);
        if (primitive.isEmpty() || narrowest(primitive.get().lattice()) < 4 * tolerance) {
            return Optional.empty();
        }
        SiteMap sites = new SiteMap(primitive.get(), tolerance);
        List<Operation> operations = new ArrayList<>();
        for (int[] u : LatticeSymmetries.find(primitive.get().lattice(), tolerance)) {
            sites.translationFor(u).ifPresent(t -> operations.add(new Operation(u, t)));
        }
        return PointGroup.system(operations.stream().map(Operation::rotation).toList())
                .map(system -> new Symmetry(system, operations, translations.size(), tolerance));
    }
}
