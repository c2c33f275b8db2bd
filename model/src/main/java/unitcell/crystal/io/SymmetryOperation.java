package unitcell.crystal.io;

import java.util.Arrays;
import unitcell.crystal.Crystal;

/**
 * A symmetry operation on fractional coordinates: {@code f -> rotation f + translation}.
 *
 * <p>Immutable. The rotation has integer entries and determinant +1 or -1; translations lie in [0, 1).
 */
public final class SymmetryOperation {
    /** The operation {@code x,y,z}. */
    public static final SymmetryOperation IDENTITY =
            new SymmetryOperation(new int[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, new double[3]);

    private final int[] rotation; // [3, 3] row-major, acts on a column of coordinates
    private final double[] translation; // [3]

    private SymmetryOperation(int[] rotation, double[] translation) {
        this.rotation = rotation;
        this.translation = translation;
    }

    /**
     * Reads an operation such as {@code -x+1/2, y, 0.25-z} or {@code x-y,x,z}. A fourth part {@code +1} or {@code -1}
     * (time reversal in magnetic CIF) is allowed and ignored, as positions do not feel it.
     *
     * @throws IllegalArgumentException saying what is wrong and in which column
     */
    public static SymmetryOperation parse(String text) {
        return new SymmetryOperationParser(text).parse();
    }

    static SymmetryOperation of(int[] rotation, double[] translation) {
        double[] wrapped = new double[3];
        for (int i = 0; i < 3; i++) {
            wrapped[i] = Crystal.wrap(translation[i]);
        }
        return new SymmetryOperation(rotation, wrapped);
    }

    static int determinant(int[] r) {
        return r[0] * (r[4] * r[8] - r[5] * r[7])
                - r[1] * (r[3] * r[8] - r[5] * r[6])
                + r[2] * (r[3] * r[7] - r[4] * r[6]);
    }

    /**
     * Applies the operation to a point.
     *
     * @param f three fractional coordinates
     * @return three coordinates, not wrapped
     */
    public double[] apply(double... f) {
        double[] out = new double[3];
        for (int i = 0; i < 3; i++) {
            out[i] = rotation[3 * i] * f[0] + rotation[3 * i + 1] * f[1] + rotation[3 * i + 2] * f[2] + translation[i];
        }
        return out;
    }

    /** This operation after another: {@code f -> this(first(f))}. */
    public SymmetryOperation after(SymmetryOperation first) {
        int[] product = new int[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 3; k++) {
                    product[3 * i + j] += rotation[3 * i + k] * first.rotation[3 * k + j];
                }
            }
        }
        return of(product, apply(first.translation));
    }

    /** True if the rotation is the identity. */
    public boolean isTranslation() {
        return Arrays.equals(rotation, IDENTITY.rotation);
    }

    /** True for {@code x,y,z}, translations compared modulo 1 within 1e-4. */
    public boolean isIdentity() {
        return isTranslation() && Arrays.equals(key(), IDENTITY.key());
    }

    /**
     * Rotation and translation in whole numbers (translation in units of 1/2400 of a cell, rounded), equal for
     * operations that differ by rounding ({@code 0.3333} and {@code 1/3}) or by whole cells only.
     */
    int[] key() {
        int[] key = Arrays.copyOf(rotation, 12);
        for (int i = 0; i < 3; i++) {
            key[9 + i] = (int) (Math.round(translation[i] * 2400) % 2400);
        }
        return key;
    }

    /** Written as in CIF, translations as decimals: {@code -x+0.5,y,-z}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            if (i > 0) {
                out.append(',');
            }
            int start = out.length();
            for (int j = 0; j < 3; j++) {
                int r = rotation[3 * i + j];
                if (r != 0) {
                    out.append(r < 0 ? "-" : out.length() > start ? "+" : "");
                    out.append(Math.abs(r) == 1 ? "" : Math.abs(r) + "*");
                    out.append("xyz".charAt(j));
                }
            }
            if (translation[i] != 0) {
                out.append('+').append(translation[i]);
            }
        }
        return out.toString();
    }
}
