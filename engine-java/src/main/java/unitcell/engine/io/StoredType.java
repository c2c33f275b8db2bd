package unitcell.engine.io;

/** Element types of the safetensors format that the project reads and writes, little endian; names as in the files. */
public enum StoredType {
    F64(8),
    F32(4),
    /** IEEE 754 binary16. */
    F16(2),
    /** The upper half of a binary32. */
    BF16(2),
    I64(8),
    I32(4),
    U8(1),
    /** One byte an element, 0 or 1. */
    BOOL(1);

    private final int bytes;

    StoredType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating-point numbers. */
    public boolean isFloating() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }
}
