package unitcell.trainer;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Where a command speaks: results and progress to standard output, warnings and errors to standard error, one line
 * each. Safe to use from several threads; lines are never mixed.
 */
public final class Console {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    /**
     * @param terminal whether a person watches {@code out}, so that a line may be redrawn
     */
    public Console(PrintStream out, PrintStream err, boolean terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    /** Standard output, for what draws by itself. */
    public PrintStream out() {
        return out;
    }

    /** Standard error, for what draws by itself. */
    public PrintStream err() {
        return err;
    }

    /** Whether a person watches standard output; otherwise print plain lines, seldom. */
    public boolean terminal() {
        return terminal;
    }

    /** Prints a line as it is. */
    public void line(String text) {
        out.println(text);
    }

    /** Prints a formatted line; numbers always have a decimal point. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one method
    public void print(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }

    /** Tells of something that does not stop the command. */
    public void warn(String message) {
        err.println("unitcell: warning: " + oneLine(message));
    }

    /** Prints rows under a header, in aligned columns: numbers to the right, everything else to the left. */
    public void table(List<String> header, List<? extends List<String>> rows) {
        out.print(TextTable.render(header, rows));
        out.flush();
    }

    /** Text without line breaks and control characters, so that a message stays one line. */
    public static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?").strip();
    }
}
