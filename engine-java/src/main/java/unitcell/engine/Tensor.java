package unitcell.engine;

import java.util.Arrays;
import unitcell.engine.memory.Block;

/**
 * A dense, contiguous, row-major array over a {@link Block} of device memory.
 *
 * <p>Memory convention: a tensor never owns memory. It is a typed window onto a block that some
 * {@link unitcell.engine.memory.Scope} owns; views share the block. Using a tensor after its block was released throws
 * {@link IllegalStateException}. Sizes and offsets are 64-bit throughout.
 */
public final class Tensor {
    private final Block block;
    private final long byteOffset;
    private final DType dtype;
    private final long[] shape;
    private final long size;

    /**
     * A window of {@code shape} onto {@code block}, starting {@code byteOffset} bytes into it.
     *
     * @throws IllegalArgumentException if the window does not fit the block or a dimension is negative
     */
    public Tensor(Block block, long byteOffset, DType dtype, long... shape) {
        this.block = block;
        this.byteOffset = byteOffset;
        this.dtype = dtype;
        this.shape = shape.clone();
        this.size = sizeOf(shape);
        if (byteOffset < 0 || Math.addExact(byteOffset, Math.multiplyExact(size, dtype.bytes())) > block.bytes()) {
            throw new IllegalArgumentException("a " + dtype + " tensor of shape " + Arrays.toString(shape) + " at byte "
                    + byteOffset + " does not fit a block of " + block.bytes() + " bytes");
        }
    }

    /** Number of elements of a shape; the empty shape is a scalar with one element. */
    public static long sizeOf(long... shape) {
        long size = 1;
        for (long d : shape) {
            if (d < 0) {
                throw new IllegalArgumentException("negative dimension in shape " + Arrays.toString(shape));
            }
            size = Math.multiplyExact(size, d);
        }
        return size;
    }

    public DType dtype() {
        return dtype;
    }

    /** A copy of the dimensions, outermost first. */
    public long[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** Dimension {@code axis}; negative axes count from the innermost, as -1. */
    public long dim(int axis) {
        return shape[axis < 0 ? shape.length + axis : axis];
    }

    /** Number of elements. */
    public long size() {
        return size;
    }

    /** Number of bytes of the elements. */
    public long bytes() {
        return size * dtype.bytes();
    }

    /** The memory behind this tensor. */
    public Block block() {
        return block;
    }

    /** Device address of the first element. */
    public long address() {
        return block.address() + byteOffset;
    }

    /** The same elements under another shape of equal size. */
    public Tensor reshape(long... newShape) {
        if (sizeOf(newShape) != size) {
            throw new IllegalArgumentException(
                    "cannot view shape " + Arrays.toString(shape) + " as " + Arrays.toString(newShape));
        }
        return new Tensor(block, byteOffset, dtype, newShape);
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of the outermost dimension, as a view. */
    public Tensor rows(long from, long to) {
        if (shape.length == 0 || from < 0 || to < from || to > shape[0]) {
            throw new IndexOutOfBoundsException("rows " + from + ".." + to + " of shape " + Arrays.toString(shape));
        }
        long[] view = shape.clone();
        long rowSize = shape[0] == 0 ? 0 : size / shape[0];
        view[0] = to - from;
        return new Tensor(block, byteOffset + from * rowSize * dtype.bytes(), dtype, view);
    }

    /** Element {@code i} in row-major order as a double; host-accessible memory only. */
    public double get(long i) {
        return block.memory().read(address() + checked(i) * dtype.bytes(), dtype);
    }

    /** Sets element {@code i} in row-major order, rounded to the element type; host-accessible memory only. */
    public void set(long i, double value) {
        block.memory().write(address() + checked(i) * dtype.bytes(), dtype, value);
    }

    private long checked(long i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("element " + i + " of shape " + Arrays.toString(shape));
        }
        return i;
    }

    /** The value of a tensor with one element, from any device. */
    public double item() {
        if (size != 1) {
            throw new IllegalStateException("item() of shape " + Arrays.toString(shape));
        }
        return toDoubles()[0];
    }

    /** All elements as doubles, from any device. */
    public double[] toDoubles() {
        double[] out = new double[Math.toIntExact(size)];
        HostCopy.download(this, out);
        return out;
    }

    /** All elements as floats (float64 is rounded), from any device. */
    public float[] toFloats() {
        double[] wide = toDoubles();
        float[] out = new float[wide.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) wide[i];
        }
        return out;
    }

    /** All elements of an {@code I32} tensor, from any device. */
    public int[] toInts() {
        double[] wide = toDoubles();
        int[] out = new int[wide.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) wide[i];
        }
        return out;
    }

    /** Sets all elements, rounding to the element type; the array length must equal the size. */
    public Tensor copyFrom(double[] values) {
        HostCopy.upload(this, values);
        return this;
    }

    /** Sets all elements; the array length must equal the size. */
    public Tensor copyFrom(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return copyFrom(wide);
    }

    /** Sets all elements; the array length must equal the size. */
    public Tensor copyFrom(int[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return copyFrom(wide);
    }

    /** Copies the elements of a tensor of equal size, converting the type; both on one device. */
    public Tensor copyFrom(Tensor other) {
        if (other.size != size) {
            throw new IllegalArgumentException("cannot copy " + other + " into " + this);
        }
        if (other.dtype == dtype) {
            block.memory().copy(address(), other.address(), bytes());
        } else {
            copyFrom(other.toDoubles());
        }
        return this;
    }

    /** Sets every bit to zero. */
    public Tensor zero() {
        block.memory().fill(address(), bytes(), (byte) 0);
        return this;
    }

    /** Whether the shapes are equal. */
    public boolean sameShape(Tensor other) {
        return Arrays.equals(shape, other.shape);
    }

    @Override
    public String toString() {
        return dtype + Arrays.toString(shape);
    }
}
