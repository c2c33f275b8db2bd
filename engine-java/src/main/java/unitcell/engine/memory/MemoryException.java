package unitcell.engine.memory;

/** A device could not provide memory, or memory was misused; the message says which, how much and where. */
public final class MemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean exhausted;

    /** Memory was misused. */
    public MemoryException(String message) {
        this(message, false, null);
    }

    private MemoryException(String message, boolean exhausted, Throwable cause) {
        super(message, cause);
        this.exhausted = exhausted;
    }

    /**
     * A device has not enough memory.
     *
     * @param message how much was asked for, and how much is free where that is known
     */
    public static MemoryException exhausted(String message) {
        return new MemoryException(message, true, null);
    }

    /** As {@link #exhausted(String)}, with the exception that said it first. */
    public static MemoryException exhausted(String message, Throwable cause) {
        return new MemoryException(message, true, cause);
    }

    /** Whether there was not enough memory: giving some back, or asking for less, may help. */
    public boolean isExhausted() {
        return exhausted;
    }
}
