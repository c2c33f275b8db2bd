package unitcell.engine.kernel;

/**
 * Which spherical coefficients an edge tensor holds and in which order: |m| &lt;= M of degrees 0..L, m-major ("packed by
 * m", EquiformerV2's to-m order): m=0 with l=0..L, then for each m &gt; 0 all l &gt;= m of +m, then all l &gt;= m of -m.
 *
 * @param lmax L, the highest degree
 * @param mmax M &lt;= L, the highest order kept
 * @param rescaleMmax the mmax used for the rescale factor sqrt((2l+1)/(2 mmax+1)), l &gt; mmax, of the rotation back; equal
 *     to {@code mmax} except for the edge-degree embedding, which holds m=0 only but rescales for the network's mmax
 * @param radialPerDegree true: radial weights are shared over m (one slot for each l, EquiformerV2's use_m_share_rad);
 *     false: one slot for each (|m|, l)
 */
public record SphericalLayout(int lmax, int mmax, int rescaleMmax, boolean radialPerDegree) {
    public SphericalLayout {
        if (lmax < 0 || mmax < 0 || mmax > lmax || rescaleMmax < mmax || rescaleMmax > lmax) {
            throw new IllegalArgumentException("layout lmax " + lmax + ", mmax " + mmax + ", rescale " + rescaleMmax);
        }
    }

    /** The usual layout of a network: rescaled for its own mmax, radial weights for each (|m|, l). */
    public static SphericalLayout of(int lmax, int mmax) {
        return new SphericalLayout(lmax, mmax, mmax, false);
    }

    /** S = (L+1)^2, coefficients of a node tensor. */
    public int coefficients() {
        return (lmax + 1) * (lmax + 1);
    }

    /** R, coefficients of an edge tensor. */
    public int reduced() {
        int count = lmax + 1;
        for (int m = 1; m <= mmax; m++) {
            count += 2 * (lmax - m + 1);
        }
        return count;
    }

    /** Numbers in one edge's packed block-diagonal Wigner matrix: sum of (2l+1)^2. */
    public int wignerSize() {
        return (lmax + 1) * (2 * lmax + 1) * (2 * lmax + 3) / 3;
    }

    /** Offset of degree l's block, stored row-major, in a packed Wigner matrix. */
    public static int wignerOffset(int l) {
        return l * (2 * l - 1) * (2 * l + 1) / 3;
    }

    /** First packed row of order +m ({@code negative} false) or -m (true); rows run over l = |m|..L. */
    public int orderStart(int m, boolean negative) {
        if (m == 0) {
            return 0;
        }
        int start = lmax + 1;
        for (int k = 1; k < m; k++) {
            start += 2 * (lmax - k + 1);
        }
        return negative ? start + (lmax - m + 1) : start;
    }

    /** Degree l of each packed row. */
    public int[] degrees() {
        int[] out = new int[reduced()];
        fill(out, null);
        return out;
    }

    /** Signed order m of each packed row. */
    public int[] orders() {
        int[] out = new int[reduced()];
        fill(null, out);
        return out;
    }

    private void fill(int[] degrees, int[] orders) {
        int row = 0;
        for (int m = 0; m <= mmax; m++) {
            for (int sign = 1; sign >= (m == 0 ? 1 : -1); sign -= 2) {
                for (int l = m; l <= lmax; l++, row++) {
                    if (degrees != null) {
                        degrees[row] = l;
                    }
                    if (orders != null) {
                        orders[row] = sign * m;
                    }
                }
            }
        }
    }

    /** Index l*l + l + m in a node tensor of each packed row. */
    public int[] nodeRows() {
        int[] l = degrees();
        int[] m = orders();
        int[] out = new int[l.length];
        for (int r = 0; r < out.length; r++) {
            out[r] = l[r] * l[r] + l[r] + m[r];
        }
        return out;
    }

    /** Number of radial slots: L+1, or one for each (|m|, l). */
    public int radialSlots() {
        if (radialPerDegree) {
            return lmax + 1;
        }
        int count = 0;
        for (int m = 0; m <= mmax; m++) {
            count += lmax - m + 1;
        }
        return count;
    }

    /** Radial slot of each packed row; +m and -m share one. */
    public int[] radialSlot() {
        int[] l = degrees();
        int[] m = orders();
        int[] out = new int[l.length];
        for (int r = 0; r < out.length; r++) {
            int slot = l[r];
            if (!radialPerDegree) {
                int order = Math.abs(m[r]);
                slot = l[r] - order;
                for (int k = 0; k < order; k++) {
                    slot += lmax - k + 1;
                }
            }
            out[r] = slot;
        }
        return out;
    }

    /** Factor sqrt((2l+1)/(2 rescaleMmax+1)) for l &gt; rescaleMmax, 1 otherwise, of each degree 0..L. */
    public double[] rescale() {
        double[] out = new double[lmax + 1];
        for (int l = 0; l <= lmax; l++) {
            out[l] = l > rescaleMmax ? Math.sqrt((2 * l + 1.0) / (2 * rescaleMmax + 1.0)) : 1;
        }
        return out;
    }
}
