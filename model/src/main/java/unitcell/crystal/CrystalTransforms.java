package unitcell.crystal;

/**
 * Other descriptions of a crystal: the same physical structure (permutation, translation, rotation, change of lattice
 * basis, supercell), written down differently. What a model says about a crystal must not depend on these.
 */
public final class CrystalTransforms {
    private CrystalTransforms() {}

    /**
     * The same atoms in another order.
     *
     * @param order [N] a permutation: atom k of the result is atom {@code order[k]} of the argument
     */
    public static Crystal permute(Crystal crystal, int[] order) {
        int n = crystal.size();
        boolean[] seen = new boolean[n];
        int[] species = new int[n];
        double[] frac = new double[3 * n];
        if (order.length != n) {
            throw new IllegalArgumentException("order has " + order.length + " entries for " + n + " atoms");
        }
        for (int k = 0; k < n; k++) {
            int from = order[k];
            if (from < 0 || from >= n || seen[from]) {
                throw new IllegalArgumentException("order is no permutation: entry " + k + " is " + from);
            }
            seen[from] = true;
            species[k] = crystal.species(from);
            for (int axis = 0; axis < 3; axis++) {
                frac[3 * k + axis] = crystal.frac(from, axis);
            }
        }
        return new Crystal(crystal.id(), crystal.lattice(), species, frac);
    }

    /** All atoms moved by the same Cartesian vector in angstrom; coordinates are not wrapped. */
    public static Crystal translate(Crystal crystal, double x, double y, double z) {
        double[] step = crystal.lattice().toFractional(new double[] {x, y, z});
        double[] frac = crystal.frac();
        for (int i = 0; i < frac.length; i++) {
            frac[i] += step[i % 3];
        }
        return crystal.withFrac(frac);
    }

    /**
     * Lattice and atoms rotated together: every Cartesian position r (a column) becomes {@code rotation r}; fractional
     * coordinates stay.
     *
     * @param rotation [3, 3] row-major, orthogonal within 1e-9
     */
    public static Crystal rotate(Crystal crystal, double[] rotation) {
        requireOrthogonal(rotation);
        double[] transposed = {
            rotation[0],
            rotation[3],
            rotation[6],
            rotation[1],
            rotation[4],
            rotation[7],
            rotation[2],
            rotation[5],
            rotation[8]
        };
        double[] rows = Lattice.multiply(crystal.lattice().matrix(), transposed);
        return crystal.withLattice(Lattice.ofRows(rows));
    }

    private static void requireOrthogonal(double[] r) {
        if (r.length != 9) {
            throw new IllegalArgumentException("a rotation matrix has 9 numbers, not " + r.length);
        }
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double dot = r[3 * i] * r[3 * j] + r[3 * i + 1] * r[3 * j + 1] + r[3 * i + 2] * r[3 * j + 2];
                if (!(Math.abs(dot - (i == j ? 1 : 0)) < 1e-9)) {
                    throw new IllegalArgumentException(
                            "rotation matrix is not orthogonal: rows " + i + " and " + j + " have product " + dot);
                }
            }
        }
    }

    /**
     * The same structure on other lattice vectors: new rows are {@code basis @ old rows}.
     *
     * @param basis [3, 3] integers, row-major, determinant +1 or -1
     */
    public static Crystal changeBasis(Crystal crystal, int[] basis) {
        double[] u = toDoubles(basis);
        double det = Lattice.determinant(u);
        if (Math.abs(det) != 1) {
            throw new IllegalArgumentException("change of basis has determinant " + det + ", expected 1 or -1");
        }
        Lattice lattice = Lattice.ofRows(Lattice.multiply(u, crystal.lattice().matrix()));
        // frac' @ (u @ M) = frac @ M, hence frac' = frac @ u^-1; the adjugate keeps the integers exact.
        double[] inverse = new double[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                int r1 = (j + 1) % 3;
                int r2 = (j + 2) % 3;
                int c1 = (i + 1) % 3;
                int c2 = (i + 2) % 3;
                inverse[3 * i + j] = det * (u[3 * r1 + c1] * u[3 * r2 + c2] - u[3 * r1 + c2] * u[3 * r2 + c1]);
            }
        }
        return new Crystal(crystal.id(), lattice, crystal.species(), Lattice.multiply(crystal.frac(), inverse));
    }

    private static double[] toDoubles(int[] integers) {
        if (integers.length != 9) {
            throw new IllegalArgumentException("a change of basis has 9 integers, not " + integers.length);
        }
        double[] out = new double[9];
        for (int i = 0; i < 9; i++) {
            out[i] = integers[i];
        }
        return out;
    }

    /**
     * A block of {@code na * nb * nc} cells as one cell. Atoms keep their order within a copy; copies follow each other
     * with the repeat along c changing fastest.
     *
     * @param na repeats along a, at least 1; likewise nb, nc
     */
    public static Crystal supercell(Crystal crystal, int na, int nb, int nc) {
        if (na < 1 || nb < 1 || nc < 1 || (long) na * nb * nc * crystal.size() > 10_000_000L) {
            throw new IllegalArgumentException("supercell " + na + "x" + nb + "x" + nc + " of " + crystal.size()
                    + " atoms: repeats must be positive and give at most 10 million atoms");
        }
        double[] rows = crystal.lattice().matrix();
        int[] repeats = {na, nb, nc};
        for (int i = 0; i < 9; i++) {
            rows[i] *= repeats[i / 3];
        }
        int n = crystal.size();
        int[] species = new int[na * nb * nc * n];
        double[] frac = new double[3 * species.length];
        int at = 0;
        for (int a = 0; a < na; a++) {
            for (int b = 0; b < nb; b++) {
                for (int c = 0; c < nc; c++) {
                    for (int i = 0; i < n; i++, at++) {
                        species[at] = crystal.species(i);
                        frac[3 * at] = (crystal.frac(i, 0) + a) / na;
                        frac[3 * at + 1] = (crystal.frac(i, 1) + b) / nb;
                        frac[3 * at + 2] = (crystal.frac(i, 2) + c) / nc;
                    }
                }
            }
        }
        return new Crystal(crystal.id(), Lattice.ofRows(rows), species, frac);
    }
}
