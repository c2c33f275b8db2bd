package unitcell.crystal.io;

/**
 * Bad input: the one exception that reading files throws. Its message is a single line, {@code file:line:column: what
 * was found, what was expected}.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Finding finding;

    public InputException(Finding finding) {
        super(finding.toString());
        this.finding = finding;
    }

    public InputException(Finding finding, Throwable cause) {
        super(finding.toString(), cause);
        this.finding = finding;
    }

    /** What was found, by kind and place. */
    public Finding finding() {
        return finding;
    }

    static InputException of(Finding.Kind kind, Location where, String message) {
        return new InputException(new Finding(kind, where, message));
    }
}
