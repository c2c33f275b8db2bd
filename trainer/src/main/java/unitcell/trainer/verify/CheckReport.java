package unitcell.trainer.verify;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects checks, printing each as it comes, and sums up. */
public final class CheckReport {
    private final PrintStream out;
    private final List<Check> checks = new ArrayList<>();
    private String subject = "";

    public CheckReport(PrintStream out) {
        this.out = out;
    }

    /** Adds a check and prints its row. */
    public void add(Check check) {
        checks.add(check);
        if (!check.subject().equals(subject)) {
            subject = check.subject();
            out.println(subject);
        }
        out.printf(
                Locale.ROOT,
                "  %-34s %-18s error %9.2e  bound %8.1e  %s%n",
                check.quantity(),
                check.implementation(),
                check.error(),
                check.bound(),
                check.passed() ? "ok" : "FAILED");
    }

    /** Everything added so far. */
    public List<Check> checks() {
        return List.copyOf(checks);
    }

    /** Number of failed checks. */
    public int failed() {
        return (int) checks.stream().filter(c -> !c.passed()).count();
    }

    /** Prints the closing line and returns the exit code: 0, or 1 if a check failed or there was none. */
    public int close() {
        int failed = failed();
        out.printf(Locale.ROOT, "%d passed, %d failed%n", checks.size() - failed, failed);
        return failed == 0 && !checks.isEmpty() ? 0 : 1;
    }
}
