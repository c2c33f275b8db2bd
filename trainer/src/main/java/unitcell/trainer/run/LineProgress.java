package unitcell.trainer.run;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Plain lines for logs: at most one every {@link ProgressOutput#LINE_INTERVAL}, and one at the end. */
final class LineProgress implements Progress {
    private final PrintStream out;
    private final LongSupplier nanoClock;
    private final String task;
    private final String unit;
    private final long first;
    private final long total;
    private final long startNanos;
    private long lastLineNanos;
    private long amount;
    private String rate = "";
    private boolean closed;

    LineProgress(PrintStream out, LongSupplier nanoClock, String task, String unit, long first, long total) {
        this.out = out;
        this.nanoClock = nanoClock;
        this.task = task;
        this.unit = unit;
        this.first = first;
        this.total = total;
        this.amount = first;
        this.startNanos = nanoClock.getAsLong();
        this.lastLineNanos = startNanos;
    }

    @Override
    public void done(long newAmount) {
        amount = newAmount;
        long now = nanoClock.getAsLong();
        if (now - lastLineNanos >= ProgressOutput.LINE_INTERVAL.toNanos()) {
            lastLineNanos = now;
            out.println(counts() + ", " + ProgressOutput.text(elapsed(now)) + timeLeft(now) + rate);
        }
    }

    @Override
    public void rate(String text) {
        rate = text.isEmpty() ? "" : ", " + text;
    }

    @Override
    public void note(String line) {
        out.println(line);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            out.println(counts() + " in " + ProgressOutput.text(elapsed(nanoClock.getAsLong())) + rate);
        }
    }

    private String counts() {
        if (total < 0) {
            return task + ": " + amount + " " + unit;
        }
        String percent = total == 0 ? "" : " (" + 100 * amount / total + " %)";
        return task + ": " + amount + "/" + total + " " + unit + percent;
    }

    private Duration elapsed(long now) {
        return Duration.ofNanos(now - startNanos);
    }

    private String timeLeft(long now) {
        if (total < 0 || amount <= first) {
            return "";
        }
        double nanosEach = (double) (now - startNanos) / (amount - first);
        return ", ETA " + ProgressOutput.text(Duration.ofNanos((long) (nanosEach * Math.max(0, total - amount))));
    }
}
