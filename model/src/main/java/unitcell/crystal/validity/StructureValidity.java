package unitcell.crystal.validity;

import java.util.Locale;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.ImageSearch;

/**
 * Whether atoms keep a distance, as CDVAE asks it: no two sites of the cell have images closer than {@value
 * #MIN_DISTANCE} angstrom and the cell has a volume of at least {@value #MIN_VOLUME} cubic angstrom. How close a site
 * comes to its own images does not matter.
 */
final class StructureValidity {
    /** In angstrom. */
    static final double MIN_DISTANCE = 0.5;
    /** In cubic angstrom. */
    static final double MIN_VOLUME = 0.1;

    private StructureValidity() {}

    /** What is wrong with a structure, in a few words; empty if it is valid. */
    static Optional<String> fault(Crystal crystal) {
        double volume = crystal.lattice().volume();
        if (!(volume >= MIN_VOLUME)) {
            return Optional.of(String.format(Locale.ROOT, "cell of %.3g A^3", volume));
        }
        try {
            return closePair(crystal.wrapped());
        } catch (IllegalArgumentException e) {
            // A cell too skewed or too flat for its images to be told apart is no structure.
            return Optional.of("cell cannot be measured: " + e.getMessage());
        }
    }

    private static Optional<String> closePair(Crystal crystal) {
        ImageSearch search = new ImageSearch(crystal.lattice());
        for (int i = 0; i < crystal.size(); i++) {
            for (int j = i + 1; j < crystal.size(); j++) {
                double distance = search.nearest(
                        crystal.frac(j, 0) - crystal.frac(i, 0),
                        crystal.frac(j, 1) - crystal.frac(i, 1),
                        crystal.frac(j, 2) - crystal.frac(i, 2),
                        MIN_DISTANCE);
                if (distance < MIN_DISTANCE) {
                    return Optional.of(String.format(Locale.ROOT, "atoms %d and %d are %.3f A apart", i, j, distance));
                }
            }
        }
        return Optional.empty();
    }
}
