package unitcell.trainer.data;

import java.util.Locale;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.Lattice;

/**
 * Which crystals are fit for training. The defaults drop isolated atoms and molecules in big boxes, which would teach
 * the network mostly about vacuum, and structures with atoms on top of each other.
 *
 * @param maxVolumePerAtom largest volume of the cell divided by its atoms, cubic angstrom
 * @param maxEdge longest lattice vector, angstrom
 * @param minDistance shortest distance between two atoms, periodic images included, angstrom
 * @param maxAtoms most atoms in a cell
 */
public record DataFilter(double maxVolumePerAtom, double maxEdge, double minDistance, int maxAtoms) {
    /** Pre-training: 60 cubic angstrom an atom, lattice vectors of 30 angstrom, 0.5 angstrom apart, any size. */
    public static final DataFilter STANDARD = new DataFilter(60, 30, 0.5, Integer.MAX_VALUE);

    public DataFilter {
        if (!(maxVolumePerAtom > 0) || !(maxEdge > 0) || !(minDistance >= 0) || maxAtoms < 1) {
            throw new IllegalArgumentException("data filter: volume per atom " + maxVolumePerAtom + ", lattice vector "
                    + maxEdge + " and atoms " + maxAtoms + " must be positive, distance " + minDistance
                    + " not negative");
        }
    }

    /**
     * Why a crystal is left out.
     *
     * @param rule short name of the rule, for counting
     * @param detail what was found and what is allowed
     */
    public record Refusal(String rule, String detail) {}

    /** The reason for leaving a crystal out, if there is one. */
    public Optional<Refusal> refusal(Crystal crystal) {
        for (int i = 0; i < crystal.size(); i++) {
            if (crystal.species(i) == Element.UNKNOWN_Z) {
                return refuse("unknown species", "site %d has no known element", i);
            }
        }
        if (crystal.size() > maxAtoms) {
            return refuse("too many atoms", "%d atoms, at most %d", crystal.size(), maxAtoms);
        }
        if (crystal.volumePerAtom() > maxVolumePerAtom) {
            return refuse(
                    "volume per atom", "%.1f A^3 per atom, at most %.1f", crystal.volumePerAtom(), maxVolumePerAtom);
        }
        Lattice lattice = crystal.lattice();
        double longest = Math.max(lattice.length(0), Math.max(lattice.length(1), lattice.length(2)));
        if (longest > maxEdge) {
            return refuse("lattice vector", "lattice vector of %.1f A, at most %.1f", longest, maxEdge);
        }
        double shortest = crystal.minimumDistance();
        if (shortest < minDistance) {
            return refuse("atoms too close", "atoms %.3f A apart, at least %.3f", shortest, minDistance);
        }
        return Optional.empty();
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one method
    private static Optional<Refusal> refuse(String rule, String format, Object... arguments) {
        return Optional.of(new Refusal(rule, String.format(Locale.ROOT, format, arguments)));
    }
}
