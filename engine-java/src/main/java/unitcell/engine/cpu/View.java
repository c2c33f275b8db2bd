package unitcell.engine.cpu;

import unitcell.engine.kernel.Matrix;

/**
 * A float32 matrix somewhere in native memory.
 *
 * <p>Memory convention: element (i, j) lies {@code 4 * (i * rowStride + j * columnStride)} bytes behind {@code address};
 * strides count elements, and one of them is 1.
 */
record View(long address, int rows, int columns, long rowStride, long columnStride) {
    View {
        if (rows < 0 || columns < 0 || rowStride != 1 && columnStride != 1) {
            throw new IllegalArgumentException(
                    "view " + rows + "x" + columns + " with strides " + rowStride + ", " + columnStride);
        }
    }

    /** Rows one behind the other, {@code stride} elements apart. */
    static View of(long address, long rows, long columns, long stride) {
        return new View(address, dimension(rows), dimension(columns), stride, 1);
    }

    /** The memory of a matrix argument. */
    static View of(String name, Matrix m) {
        long rowStride = m.transposed() ? 1 : m.stride();
        long columnStride = m.transposed() ? m.stride() : 1;
        return new View(Args.matrix(name, m), dimension(m.rows()), dimension(m.columns()), rowStride, columnStride);
    }

    private static int dimension(long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a matrix dimension of " + size + " is more than " + Integer.MAX_VALUE);
        }
        return (int) size;
    }

    View transpose() {
        return new View(address, columns, rows, columnStride, rowStride);
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive). */
    View rows(int from, int to) {
        return new View(at(from, 0), to - from, columns, rowStride, columnStride);
    }

    /** Columns {@code from} (inclusive) to {@code to} (exclusive). */
    View columns(int from, int to) {
        return new View(at(0, from), rows, to - from, rowStride, columnStride);
    }

    /** Address of element (i, j). */
    long at(long i, long j) {
        return address + 4 * (i * rowStride + j * columnStride);
    }

    /** Whether the elements of a row are neighbours in memory. */
    boolean rowMajor() {
        return columnStride == 1;
    }

    /** The elements' number. */
    long size() {
        return (long) rows * columns;
    }
}
