package unitcell.crystal.match;

/**
 * How well two matching structures lie on each other: displacements of their atoms in the average of both cells, after
 * both were scaled to the geometric mean of their volumes, in the best correspondence found.
 *
 * @param rms root mean square displacement in units of {@link #unit}
 * @param maxDistance largest displacement in units of {@link #unit}
 * @param unit (V / N)^(1/3) of the average cell in angstrom: the free length of one atom
 * @param sites number N of atoms in the primitive cell compared
 */
public record Match(double rms, double maxDistance, double unit, int sites) {
    /** Root mean square displacement in angstrom. */
    public double rmsAngstrom() {
        return rms * unit;
    }

    /** Largest displacement in angstrom. */
    public double maxAngstrom() {
        return maxDistance * unit;
    }
}
