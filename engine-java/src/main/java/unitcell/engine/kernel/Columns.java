package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/**
 * A range of columns of a [rows, width] tensor, read or written in place.
 *
 * @param tensor [rows, width]
 * @param from first column
 * @param count number of columns
 */
public record Columns(Tensor tensor, int from, int count) {
    public Columns {
        if (tensor.rank() != 2 || from < 0 || count < 0 || from + count > tensor.dim(1)) {
            throw new IllegalArgumentException("columns " + from + "+" + count + " of " + tensor);
        }
    }

    /** All columns of a matrix. */
    public static Columns of(Tensor tensor) {
        return new Columns(tensor, 0, (int) tensor.dim(1));
    }

    /** Elements from one row to the next. */
    public long stride() {
        return tensor.dim(1);
    }
}
