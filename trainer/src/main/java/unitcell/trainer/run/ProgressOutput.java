package unitcell.trainer.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Where progress goes: on a terminal a bar with the time left, elsewhere (batch logs) one plain line every
 * {@link #LINE_INTERVAL}.
 *
 * @param out receives bars and lines
 * @param terminal whether somebody watches
 * @param nanoClock as {@code System::nanoTime}; only plain lines use it
 */
public record ProgressOutput(PrintStream out, boolean terminal, LongSupplier nanoClock) {
    /** Time between two plain lines. */
    public static final Duration LINE_INTERVAL = Duration.ofSeconds(30);

    /**
     * Standard error, so that progress never mixes with results on standard output.
     *
     * @param standardError {@code System.err}, which only the command line hands out
     */
    public static ProgressOutput on(PrintStream standardError) {
        return new ProgressOutput(standardError, isTerminal(2), System::nanoTime);
    }

    /**
     * Starts a display.
     *
     * @param task a word or two: "pretrain"
     * @param unit plural of what is counted: "steps"
     * @param first amount done before, on resuming; not counted for the time left
     * @param total amount at the end; negative if unknown
     */
    public Progress start(String task, String unit, long first, long total) {
        return terminal
                ? new BarProgress(out, task, unit, first, total)
                : new LineProgress(out, nanoClock, task, unit, first, total);
    }

    /** Whether a file descriptor (1 standard output, 2 standard error) is a terminal. */
    static boolean isTerminal(int descriptor) {
        try {
            // Java's own console object asks about input and output only, never about standard error.
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
            return target.startsWith("/dev/pts")
                    || target.toString().startsWith("/dev/tty")
                    || target.equals(Path.of("/dev/console"));
        } catch (IOException | UnsupportedOperationException e) {
            return false; // no such file system: plain lines suit every output
        }
    }

    /** "45 s", "12 min 5 s", "3 h 20 min". */
    static String text(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
}
