package unitcell.engine.scalar;

/**
 * Products of small row-major matrices at offsets into arrays. All of them add to their result, and sum in ascending order
 * of the contracted index.
 */
final class Products {
    private Products() {}

    /** y[o] += factor * sum_i w[o, i] x[i], for w [rows, columns]. */
    static void addMatrixVector(
            double factor, double[] w, int wAt, int rows, int columns, double[] x, int xAt, double[] y, int yAt) {
        for (int o = 0; o < rows; o++) {
            double sum = 0;
            int row = wAt + o * columns;
            for (int i = 0; i < columns; i++) {
                sum += w[row + i] * x[xAt + i];
            }
            y[yAt + o] += factor * sum;
        }
    }

    /** x[i] += factor * sum_o w[o, i] y[o], for w [rows, columns]. */
    static void addTransposedVector(
            double factor, double[] w, int wAt, int rows, int columns, double[] y, int yAt, double[] x, int xAt) {
        for (int o = 0; o < rows; o++) {
            double scaled = factor * y[yAt + o];
            int row = wAt + o * columns;
            for (int i = 0; i < columns; i++) {
                x[xAt + i] += scaled * w[row + i];
            }
        }
    }

    /** w[o, i] += factor * y[o] x[i], for w [rows, columns]. */
    static void addOuter(
            double factor, double[] y, int yAt, int rows, double[] x, int xAt, int columns, double[] w, int wAt) {
        for (int o = 0; o < rows; o++) {
            double scaled = factor * y[yAt + o];
            int row = wAt + o * columns;
            for (int i = 0; i < columns; i++) {
                w[row + i] += scaled * x[xAt + i];
            }
        }
    }

    /** y[r, :] += sum_k a[r, k] x[k, :], for a [rows, columns], x [columns, width], y [rows, width]. */
    static void addMatrix(
            double[] a, int aAt, int rows, int columns, double[] x, int xAt, int width, double[] y, int yAt) {
        for (int r = 0; r < rows; r++) {
            int to = yAt + r * width;
            for (int k = 0; k < columns; k++) {
                double factor = a[aAt + r * columns + k];
                int from = xAt + k * width;
                for (int c = 0; c < width; c++) {
                    y[to + c] += factor * x[from + c];
                }
            }
        }
    }

    /** y[k, :] += sum_r a[r, k] x[r, :], for a [rows, columns], x [rows, width], y [columns, width]. */
    static void addTransposed(
            double[] a, int aAt, int rows, int columns, double[] x, int xAt, int width, double[] y, int yAt) {
        for (int r = 0; r < rows; r++) {
            int from = xAt + r * width;
            for (int k = 0; k < columns; k++) {
                double factor = a[aAt + r * columns + k];
                int to = yAt + k * width;
                for (int c = 0; c < width; c++) {
                    y[to + c] += factor * x[from + c];
                }
            }
        }
    }
}
