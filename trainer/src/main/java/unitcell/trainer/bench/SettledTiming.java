package unitcell.trainer.bench;

/**
 * Times short work after the JVM has compiled it: the work is repeated until three windows in a row took the same time
 * within a tenth, for at least {@link #LEAST} and at most {@link #MOST}, and only then measured.
 */
final class SettledTiming {
    private static final long WINDOW = 40_000_000;
    private static final long LEAST = 300_000_000;
    private static final long MOST = 4_000_000_000L;
    private static final double SAME = 1.1;

    private SettledTiming() {}

    /** Measures {@code repeats} runs. */
    static Timing measure(int repeats, Runnable work) {
        long begin = System.nanoTime();
        double slowest = Double.POSITIVE_INFINITY;
        double fastest = 0;
        double before = Double.POSITIVE_INFINITY;
        double last = Double.POSITIVE_INFINITY;
        while (System.nanoTime() - begin < MOST
                && (System.nanoTime() - begin < LEAST || !(slowest <= SAME * fastest))) {
            double now = window(work);
            slowest = Math.max(now, Math.max(last, before));
            fastest = Math.min(now, Math.min(last, before));
            before = last;
            last = now;
        }
        return Timing.measure(0, repeats, work);
    }

    /** Mean time of a run, over so many as fill a window. */
    private static double window(Runnable work) {
        long begin = System.nanoTime();
        long runs = 0;
        do {
            work.run();
            runs++;
        } while (System.nanoTime() - begin < WINDOW);
        return (double) (System.nanoTime() - begin) / runs;
    }
}
