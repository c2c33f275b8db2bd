package unitcell.engine.cpu;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Sink;

/**
 * The door between tensors and raw addresses: every kernel turns its arguments into addresses here, once per call, so that
 * a wrong type or size ends in an exception and never in a wild access.
 */
final class Args {
    private Args() {}

    /**
     * Address of a float32 tensor.
     *
     * @param size the number of elements that the kernel will touch
     * @throws IllegalArgumentException if the tensor has another type or size
     */
    static long floats(String name, Tensor tensor, long size) {
        return address(name, tensor, DType.F32, size);
    }

    /** As {@link #floats}, or 0 for null. */
    static long optional(String name, Tensor tensor, long size) {
        return tensor == null ? 0 : floats(name, tensor, size);
    }

    /** Address of a sink's tensor, or 0 for a gradient that is not wanted. */
    static long sink(String name, Sink sink, long size) {
        return sink == null ? 0 : floats(name, sink.tensor(), size);
    }

    /** Whether a sink adds to what is there. */
    static boolean adds(Sink sink) {
        return sink != null && sink.add();
    }

    /** Address of an {@code I32} tensor. */
    static long ints(String name, Tensor tensor, long size) {
        return address(name, tensor, DType.I32, size);
    }

    /** Address of the first of some columns of a [rows, width] tensor. */
    static long columns(String name, Columns columns, long rows, long count) {
        if (columns.count() != count) {
            throw new IllegalArgumentException(
                    name + " has " + columns.count() + " columns; expected " + count + " of " + columns.tensor());
        }
        return floats(name, columns.tensor(), rows * columns.stride()) + 4L * columns.from();
    }

    /** Address of a matrix's first element. */
    static long matrix(String name, Matrix matrix) {
        return floats(name, matrix.tensor(), matrix.tensor().size()) + 4 * matrix.offset();
    }

    /** Fails unless two dimensions agree. */
    static void same(String what, long found, long expected) {
        if (found != expected) {
            throw new IllegalArgumentException(what + " is " + found + "; expected " + expected);
        }
    }

    private static long address(String name, Tensor tensor, DType dtype, long size) {
        if (tensor.dtype() != dtype || tensor.size() != size) {
            throw new IllegalArgumentException(
                    name + " is " + tensor + "; expected " + size + " elements of type " + dtype);
        }
        if (Lanes.CHECKED) {
            Ranges.allow(tensor.address(), tensor.bytes());
        }
        return tensor.address();
    }
}
