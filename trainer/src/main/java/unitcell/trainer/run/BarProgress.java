package unitcell.trainer.run;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The bar of a terminal, redrawn by the library's own thread, with the time left and the rate. */
final class BarProgress implements Progress {
    private static final int REFRESH_MILLIS = 250;
    private static final String CLEAR_LINE = "\r\u001b[2K";

    private final PrintStream out;
    private final ProgressBar bar;

    BarProgress(PrintStream out, String task, String unit, long first, long total) {
        this.out = out;
        this.bar = ProgressBar.builder()
                .setTaskName(task)
                .setUnit(" " + unit, 1)
                .setInitialMax(total)
                .startsFrom(first, Duration.ZERO)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new Line(out))
                .build();
    }

    @Override
    public void done(long amount) {
        bar.stepTo(amount);
    }

    @Override
    public void rate(String text) {
        bar.setExtraMessage(" " + text);
    }

    @Override
    public void note(String line) {
        // The bar comes back below at its next refresh.
        out.print(CLEAR_LINE + line + System.lineSeparator());
        out.flush();
    }

    @Override
    public void close() {
        bar.close();
    }

    /**
     * Draws over the current line. The library's own console would do, but it opens the terminal in a way that takes
     * SIGINT back to its default, so that an interrupt no longer reached {@link StopSignal}.
     */
    private static final class Line implements ProgressBarConsumer {
        private static final int USUAL_WIDTH = 80;

        private final PrintStream out;
        private final Terminal terminal;

        Line(PrintStream out) {
            this.out = out;
            this.terminal = openTerminal();
        }

        private static Terminal openTerminal() {
            try {
                return TerminalBuilder.builder()
                        .dumb(true)
                        .nativeSignals(false)
                        .systemOutput(TerminalBuilder.SystemOutput.SysErr)
                        .build();
            } catch (IOException e) {
                return null; // only its width is wanted, and there is a usual one
            }
        }

        @Override
        public int getMaxRenderedLength() {
            int width = terminal == null ? 0 : terminal.getWidth();
            // The last column stays free: some terminals wrap as soon as it is written.
            return (width > 0 ? width : USUAL_WIDTH) - 1;
        }

        @Override
        public void accept(String text) {
            out.print("\r" + text);
            out.flush();
        }

        @Override
        public void clear() {
            out.print(CLEAR_LINE);
            out.flush();
        }

        @Override
        public void close() {
            out.println();
            out.flush();
            if (terminal != null) {
                try {
                    terminal.close();
                } catch (IOException e) {
                    out.println("the terminal could not be closed: " + e.getMessage());
                }
            }
        }
    }
}
