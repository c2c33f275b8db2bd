package unitcell.crystal.match;

import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.match.SitePairing.Block;

/**
 * Two crystals laid into one cell, the average of both, for one choice of corresponding lattice vectors. The second is
 * moved so that its anchor lies on a site of the first.
 */
final class Overlay {
    private final SitePairing pairing;
    private final WorkBudget budget;
    private final double unit; // (V / N)^(1/3) of the average cell
    private final double[] first; // [N, 3] fractional
    private final double[] second; // [N, 3]
    private final double[] reach = new double[3]; // largest fractional difference of paired sites, by axis
    private final Lattice average;
    private final double siteTolerance;
    private Displacements displacements; // made when first needed

    /**
     * @param u [3, 3] at {@code at}: the basis of the first lattice that corresponds to the second's
     */
    Overlay(
            Crystal first,
            Crystal second,
            SitePairing pairing,
            int[] u,
            int at,
            double siteTolerance,
            WorkBudget budget) {
        this.pairing = pairing;
        this.budget = budget;
        this.siteTolerance = siteTolerance;
        this.second = second.frac();
        this.first = inBasis(first.frac(), u, at);
        double[] p = basis(first.lattice().matrix(), u, at).parameters();
        double[] q = second.lattice().parameters();
        average = Lattice.ofParameters(
                (p[0] + q[0]) / 2,
                (p[1] + q[1]) / 2,
                (p[2] + q[2]) / 2,
                (p[3] + q[3]) / 2,
                (p[4] + q[4]) / 2,
                (p[5] + q[5]) / 2);
        unit = Math.cbrt(average.volume() / first.size());
        for (int k = 0; k < 3; k++) {
            reach[k] = 2 * siteTolerance * unit / average.height(k);
        }
    }

    private static Lattice basis(double[] rows, int[] u, int at) {
        double[] out = new double[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                out[3 * i + j] =
                        u[at + 3 * i] * rows[j] + u[at + 3 * i + 1] * rows[3 + j] + u[at + 3 * i + 2] * rows[6 + j];
            }
        }
        return Lattice.ofRows(out);
    }

    // frac @ u^-1, u unimodular.
    private static double[] inBasis(double[] frac, int[] u, int at) {
        double[] m = new double[9];
        for (int k = 0; k < 9; k++) {
            m[k] = u[at + k];
        }
        return Lattice.ofRows(m).toFractional(frac);
    }

    /** The free length of an atom in angstrom. */
    double unit() {
        return unit;
    }

    /**
     * Whether every site of the second crystal has one of its kind in the first nearby, when the anchor is put onto
     * {@code partner}; a cheap test that rules out most translations.
     */
    boolean isNear(int partner) {
        for (Block block : pairing.blocks()) {
            budget.spend((long) block.first().length * block.second().length);
            for (int j : block.second()) {
                if (!hasNeighbour(j, partner, block)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What is left between the crystals when the anchor is put onto {@code partner} and the sites are paired. */
    Displacements place(int partner) {
        if (displacements == null) {
            displacements = new Displacements(average, first, second, pairing, 2 * siteTolerance * unit);
        }
        budget.spend(Displacements.STEPS * pairing.pairs());
        displacements.place(partner);
        return displacements;
    }

    private boolean hasNeighbour(int j, int partner, Block block) {
        for (int i : block.first()) {
            boolean near = true;
            for (int k = 0; k < 3 && near; k++) {
                double shift = first[3 * partner + k] - second[3 * pairing.anchor() + k];
                double d = second[3 * j + k] + shift - first[3 * i + k];
                near = Math.abs(d - Math.rint(d)) <= reach[k];
            }
            if (near) {
                return true;
            }
        }
        return false;
    }
}
