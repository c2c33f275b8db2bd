package unitcell.trainer.gan;

/** One-sided Jacobi rotations: slow, and independent of power iterations. */
final class SingularValues {
    private SingularValues() {}

    /** The largest singular value of a row-major matrix that begins at {@code from}. */
    static double largest(double[] values, int from, int rows, int columns) {
        double[][] a = new double[columns][rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                a[j][i] = values[from + i * columns + j];
            }
        }
        for (int sweep = 0; sweep < 60; sweep++) {
            for (int p = 0; p < columns; p++) {
                for (int q = p + 1; q < columns; q++) {
                    rotate(a[p], a[q]);
                }
            }
        }
        double largest = 0;
        for (double[] column : a) {
            largest = Math.max(largest, Math.sqrt(dot(column, column)));
        }
        return largest;
    }

    private static void rotate(double[] x, double[] y) {
        double xy = dot(x, y);
        if (Math.abs(xy) < 1e-300) {
            return;
        }
        double zeta = (dot(y, y) - dot(x, x)) / (2 * xy);
        double t = Math.signum(zeta) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        t = zeta == 0 ? 1 : t;
        double c = 1 / Math.sqrt(1 + t * t);
        double s = c * t;
        for (int i = 0; i < x.length; i++) {
            double old = x[i];
            x[i] = c * old - s * y[i];
            y[i] = s * old + c * y[i];
        }
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
