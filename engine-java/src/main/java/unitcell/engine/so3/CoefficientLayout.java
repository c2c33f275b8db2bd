package unitcell.engine.so3;

import java.util.Arrays;

/**
 * Where the coefficient (l, m) of a feature is stored, for maximum degree L and maximum order M (EquiformerV2 calls this
 * the coefficient mapping).
 *
 * <p>Three orders are in use. <em>Full</em>: all (L+1)^2 coefficients, degree-major, index {@code l*l + l + m}.
 * <em>Reduced</em>: the coefficients with |m| <= M, still degree-major; what remains of a feature once it is rotated
 * into an edge frame. <em>m-major</em>: the reduced ones regrouped for the SO(2) products, m = 0 for all l first, then
 * for m = 1..M all l of +m followed by all l of -m. Instances are immutable; array accessors return copies.
 */
public final class CoefficientLayout {
    private final int lmax;
    private final int mmax;
    private final int[] degrees; // [size]
    private final int[] orders; // [size]
    private final int[] fullIndices; // [size]
    private final int[] toM; // [size] m-major position -> reduced position
    private final int[] fromM; // [size] reduced position -> m-major position
    private final int[] degreeStarts; // [L+2] first reduced position of each degree
    private final int[] orderStarts; // [M+2] first m-major position of each |m|
    private final double[] rescale; // [size]

    /**
     * Lays out the coefficients of degrees 0..lmax and orders -mmax..mmax.
     *
     * @param lmax maximum degree L, at least 0
     * @param mmax maximum order M, in 0..lmax
     * @throws IllegalArgumentException if either is out of range
     */
    public CoefficientLayout(int lmax, int mmax) {
        Degrees.check(lmax);
        if (mmax < 0 || mmax > lmax) {
            throw new IllegalArgumentException(
                    "maximum order mmax is " + mmax + ", but must lie in 0..lmax = 0.." + lmax);
        }
        this.lmax = lmax;
        this.mmax = mmax;
        degreeStarts = new int[lmax + 2];
        for (int l = 0; l <= lmax; l++) {
            degreeStarts[l + 1] = degreeStarts[l] + 2 * Math.min(l, mmax) + 1;
        }
        int size = degreeStarts[lmax + 1];
        degrees = new int[size];
        orders = new int[size];
        fullIndices = new int[size];
        rescale = new double[size];
        for (int l = 0; l <= lmax; l++) {
            int top = Math.min(l, mmax);
            for (int m = -top; m <= top; m++) {
                int i = degreeStarts[l] + top + m;
                degrees[i] = l;
                orders[i] = m;
                fullIndices[i] = Degrees.index(l, m);
                rescale[i] = l > mmax ? Math.sqrt((2 * l + 1) / (2.0 * mmax + 1)) : 1;
            }
        }
        toM = new int[size];
        fromM = new int[size];
        orderStarts = new int[mmax + 2];
        int position = 0;
        for (int m = 0; m <= mmax; m++) {
            orderStarts[m] = position;
            for (int sign = 1; sign >= (m == 0 ? 1 : -1); sign -= 2) {
                for (int l = m; l <= lmax; l++) {
                    toM[position++] = reducedIndex(l, sign * m);
                }
            }
        }
        orderStarts[mmax + 1] = position;
        for (int p = 0; p < size; p++) {
            fromM[toM[p]] = p;
        }
    }

    /** Maximum degree L. */
    public int lmax() {
        return lmax;
    }

    /** Maximum order M. */
    public int mmax() {
        return mmax;
    }

    /** Number of reduced coefficients, sum over l of min(2l+1, 2M+1). */
    public int size() {
        return degrees.length;
    }

    /** Number of all coefficients, (L+1)^2. */
    public int fullSize() {
        return Degrees.count(lmax);
    }

    /** Degree l of each reduced coefficient, [size]. */
    public int[] degrees() {
        return degrees.clone();
    }

    /** Order m of each reduced coefficient, [size], in -M..M. */
    public int[] orders() {
        return orders.clone();
    }

    /** Full index of each reduced coefficient, [size], ascending (the reference's {@code coef_idx}). */
    public int[] fullIndices() {
        return fullIndices.clone();
    }

    /** Degree of each of the (L+1)^2 full coefficients. */
    public int[] fullDegrees() {
        return Degrees.degrees(lmax);
    }

    /**
     * Reduced position of (l, m).
     *
     * @param l degree, 0..L
     * @param m order, |m| <= min(l, M)
     * @throws IllegalArgumentException if the coefficient is not among the reduced ones
     */
    public int reducedIndex(int l, int m) {
        if (l < 0 || l > lmax || Math.abs(m) > Math.min(l, mmax)) {
            throw new IllegalArgumentException(
                    "coefficient (l=" + l + ", m=" + m + ") is outside the layout lmax=" + lmax + ", mmax=" + mmax);
        }
        return degreeStarts[l] + Math.min(l, mmax) + m;
    }

    /** First reduced position of degree l; {@code degreeStart(L + 1)} is {@link #size()}. */
    public int degreeStart(int l) {
        return degreeStarts[l];
    }

    /** Permutation from reduced to m-major order, [size]: {@code mMajor[p] = reduced[toM[p]]}. */
    public int[] toM() {
        return toM.clone();
    }

    /** Inverse permutation, [size]: {@code reduced[i] = mMajor[fromM[i]]}. */
    public int[] fromM() {
        return fromM.clone();
    }

    /** First m-major position of order |m|, where +m starts; -m starts {@link #mSize} later; M+1 gives the size. */
    public int mStart(int m) {
        return orderStarts[m];
    }

    /** Number of degrees that have order m, L - m + 1 (the reference's {@code m_size}). */
    public int mSize(int m) {
        if (m < 0 || m > mmax) {
            throw new IllegalArgumentException("order " + m + " is outside 0.." + mmax);
        }
        return lmax - m + 1;
    }

    /**
     * Factor of each reduced coefficient when a truncated feature is rotated back, [size]: sqrt((2l+1)/(2M+1)) for
     * l > M, otherwise 1. It makes up on average for the orders that were dropped.
     */
    public double[] rescale() {
        return rescale.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CoefficientLayout o && o.lmax == lmax && o.mmax == mmax;
    }

    @Override
    public int hashCode() {
        return 31 * lmax + mmax;
    }

    @Override
    public String toString() {
        return "CoefficientLayout[lmax=" + lmax + ", mmax=" + mmax + ", orders=" + Arrays.toString(orders) + "]";
    }
}
