package unitcell.engine.memory;

/** A device could not provide memory, or memory was misused; the message says which, how much and where. */
public final class MemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MemoryException(String message) {
        super(message);
    }
}
