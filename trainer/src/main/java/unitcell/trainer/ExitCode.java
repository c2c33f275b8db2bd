package unitcell.trainer;

/** How a command ends, for scripts and job schedulers. Every exit status of the program is one of these. */
public enum ExitCode {
    OK(0, "success"),
    FAILED(1, "the command ran and its checks failed"),
    USAGE(2, "a wrong command, option or value"),
    INPUT(3, "a file is missing, damaged or refused, or cannot be written"),
    DEVICE(4, "a device cannot be used or memory does not suffice"),
    NON_FINITE(5, "training stopped: loss or gradients were not finite"),
    INTERNAL(70, "a defect of the program; run again with --debug"),
    STOPPED(75, "stopped by a signal after writing a checkpoint; run again to resume");

    private final int status;
    private final String meaning;

    ExitCode(int status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    /** The process's exit status, 0..255. */
    public int status() {
        return status;
    }

    /** One line for help texts. */
    public String meaning() {
        return meaning;
    }
}
