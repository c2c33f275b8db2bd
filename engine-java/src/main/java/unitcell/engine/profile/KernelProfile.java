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
    private final List<Call> calls = new ArrayList<>();
    private long begun;
    private boolean running;

    /** A call of the step that is running. Its time is asked for at the end, when the device has come to its marks. */
    private record Call(Entry entry, Device.Mark begin, Device.Mark end) {}

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

    /**
     * A device that computes and owns memory as {@code device} does, and whose kernels are timed by this profile: by the
     * device's own clock where it computes asynchronously, so that calls need not be waited for.
     */
    public Device attach(Device device) {
        return new InterceptedDevice(device, dtype -> call -> {
            KernelWork work = KernelWork.of(call.operation().name(), call.arguments());
            Device.Mark begin = device.mark();
            Object result = call.proceed();
            add(call.operation().name(), begin, device.mark(), work);
            return result;
        });
    }

    /** A step begins; kernel calls outside of steps are not counted. */
    public void begin() {
        running = true;
        begun = System.nanoTime();
    }

    /** The step ends; its last kernel has been waited for. */
    public void end() {
        steps.add(System.nanoTime() - begun);
        running = false;
        for (Call call : calls) {
            call.entry.nanos += Math.round(1e9 * call.end.secondsSince(call.begin));
            call.begin.close();
            call.end.close();
        }
        calls.clear();
        for (Entry entry : entries.values()) {
            while (entry.steps.size() < steps.size() - 1) {
                entry.steps.add(0L); // a kernel that earlier steps did not call
            }
            entry.steps.add(entry.nanos);
            entry.nanos = 0;
        }
    }

    private void add(String kernel, Device.Mark begin, Device.Mark end, KernelWork work) {
        if (running) {
            Entry entry = entries.computeIfAbsent(kernel, k -> new Entry());
            entry.calls++;
            entry.flops += work.flops();
            entry.bytes += work.bytes();
            calls.add(new Call(entry, begin, end));
        } else {
            begin.close();
            end.close();
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
