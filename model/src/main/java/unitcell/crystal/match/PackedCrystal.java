package unitcell.crystal.match;

import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;

/**
 * A crystal in few bytes: lattice vectors in double, species in one byte, fractional coordinates in single precision.
 */
final class PackedCrystal {
    private enum Form {
        AS_GIVEN,
        REDUCED,
        IRREDUCIBLE // beyond the limits of StructureMatcher
    }

    private final String id;
    private final Form form;
    private final double[] rows; // [3, 3]
    private final byte[] species; // [N]
    private final float[] frac; // [N, 3] in [0, 1]

    private PackedCrystal(Crystal crystal, Form form) {
        this.id = crystal.id();
        this.form = form;
        this.rows = crystal.lattice().matrix();
        this.species = new byte[crystal.size()];
        this.frac = new float[3 * species.length];
        for (int i = 0; i < species.length; i++) {
            species[i] = (byte) crystal.species(i);
            for (int k = 0; k < 3; k++) {
                frac[3 * i + k] = (float) Crystal.wrap(crystal.frac(i, k));
            }
        }
    }

    static PackedCrystal of(Crystal crystal) {
        return new PackedCrystal(crystal, Form.AS_GIVEN);
    }

    String id() {
        return id;
    }

    /** The same crystal as its reduced primitive cell, where it has one. */
    PackedCrystal reduced() {
        Crystal crystal = unpacked();
        return PreparedCrystal.of(crystal)
                .cell()
                .map(cell -> new PackedCrystal(cell, Form.REDUCED))
                .orElseGet(() -> new PackedCrystal(crystal, Form.IRREDUCIBLE));
    }

    /** The crystal ready to be compared; reduces it unless {@link #reduced} did. */
    PreparedCrystal prepared() {
        return switch (form) {
            case AS_GIVEN -> PreparedCrystal.of(unpacked());
            case IRREDUCIBLE -> PreparedCrystal.ofIrreducible(unpacked());
            case REDUCED -> PreparedCrystal.ofReduced(unpacked());
        };
    }

    private Crystal unpacked() {
        int[] z = new int[species.length];
        double[] f = new double[frac.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = species[i];
        }
        for (int i = 0; i < f.length; i++) {
            f[i] = frac[i];
        }
        return new Crystal(id, Lattice.ofRows(rows), z, f);
    }
}
