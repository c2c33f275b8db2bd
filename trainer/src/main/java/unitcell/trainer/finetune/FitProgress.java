package unitcell.trainer.finetune;

import unitcell.trainer.learn.Budget;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;

/**
 * One display for all fits of a run: every fit counts the same, in steps, or in seconds where the time is what is
 * limited. Fits that end early let it jump.
 */
final class FitProgress implements AutoCloseable {
    private final Progress progress;
    private final boolean inSeconds;
    private final long each;
    private int fit;

    /**
     * @param each steps or seconds of a fit
     * @param fits number of fits
     */
    FitProgress(ProgressOutput output, Budget budget, long each, int fits) {
        this.inSeconds = budget.followsTime();
        this.each = each;
        this.progress = output.start("finetune", inSeconds ? "s" : "steps", 0, each * fits);
    }

    /** The fit in hand is so far. */
    void step(long step, double used, String text) {
        progress.rate(text);
        progress.done(each * fit + Math.min(each, inSeconds ? (long) used : step));
    }

    /** The fit in hand is over. */
    void fitDone() {
        fit++;
        progress.done(each * fit);
    }

    void note(String line) {
        progress.note(line);
    }

    @Override
    public void close() {
        progress.close();
    }
}
