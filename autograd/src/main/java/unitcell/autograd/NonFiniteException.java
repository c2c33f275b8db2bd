package unitcell.autograd;

/** Anomaly mode found a value that is not finite; names the first operation that made one. */
public final class NonFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NonFiniteException(String message) {
        super(message);
    }
}
