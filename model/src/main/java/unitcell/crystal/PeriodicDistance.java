package unitcell.crystal;

/** Shortest distances in a crystal, over all periodic images, exact for any cell shape. In angstrom. */
public final class PeriodicDistance {
    private PeriodicDistance() {}

    /**
     * The shortest distance between atoms.
     *
     * @param includeSelfImages whether the distance of an atom to its own images counts
     * @return the distance, or positive infinity for a single atom whose images do not count
     */
    public static double minimum(Crystal crystal, boolean includeSelfImages) {
        ImageSearch search = new ImageSearch(crystal.lattice());
        double best = includeSelfImages ? shortestLatticeVector(search, crystal.lattice()) : Double.POSITIVE_INFINITY;
        int n = crystal.size();
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                best = search.nearest(
                        crystal.frac(j, 0) - crystal.frac(i, 0),
                        crystal.frac(j, 1) - crystal.frac(i, 1),
                        crystal.frac(j, 2) - crystal.frac(i, 2),
                        best);
            }
        }
        return best;
    }

    /** The length of the shortest non-zero lattice vector: the distance of an atom to its nearest own image. */
    public static double shortestLatticeVector(Lattice lattice) {
        return shortestLatticeVector(new ImageSearch(lattice), lattice);
    }

    private static double shortestLatticeVector(ImageSearch search, Lattice lattice) {
        double best = search.shortestBasisVector();
        int n = search.find(0, 0, 0, best);
        int[] shifts = search.shifts();
        double[] m = lattice.matrix();
        for (int k = 0; k < 3 * n; k += 3) {
            int a = shifts[k];
            int b = shifts[k + 1];
            int c = shifts[k + 2];
            if (a != 0 || b != 0 || c != 0) {
                double x = a * m[0] + b * m[3] + c * m[6];
                double y = a * m[1] + b * m[4] + c * m[7];
                double z = a * m[2] + b * m[5] + c * m[8];
                best = Math.min(best, Math.sqrt(x * x + y * y + z * z));
            }
        }
        return best;
    }
}
