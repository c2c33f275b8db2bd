package unitcell.crystal;

import java.util.Arrays;
import java.util.Locale;

/**
 * A three-dimensional lattice: the rows of a 3x3 matrix are the lattice vectors a, b, c in angstrom.
 *
 * <p>Immutable. Matrices are row-major {@code double[9]}: {@code matrix[3 * row + column]}. A lattice built from cell
 * parameters remembers them exactly, so that they can be written and read again without loss; a lattice built from a
 * matrix derives them. Left-handed bases are allowed; {@link #volume} is always positive.
 */
public final class Lattice {
    private final double[] matrix; // [3, 3] rows are vectors
    private final double[] inverse; // [3, 3]
    private final double determinant;
    private final double[] parameters; // a b c (angstrom) alpha beta gamma (degrees)

    private Lattice(double[] matrix, double[] parameters) {
        this.matrix = matrix;
        this.determinant = determinant(matrix);
        if (!(Math.abs(determinant) > 0) || !Double.isFinite(determinant)) {
            throw new IllegalArgumentException("lattice vectors must be finite and span a volume, but the matrix "
                    + Arrays.toString(matrix) + " has determinant " + determinant);
        }
        this.inverse = invert(matrix, determinant);
        this.parameters = parameters == null ? parametersOf(matrix) : parameters;
    }

    /**
     * The lattice whose vectors are the rows of a matrix.
     *
     * @param rows nine numbers in angstrom, row-major; copied
     * @throws IllegalArgumentException if they are not nine finite numbers spanning a volume
     */
    public static Lattice ofRows(double... rows) {
        if (rows.length != 9) {
            throw new IllegalArgumentException("a lattice matrix has 9 numbers, not " + rows.length);
        }
        return new Lattice(rows.clone(), null);
    }

    /**
     * The lattice of given cell parameters, oriented as pymatgen orients it: c along +z, a in the xz plane with a
     * positive x component, b with a positive y component.
     *
     * @param a length in angstrom, positive
     * @param b length in angstrom, positive
     * @param c length in angstrom, positive
     * @param alpha angle between b and c in degrees, in (0, 180)
     * @param beta angle between a and c in degrees, in (0, 180)
     * @param gamma angle between a and b in degrees, in (0, 180)
     * @throws IllegalArgumentException if a parameter is out of range or three such angles cannot meet in a corner
     */
    public static Lattice ofParameters(double a, double b, double c, double alpha, double beta, double gamma) {
        double[] parameters = {a, b, c, alpha, beta, gamma};
        for (int i = 0; i < 6; i++) {
            double value = parameters[i];
            boolean good = value > 0 && (i < 3 ? Double.isFinite(value) : value < 180);
            if (!good) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "cell %s is %s, expected %s",
                        PARAMETER_NAMES[i],
                        value,
                        i < 3 ? "a positive length in angstrom" : "an angle in (0, 180) degrees"));
            }
        }
        double sinAlpha = Math.sin(Math.toRadians(alpha));
        double sinBeta = Math.sin(Math.toRadians(beta));
        double cosAlpha = cosDegrees(alpha);
        double cosBeta = cosDegrees(beta);
        double cosGamma = cosDegrees(gamma);
        // Cosine of gamma*, the angle between a* and b*: pi - gamma* is the angle between the projections of a and b
        // on the plane normal to c.
        double cosStar = (cosAlpha * cosBeta - cosGamma) / (sinAlpha * sinBeta);
        if (!(Math.abs(cosStar) < 1)) {
            throw new IllegalArgumentException("cell angles " + alpha + ", " + beta + ", " + gamma
                    + " degrees cannot meet in a corner: the cell is flat or impossible");
        }
        double sinStar = Math.sqrt((1 - cosStar) * (1 + cosStar));
        double[] rows = {
            a * sinBeta, 0, a * cosBeta, -b * sinAlpha * cosStar, b * sinAlpha * sinStar, b * cosAlpha, 0, 0, c
        };
        return new Lattice(rows, parameters);
    }

    // Right and hexagonal angles are exact, so that such cells have exact zeros and halves.
    private static double cosDegrees(double angle) {
        if (angle == 90) {
            return 0;
        }
        if (angle == 60) {
            return 0.5;
        }
        return angle == 120 ? -0.5 : Math.cos(Math.toRadians(angle));
    }

    /** A cubic lattice with edge {@code a} in angstrom. */
    public static Lattice cubic(double a) {
        return ofParameters(a, a, a, 90, 90, 90);
    }

    static final String[] PARAMETER_NAMES = {
        "length a", "length b", "length c", "angle alpha", "angle beta", "angle gamma"
    };

    /** The nine matrix entries, row-major, rows are lattice vectors; a copy. */
    public double[] matrix() {
        return matrix.clone();
    }

    /** Component {@code column} (0 x, 1 y, 2 z) of lattice vector {@code row} (0 a, 1 b, 2 c) in angstrom. */
    public double get(int row, int column) {
        return matrix[3 * row + column];
    }

    /** The inverse matrix in 1/angstrom, row-major: {@code frac = cart @ inverse}; a copy. */
    public double[] inverse() {
        return inverse.clone();
    }

    /** Cell volume in cubic angstrom, positive. */
    public double volume() {
        return Math.abs(determinant);
    }

    /** Signed determinant of the matrix in cubic angstrom; negative for a left-handed basis. */
    public double determinant() {
        return determinant;
    }

    /** The cell parameters a, b, c in angstrom and alpha, beta, gamma in degrees; a copy. */
    public double[] parameters() {
        return parameters.clone();
    }

    /** Length of lattice vector 0 (a), 1 (b) or 2 (c) in angstrom. */
    public double length(int axis) {
        return parameters[axis];
    }

    /** Angle 0 (alpha), 1 (beta) or 2 (gamma) in degrees. */
    public double angle(int axis) {
        return parameters[3 + axis];
    }

    /** Distance in angstrom between the two cell faces that vector {@code axis} connects: volume over face area. */
    public double height(int axis) {
        // Column `axis` of the inverse is the reciprocal vector, whose length is 1 / height.
        double x = inverse[axis];
        double y = inverse[3 + axis];
        double z = inverse[6 + axis];
        return 1 / Math.sqrt(x * x + y * y + z * z);
    }

    /**
     * Fractional to Cartesian coordinates.
     *
     * @param frac [n, 3]
     * @return [n, 3] in angstrom, newly allocated
     */
    public double[] toCartesian(double[] frac) {
        return multiply(frac, matrix);
    }

    /**
     * Cartesian to fractional coordinates, not wrapped.
     *
     * @param cartesian [n, 3] in angstrom
     * @return [n, 3], newly allocated
     */
    public double[] toFractional(double[] cartesian) {
        return multiply(cartesian, inverse);
    }

    // rows @ m, both row-major, rows [n, 3], m [3, 3]
    static double[] multiply(double[] rows, double[] m) {
        if (rows.length % 3 != 0) {
            throw new IllegalArgumentException("coordinates come in threes, but there are " + rows.length + " numbers");
        }
        double[] out = new double[rows.length];
        for (int i = 0; i < rows.length; i += 3) {
            double x = rows[i];
            double y = rows[i + 1];
            double z = rows[i + 2];
            out[i] = x * m[0] + y * m[3] + z * m[6];
            out[i + 1] = x * m[1] + y * m[4] + z * m[7];
            out[i + 2] = x * m[2] + y * m[5] + z * m[8];
        }
        return out;
    }

    static double determinant(double[] m) {
        return m[0] * (m[4] * m[8] - m[5] * m[7])
                - m[1] * (m[3] * m[8] - m[5] * m[6])
                + m[2] * (m[3] * m[7] - m[4] * m[6]);
    }

    private static double[] invert(double[] m, double det) {
        return new double[] {
            (m[4] * m[8] - m[5] * m[7]) / det, (m[2] * m[7] - m[1] * m[8]) / det, (m[1] * m[5] - m[2] * m[4]) / det,
            (m[5] * m[6] - m[3] * m[8]) / det, (m[0] * m[8] - m[2] * m[6]) / det, (m[2] * m[3] - m[0] * m[5]) / det,
            (m[3] * m[7] - m[4] * m[6]) / det, (m[1] * m[6] - m[0] * m[7]) / det, (m[0] * m[4] - m[1] * m[3]) / det
        };
    }

    private static double[] parametersOf(double[] m) {
        double[] p = new double[6];
        for (int i = 0; i < 3; i++) {
            p[i] = Math.sqrt(dot(m, i, i));
        }
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3;
            int k = (i + 2) % 3;
            double cosine = dot(m, j, k) / (p[j] * p[k]);
            p[3 + i] = Math.toDegrees(Math.acos(Math.clamp(cosine, -1.0, 1.0)));
        }
        return p;
    }

    private static double dot(double[] m, int i, int j) {
        return m[3 * i] * m[3 * j] + m[3 * i + 1] * m[3 * j + 1] + m[3 * i + 2] * m[3 * j + 2];
    }

    /** Equal if and only if all nine matrix entries are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Lattice that && Arrays.equals(matrix, that.matrix);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(matrix);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Lattice(a=%.6g b=%.6g c=%.6g alpha=%.6g beta=%.6g gamma=%.6g volume=%.6g)",
                parameters[0],
                parameters[1],
                parameters[2],
                parameters[3],
                parameters[4],
                parameters[5],
                volume());
    }
}
