package unitcell.crystal.match;

/**
 * How far two structures may differ and still match.
 *
 * @param site largest displacement of an atom, in units of (V / N)^(1/3), positive
 * @param length largest relative difference of lattice vectors: l and l' match if l / l' lies between 1 / (1 + length)
 *     and 1 + length; positive
 * @param angle largest difference of lattice angles in degrees, positive
 */
public record MatchTolerance(double site, double length, double angle) {
    /** With which generated crystals are compared since CDVAE (Xie et al., ICLR 2022): 0.5, 0.3, 10 degrees. */
    public static final MatchTolerance GENERATED = new MatchTolerance(0.5, 0.3, 10);

    /** The stricter default of pymatgen: 0.3, 0.2, 5 degrees. */
    public static final MatchTolerance STRICT = new MatchTolerance(0.3, 0.2, 5);

    public MatchTolerance {
        if (!(site > 0 && length > 0 && angle > 0)
                || !Double.isFinite(site)
                || !Double.isFinite(length)
                || !(angle <= 180)) {
            throw new IllegalArgumentException("tolerances " + site + ", " + length + ", " + angle
                    + ", expected positive numbers and an angle of at most 180 degrees");
        }
    }
}
