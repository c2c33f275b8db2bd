package unitcell.engine;

/** A device cannot be used, or stopped working; the message says which, why, and what to do. Exit code 4. */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
