package unitcell.engine.kernel;

import java.util.Arrays;
import unitcell.engine.DType;
import unitcell.engine.Tensor;

/**
 * Checks the arguments of one kernel call. A fault ends in an {@link IllegalArgumentException} of one line that names the
 * kernel, the argument, what was found and what was expected, before any element is touched:
 * {@code linear: w is F64[3, 4]; expected F64[3, 5]}.
 *
 * <p>Memory convention: holds nothing but the kernel's name and the element type that all floating tensors of the call
 * share. Only shapes and types are looked at, so that the checks suit tensors of any device.
 */
public final class Shapes {
    /** A dimension that may have any size. */
    public static final long ANY = -1;

    private final String kernel;
    private final DType dtype;

    private Shapes(String kernel, DType dtype) {
        this.kernel = kernel;
        this.dtype = dtype;
    }

    /**
     * Checks for one call of {@code kernel}, starting with its first floating tensor, which must have the given shape and
     * whose element type all others must have.
     */
    public static Shapes of(String kernel, String name, Tensor first, long... expected) {
        DType dtype = first != null && first.dtype() == DType.F32 ? DType.F32 : DType.F64;
        return new Shapes(kernel, dtype).tensor(name, first, expected);
    }

    /** As {@link #of}, for a tensor of any shape. */
    public static Shapes ofAny(String kernel, String name, Tensor first) {
        if (first == null || !first.dtype().isFloating()) {
            throw new IllegalArgumentException(kernel + ": " + name + " is " + first + "; expected a floating tensor");
        }
        return new Shapes(kernel, first.dtype());
    }

    /** A floating tensor of the given shape. */
    public Shapes tensor(String name, Tensor tensor, long... expected) {
        return checked(name, tensor, dtype, expected);
    }

    /** A floating tensor of the given shape, or null. */
    public Shapes optional(String name, Tensor tensor, long... expected) {
        return tensor == null ? this : tensor(name, tensor, expected);
    }

    /** A gradient of the given shape, or null where it is not wanted. */
    public Shapes sink(String name, Sink sink, long... expected) {
        return sink == null ? this : tensor(name, sink.tensor(), expected);
    }

    /** An {@code I32} tensor of the given shape. */
    public Shapes indices(String name, Tensor tensor, long... expected) {
        return checked(name, tensor, DType.I32, expected);
    }

    /** A floating tensor of the same shape as another one. */
    public Shapes same(String name, Tensor tensor, Tensor as) {
        if (tensor == null || tensor.dtype() != dtype || !tensor.sameShape(as)) {
            throw fault(name, tensor, as.toString());
        }
        return this;
    }

    /** A gradient of the same shape as a tensor, or null where it is not wanted. */
    public Shapes same(String name, Sink sink, Tensor as) {
        return sink == null ? this : same(name, sink.tensor(), as);
    }

    /** A floating tensor with a single element. */
    public Shapes single(String name, Tensor tensor) {
        if (tensor == null || tensor.dtype() != dtype || tensor.size() != 1) {
            throw fault(name, tensor, dtype + "[1]");
        }
        return this;
    }

    /** Some columns of a floating [rows, width] tensor. */
    public Shapes columns(String name, Columns columns, long rows, long count) {
        if (columns == null
                || columns.tensor().dtype() != dtype
                || columns.tensor().dim(0) != rows
                || columns.count() != count) {
            throw fault(name, columns, count + " columns of " + dtype + "[" + rows + ", *]");
        }
        return this;
    }

    /** A floating matrix of the given size. */
    public Shapes matrix(String name, Matrix matrix, long rows, long columns) {
        if (matrix == null
                || matrix.tensor().dtype() != dtype
                || matrix.rows() != rows
                || matrix.columns() != columns) {
            throw fault(name, matrix, rows + " rows and " + columns + " columns of " + dtype);
        }
        return this;
    }

    /** The shapes of an edge index; its contents are not looked at. */
    public Shapes edges(EdgeIndex edges) {
        if (edges == null) {
            throw fault("edges", null, "an edge index");
        }
        return indices("edges.source", edges.source(), edges.edges())
                .indices("edges.target", edges.target(), edges.edges())
                .indices("edges.targetStart", edges.targetStart(), edges.nodes() + 1L)
                .indices("edges.sourceStart", edges.sourceStart(), edges.nodes() + 1L)
                .indices("edges.sourceEdge", edges.sourceEdge(), edges.edges());
    }

    /** Any other condition on an argument. */
    public Shapes that(boolean holds, String name, Object found, String expected) {
        if (!holds) {
            throw fault(name, found, expected);
        }
        return this;
    }

    /** An index in 0..limit-1, found at position {@code at} of an argument. */
    public int index(String name, long at, int value, long limit) {
        if (value < 0 || value >= limit) {
            throw fault(name + "[" + at + "]", value, "0 to " + (limit - 1));
        }
        return value;
    }

    private Shapes checked(String name, Tensor tensor, DType type, long... expected) {
        if (tensor == null || tensor.dtype() != type || !fits(tensor, expected)) {
            throw fault(name, tensor, type + Arrays.toString(expected).replace("-1", "*"));
        }
        return this;
    }

    private static boolean fits(Tensor tensor, long... expected) {
        if (tensor.rank() != expected.length) {
            return false;
        }
        for (int axis = 0; axis < expected.length; axis++) {
            if (expected[axis] != ANY && expected[axis] != tensor.dim(axis)) {
                return false;
            }
        }
        return true;
    }

    private IllegalArgumentException fault(String name, Object found, String expected) {
        return new IllegalArgumentException(kernel + ": " + name + " is " + found + "; expected " + expected);
    }
}
