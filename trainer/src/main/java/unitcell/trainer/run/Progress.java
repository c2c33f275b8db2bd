package unitcell.trainer.run;

/**
 * What a long piece of work tells the user about itself while it runs. Made by {@link ProgressOutput}, which knows
 * whether there is a terminal. One thread reports.
 */
public sealed interface Progress extends AutoCloseable permits BarProgress, LineProgress {
    /** The amount done so far, in the units given at the start; never falling. */
    void done(long amount);

    /** A few words shown behind the numbers from now on: "812 crystals/s, loss 1.23". */
    void rate(String text);

    /** A line of its own that stays, without tearing the bar. */
    void note(String line);

    /** Ends the display; says how long it took. */
    @Override
    void close();
}
