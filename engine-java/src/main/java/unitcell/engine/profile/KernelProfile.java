package unitcell.engine.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import unitcell.engine.Device;

/**
 * Times of all kernel calls between {@link #begin} and {@link #end}, which together are a step; steps are repetitions of
 * the same work, and what is reported is the median over them. Not thread-safe, like the kernels.
 */
public final class KernelProfile {
    private final Map<String, Entry> entries = new TreeMap<>();
    private final List<Long> steps = new ArrayList<>();
    private long begun;
    private boolean running;

    /** What one kernel did so far, and in the step that is running. */
    private static final class Entry {
        private final List<Long> steps = new ArrayList<>();
        private long nanos;
        private long calls;
        private double flops;
        private double bytes;
    }

    /**
     * One kernel's part of a step.
     *
     * @param calls calls in a step, on average
     * @param seconds median over the steps
     * @param flops floating-point operations of its matrix products in a step, 0 where it has none
     * @param bytes size of its arguments in a step, those that are added to counted twice
     */
    public record Row(String kernel, double calls, double seconds, double flops, double bytes) {}

    /** A device that computes and owns memory as {@code device} does, and whose kernels are timed by this profile: each call is waited for. */
    public Device attach(Device device) {
        return new InterceptedDevice(device, dtype -> call -> {
            KernelWork work = KernelWork.of(call.operation().name(), call.arguments());
            device.synchronise();
            long start = System.nanoTime();
            Object result = call.proceed();
            device.synchronise();
            add(call.operation().name(), System.nanoTime() - start, work);
            return result;
        });
    }

    /** A step begins; kernel calls outside of steps are not counted. */
    public void begin() {
        running = true;
        begun = System.nanoTime();
    }

    /** The step ends. */
    public void end() {
        steps.add(System.nanoTime() - begun);
        running = false;
        for (Entry entry : entries.values()) {
            while (entry.steps.size() < steps.size() - 1) {
                entry.steps.add(0L); // a kernel that earlier steps did not call
            }
            entry.steps.add(entry.nanos);
            entry.nanos = 0;
        }
    }

    private void add(String kernel, long nanos, KernelWork work) {
        if (running) {
            Entry entry = entries.computeIfAbsent(kernel, k -> new Entry());
            entry.nanos += nanos;
            entry.calls++;
            entry.flops += work.flops();
            entry.bytes += work.bytes();
        }
    }

    /** Seconds of a step, kernels and everything between them: the median. */
    public double stepSeconds() {
        return median(steps);
    }

    /** All kernels that were called, the most expensive first. */
    public List<Row> rows() {
        int count = Math.max(1, steps.size());
        List<Row> rows = new ArrayList<>();
        entries.forEach((kernel, e) ->
                rows.add(new Row(kernel, (double) e.calls / count, median(e.steps), e.flops / count, e.bytes / count)));
        rows.sort(Comparator.comparingDouble(Row::seconds).reversed());
        return rows;
    }

    private static double median(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2e9;
    }
}
