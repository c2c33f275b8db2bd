package unitcell.trainer;

/**
 * An expected failure: the message is one line that says what was found, where, what was expected and what to do; the
 * program prints it and ends with {@link #exitCode()}. Failures of readers, devices and memory have exceptions of their
 * own in the modules below.
 */
public final class TrainerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    private TrainerException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** A wrong command, option or value, or options that contradict each other. */
    public static TrainerException usage(String message) {
        return new TrainerException(ExitCode.USAGE, message, null);
    }

    /** Input that cannot be used for what was asked. */
    public static TrainerException input(String message) {
        return new TrainerException(ExitCode.INPUT, message, null);
    }

    /** As {@link #input(String)}, with the exception that revealed it. */
    public static TrainerException input(String message, Throwable cause) {
        return new TrainerException(ExitCode.INPUT, message, cause);
    }

    /** Memory or a device does not suffice for what was asked. */
    public static TrainerException device(String message, Throwable cause) {
        return new TrainerException(ExitCode.DEVICE, message, cause);
    }

    /** Training must stop because loss or gradients were not finite. */
    public static TrainerException nonFinite(String message) {
        return new TrainerException(ExitCode.NON_FINITE, message, null);
    }

    /** How the program ends. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
