package unitcell.engine.so3;

/**
 * The matrices J^l by which a rotation about x is turned into rotations about y: D^l(a, b, c) = X(a) J X(b) J X(c).
 *
 * <p>J^l is what the reflection (x, y, z) -> (-y, -x, z) does to the harmonics, {@code Y_l(S n) = J^l Y_l(n)}. It is
 * symmetric and its own inverse. Computed from the reflection by {@link WignerRecurrence}, so no data file is needed and
 * no degree is out of reach. Row-major [2l+1, 2l+1].
 */
public final class WignerJ {
    private static final double[] REFLECTION = {0, -1, 0, -1, 0, 0, 0, 0, 1};

    private WignerJ() {}

    /** J^0..J^L in the packed block layout of {@link WignerD}. */
    public static double[] blocks(int lmax) {
        double[] out = new double[WignerD.packedSize(lmax)];
        WignerD.fromRotation(REFLECTION, lmax, out);
        return out;
    }

    /** J^l alone, row-major [2l+1, 2l+1]. */
    public static double[] matrix(int l) {
        return WignerD.block(blocks(l), l);
    }
}
