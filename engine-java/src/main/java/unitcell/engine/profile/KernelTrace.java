package unitcell.engine.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Launched;

/**
 * What serves each operation of the contract, by watching: which class is called, and what the device starts meanwhile.
 * Not thread-safe, like the kernels.
 */
public final class KernelTrace {
    private final Map<Key, Entry> entries = new LinkedHashMap<>();
    private Entry current;

    private record Key(Operation operation, DType dtype) {}

    /** What is known of an operation so far. */
    private static final class Entry {
        private final String kernels;
        private final String implementation;
        private final Map<String, Started> started = new LinkedHashMap<>();
        private long calls;

        Entry(String kernels, String implementation) {
            this.kernels = kernels;
            this.implementation = implementation;
        }

        void add(Launched launched) {
            String name = switch (launched) {
                case Launched.Kernel k -> k.name();
                case Launched.Product p -> p.provider();
            };
            started.merge(name, new Started(launched, 1), Started::plus);
        }
    }

    /**
     * A kernel or a provider of products that served an operation.
     *
     * @param largest the largest launch or product
     * @param count launches or products in all
     */
    public record Started(Launched largest, long count) {
        private Started plus(Started other) {
            return new Started(size(other.largest) > size(largest) ? other.largest : largest, count + other.count);
        }

        private static double size(Launched launched) {
            return switch (launched) {
                case Launched.Kernel k -> k.blocks();
                case Launched.Product p -> (double) p.m() * p.n() * p.k() * p.batch();
            };
        }
    }

    /**
     * One operation in one element type.
     *
     * @param calls how often it was called
     * @param kernels name of the kernels, as {@code vector-256}
     * @param implementation simple name of the class that implements it
     * @param started what the device started for it, in the order of first use; empty where kernels are plain Java
     */
    public record Served(
            Operation operation,
            DType dtype,
            long calls,
            String kernels,
            String implementation,
            List<Started> started) {}

    /**
     * A device that computes and owns memory as {@code device} does, and whose kernel calls are recorded. It observes the
     * device until {@link #detach}.
     */
    public Device attach(Device device) {
        device.observe(launched -> {
            if (current != null) {
                current.add(launched);
            }
        });
        return new InterceptedDevice(device, dtype -> {
            String kernels = device.kernels(dtype).name();
            return call -> {
                String implementation = call.implementation().getSimpleName();
                Entry outer = current;
                current = entries.computeIfAbsent(
                        new Key(call.operation(), dtype), key -> new Entry(kernels, implementation));
                current.calls++;
                try {
                    return call.proceed();
                } finally {
                    current = outer;
                }
            };
        });
    }

    /** Ends observing. */
    public static void detach(Device device) {
        device.observe(null);
    }

    /** Everything recorded so far, in the order of the contract. */
    public List<Served> served() {
        List<Served> out = new ArrayList<>();
        entries.forEach((key, e) -> out.add(new Served(
                key.operation(), key.dtype(), e.calls, e.kernels, e.implementation, List.copyOf(e.started.values()))));
        List<Operation> order = Operation.contract();
        out.sort(Comparator.comparingInt((Served s) -> order.indexOf(s.operation()))
                .thenComparing(Served::dtype));
        return out;
    }
}
