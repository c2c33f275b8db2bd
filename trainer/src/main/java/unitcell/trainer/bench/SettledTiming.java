package unitcell.trainer.bench;

import unitcell.engine.Device;

/**
 * Times short work after the JVM has compiled it and clocks have risen: the work is repeated until three windows in a row
 * took the same time within a tenth, for at least {@link #LEAST} and at most {@link #MOST}, and only then measured.
 */
final class SettledTiming {
    private static final long WINDOW = 40_000_000;
    private static final long LEAST = 300_000_000;
    private static final long MOST = 4_000_000_000L;
    private static final double SAME = 1.1;

    private SettledTiming() {}

    /**
     * Times of work that is submitted to a device.
     *
     * @param device the device's own time
     * @param submit the host's time for submitting it, which on a CPU is the work itself
     */
    record OfDevice(Timing device, Timing submit) {}

    /** Measures {@code repeats} runs by the host's clock. */
    static Timing measure(int repeats, Runnable work) {
        settle(work);
        return Timing.measure(0, repeats, work);
    }

    /**
     * Measures {@code repeats} runs by the device's clock.
     *
     * @param warm whether each finds the device's caches as the run before left them; otherwise they are emptied, where the
     *     device can do that
     */
    static OfDevice measure(Device device, int repeats, boolean warm, Runnable submit) {
        settle(() -> {
            submit.run();
            device.synchronise();
        });
        double[] times = new double[repeats];
        double[] submits = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            device.flushCaches(); // which also keeps the device busy while what is measured is submitted
            if (warm) {
                submit.run();
            }
            double[] host = new double[1];
            times[i] = device.seconds(() -> {
                long begin = System.nanoTime();
                submit.run();
                host[0] = (System.nanoTime() - begin) / 1e9;
            });
            submits[i] = host[0];
        }
        return new OfDevice(Timing.of(times), Timing.of(submits));
    }

    private static void settle(Runnable work) {
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
