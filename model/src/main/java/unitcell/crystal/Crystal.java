package unitcell.crystal;

import java.util.Arrays;
import java.util.Objects;

/**
 * A crystal structure: a lattice and a basis of N atoms, one species on each site, no partial occupancy.
 *
 * <p>Immutable and validated: at least one atom, species 0 to 118 (0 = unknown or masked), finite fractional
 * coordinates. Coordinates keep the periodic image they were given in; {@link #wrapped} brings them into [0, 1).
 * Equality compares lattice, species and coordinates bit for bit and ignores the id.
 */
public final class Crystal {
    private final String id;
    private final Lattice lattice;
    private final int[] species; // [N]
    private final double[] frac; // [N, 3]

    /**
     * A crystal.
     *
     * @param id name for logs and files, not null, may be empty
     * @param lattice the lattice
     * @param species [N] atomic numbers; copied
     * @param frac [N, 3] fractional coordinates, row-major; copied
     * @throws IllegalArgumentException if the arrays do not fit together or hold impossible values
     */
    public Crystal(String id, Lattice lattice, int[] species, double[] frac) {
        this(id, lattice, species.clone(), frac.clone(), true);
    }

    // Takes ownership of the arrays.
    private Crystal(String id, Lattice lattice, int[] species, double[] frac, boolean check) {
        this.id = Objects.requireNonNull(id, "id");
        this.lattice = Objects.requireNonNull(lattice, "lattice");
        this.species = species;
        this.frac = frac;
        if (check) {
            check();
        }
    }

    private void check() {
        if (species.length == 0) {
            throw new IllegalArgumentException("crystal '" + id + "' has no atoms");
        }
        if (frac.length != 3 * species.length) {
            throw new IllegalArgumentException("crystal '" + id + "' has " + species.length + " species but "
                    + frac.length + " coordinates, expected " + 3 * species.length);
        }
        for (int z : species) {
            Element.of(z);
        }
        for (int i = 0; i < frac.length; i++) {
            if (!Double.isFinite(frac[i])) {
                throw new IllegalArgumentException(
                        "crystal '" + id + "' has coordinate " + frac[i] + " at atom " + i / 3);
            }
        }
    }

    public String id() {
        return id;
    }

    public Lattice lattice() {
        return lattice;
    }

    /** Number of atoms N. */
    public int size() {
        return species.length;
    }

    /** Atomic number of atom {@code i}, 0 if masked. */
    public int species(int i) {
        return species[i];
    }

    /** Atomic numbers, [N]; a copy. */
    public int[] species() {
        return species.clone();
    }

    /** Fractional coordinate of atom {@code i} along lattice vector {@code axis}. */
    public double frac(int i, int axis) {
        return frac[3 * i + axis];
    }

    /** Fractional coordinates, [N, 3]; a copy. */
    public double[] frac() {
        return frac.clone();
    }

    /** Cartesian coordinates in angstrom, [N, 3]: {@code frac @ lattice}; newly computed. */
    public double[] cartesian() {
        return lattice.toCartesian(frac);
    }

    /** Volume divided by the number of atoms, in cubic angstrom. */
    public double volumePerAtom() {
        return lattice.volume() / size();
    }

    /** How many atoms of each element. */
    public Composition composition() {
        return Composition.ofSpecies(species);
    }

    /**
     * The shortest distance between two atoms of the infinite crystal in angstrom, an atom and its own periodic images
     * included; the noise scale of pre-training. 0 if two atoms coincide.
     */
    public double minimumDistance() {
        return PeriodicDistance.minimum(this, true);
    }

    /** Same structure under another id. */
    public Crystal withId(String newId) {
        return new Crystal(newId, lattice, species, frac, false);
    }

    /** Same sites with other species, [N]; copied. */
    public Crystal withSpecies(int[] newSpecies) {
        return new Crystal(id, lattice, newSpecies.clone(), frac, true);
    }

    /** Same species at other fractional coordinates, [N, 3]; copied. */
    public Crystal withFrac(double[] newFrac) {
        return new Crystal(id, lattice, species, newFrac.clone(), true);
    }

    /** Same species and fractional coordinates in another lattice. */
    public Crystal withLattice(Lattice newLattice) {
        return new Crystal(id, newLattice, species, frac, false);
    }

    /** Same structure with every coordinate brought into [0, 1) by whole lattice vectors. */
    public Crystal wrapped() {
        double[] in = frac.clone();
        for (int i = 0; i < in.length; i++) {
            in[i] = wrap(in[i]);
        }
        return new Crystal(id, lattice, species, in, false);
    }

    /** {@code x} modulo 1 in [0, 1); tiny negative numbers give 0, never 1. */
    public static double wrap(double x) {
        double y = x - Math.floor(x);
        return y < 1 ? y : 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Crystal that
                && lattice.equals(that.lattice)
                && Arrays.equals(species, that.species)
                && Arrays.equals(frac, that.frac);
    }

    @Override
    public int hashCode() {
        return Objects.hash(lattice, Arrays.hashCode(species), Arrays.hashCode(frac));
    }

    @Override
    public String toString() {
        return "Crystal(" + id + " " + composition().formula() + " " + lattice + ")";
    }
}
