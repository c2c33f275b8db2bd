package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/**
 * A strided matrix inside a tensor, as BLAS sees one: element (i, j) lies at {@code offset + i*stride + j}, or with i and
 * j exchanged where {@code transposed}.
 *
 * @param rows rows after transposition
 * @param columns columns after transposition
 * @param offset elements from the start of the tensor
 * @param stride elements from one stored row to the next
 */
public record Matrix(Tensor tensor, long offset, long rows, long columns, long stride, boolean transposed) {
    public Matrix {
        long storedRows = transposed ? columns : rows;
        long storedColumns = transposed ? rows : columns;
        if (rows < 0 || columns < 0 || offset < 0 || stride < storedColumns) {
            throw new IllegalArgumentException(
                    "matrix " + rows + "x" + columns + " at " + offset + " with row stride " + stride);
        }
        if (rows > 0 && columns > 0 && offset + (storedRows - 1) * stride + storedColumns > tensor.size()) {
            throw new IllegalArgumentException("matrix " + rows + "x" + columns + " at " + offset + " with row stride "
                    + stride + " leaves tensor " + tensor);
        }
    }

    /** A tensor seen as a matrix: its innermost dimension as columns, all others as rows. */
    public static Matrix of(Tensor tensor) {
        long columns = tensor.dim(-1);
        long rows = columns == 0 ? 0 : tensor.size() / columns;
        return new Matrix(tensor, 0, rows, columns, columns, false);
    }

    /** The same memory with rows and columns exchanged. */
    public Matrix transpose() {
        return new Matrix(tensor, offset, columns, rows, stride, !transposed);
    }
}
