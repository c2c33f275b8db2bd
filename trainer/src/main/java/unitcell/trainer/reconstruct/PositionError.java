package unitcell.trainer.reconstruct;

import unitcell.crystal.Crystal;
import unitcell.crystal.ImageSearch;

/**
 * Distances of atoms from where they belong, each to the nearest periodic image, summed over atoms in angstrom.
 *
 * @param atoms how many
 * @param sum of distances
 * @param squares sum of squared distances
 */
public record PositionError(long atoms, double sum, double squares) {
    static final PositionError NONE = new PositionError(0, 0, 0);

    /** Distance of each atom from its place in {@code truth}, [N]; both have the same lattice and order of sites. */
    public static double[] distances(Crystal truth, Crystal crystal) {
        ImageSearch search = new ImageSearch(truth.lattice());
        double[] distances = new double[truth.size()];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = search.nearest(
                    crystal.frac(i, 0) - truth.frac(i, 0),
                    crystal.frac(i, 1) - truth.frac(i, 1),
                    crystal.frac(i, 2) - truth.frac(i, 2),
                    Double.POSITIVE_INFINITY);
        }
        return distances;
    }

    /** Of all atoms of a crystal. */
    public static PositionError between(Crystal truth, Crystal crystal) {
        double sum = 0;
        double squares = 0;
        for (double distance : distances(truth, crystal)) {
            sum += distance;
            squares += distance * distance;
        }
        return new PositionError(truth.size(), sum, squares);
    }

    PositionError plus(PositionError other) {
        return new PositionError(atoms + other.atoms, sum + other.sum, squares + other.squares);
    }

    /** Mean distance in angstrom; NaN for no atoms. */
    public double mean() {
        return sum / atoms;
    }

    /** Root of the mean squared distance in angstrom; NaN for no atoms. */
    public double rms() {
        return Math.sqrt(squares / atoms);
    }
}
