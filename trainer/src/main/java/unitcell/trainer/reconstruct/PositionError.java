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

    /**
     * Where atoms are, seen from where they belong, [N*3], Cartesian, each by the shortest way over periodic images; both
     * crystals have the same lattice and order of sites.
     */
    public static double[] displacements(Crystal truth, Crystal crystal) {
        ImageSearch search = new ImageSearch(truth.lattice());
        double[] frac = crystal.frac();
        for (int i = 0; i < frac.length; i += 3) {
            for (int axis = 0; axis < 3; axis++) {
                frac[i + axis] -= truth.frac(i / 3, axis);
            }
            double distance = search.nearest(frac[i], frac[i + 1], frac[i + 2], Double.POSITIVE_INFINITY);
            // The sphere holds the nearest image alone, or others as near.
            if (search.find(frac[i], frac[i + 1], frac[i + 2], distance) == 0) {
                throw new IllegalStateException("no image of atom " + i / 3 + " of crystal '" + crystal.id()
                        + "' within the distance of the nearest, " + distance);
            }
            for (int axis = 0; axis < 3; axis++) {
                frac[i + axis] += search.shifts()[axis];
            }
        }
        return truth.lattice().toCartesian(frac);
    }

    /** Displacements without their mean: a shift of the whole crystal is no difference between two crystals. */
    public static double[] aligned(double[] displacements) {
        double[] aligned = displacements.clone();
        for (int axis = 0; axis < 3; axis++) {
            double sum = 0;
            for (int i = axis; i < aligned.length; i += 3) {
                sum += displacements[i];
            }
            for (int i = axis; i < aligned.length; i += 3) {
                aligned[i] -= 3 * sum / aligned.length;
            }
        }
        return aligned;
    }

    /** Lengths of vectors [N*3], [N]. */
    public static double[] lengths(double[] vectors) {
        double[] lengths = new double[vectors.length / 3];
        for (int i = 0; i < lengths.length; i++) {
            double x = vectors[3 * i];
            double y = vectors[3 * i + 1];
            double z = vectors[3 * i + 2];
            lengths[i] = Math.sqrt(x * x + y * y + z * z);
        }
        return lengths;
    }

    /** Of all atoms of a crystal. */
    public static PositionError between(Crystal truth, Crystal crystal) {
        return of(displacements(truth, crystal));
    }

    /** Of displacements [N*3]. */
    public static PositionError of(double[] displacements) {
        double sum = 0;
        double squares = 0;
        for (double length : lengths(displacements)) {
            sum += length;
            squares += length * length;
        }
        return new PositionError(displacements.length / 3, sum, squares);
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
