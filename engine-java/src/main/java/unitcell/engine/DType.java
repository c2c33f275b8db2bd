package unitcell.engine;

/** Element type of a {@link Tensor}. Floating types carry values, {@code I32} carries indices and species. */
public enum DType {
    F32(4),
    F64(8),
    I32(4);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are real numbers. */
    public boolean isFloating() {
        return this != I32;
    }
}
