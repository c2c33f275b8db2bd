package unitcell.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import unitcell.engine.DeviceProvider.Availability;
import unitcell.engine.cpu.CpuDevice;

/**
 * Opens devices by the names users give them: {@code auto}, {@code cpu}, {@code cpu-scalar}, {@code cuda} or
 * {@code cuda:K}. The caller closes what it opens.
 *
 * <p>Nothing falls back silently: only {@code auto} chooses, and its {@link Choice} says what and why.
 */
public final class Devices {
    private static final String ACCEPTED = "auto, cpu, cpu-scalar, cuda or cuda:K with K = 0, 1, ...";

    private Devices() {}

    /**
     * An opened device and why it was this one.
     *
     * @param reason one line for the user, empty where the user named the device
     */
    public record Choice(Device device, String reason) {
        /** One line to print: the device, its hardware and the reason. */
        public String line() {
            return "device " + device.description() + (reason.isEmpty() ? "" : "; " + reason);
        }
    }

    /**
     * Opens the device that {@code spec} names.
     *
     * @param threads worker threads of a CPU device; 0 for one for each processor
     * @throws IllegalArgumentException if the name is not one of the accepted ones or threads is negative
     * @throws DeviceException if the named device cannot be used
     */
    public static Device open(String spec, int threads) {
        return choose(spec, threads, Precision.FP32).device();
    }

    /** As {@link #open}, with the reason for the choice. */
    public static Choice choose(String spec, int threads) {
        return choose(spec, threads, Precision.FP32);
    }

    /**
     * As {@link #choose(String, int)}.
     *
     * @param precision of products of float32 matrices; CPUs have {@link Precision#FP32} only
     */
    public static Choice choose(String spec, int threads, Precision precision) {
        return choose(spec, threads, precision, Devices::installed);
    }

    /**
     * Which device {@code auto} would open and why, in one line, without opening it; and what each backend needs.
     *
     * @param name as {@code cpu} or {@code cuda:0}
     */
    public record Survey(String name, String reason, Map<String, List<DeviceProvider.Requirement>> requirements) {}

    /** Looks at what this machine and this build have. */
    public static Survey survey() {
        return survey(Devices::installed);
    }

    static Survey survey(Providers providers) {
        Map<String, List<DeviceProvider.Requirement>> requirements = new LinkedHashMap<>();
        List<DeviceProvider> found = providers.find();
        found.forEach(p -> requirements.put(p.kind(), p.requirements(0)));
        Automatic chosen = Automatic.of(found);
        String name = chosen.provider().map(p -> p.kind() + ":0").orElse("cpu");
        return new Survey(name, chosen.reason(), requirements);
    }

    /** Where backends come from; looked at only where a backend is asked for. */
    @FunctionalInterface
    interface Providers {
        List<DeviceProvider> find();
    }

    static Choice choose(String spec, int threads, Precision precision, Providers providers) {
        if (threads < 0) {
            throw new IllegalArgumentException(
                    "threads is " + threads + "; expected 1 or more, or 0 for all processors");
        }
        int team = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        return switch (spec) {
            case "auto" -> automatic(team, precision, providers.find());
            case "cpu" -> {
                requirePlain(spec, precision);
                yield new Choice(CpuDevice.open(team), "");
            }
            case "cpu-scalar" -> {
                requirePlain(spec, precision);
                yield new Choice(CpuDevice.openScalar(), "");
            }
            default -> named(spec, team, precision, providers);
        };
    }

    private static void requirePlain(String spec, Precision precision) {
        if (precision != Precision.FP32) {
            throw new IllegalArgumentException("precision " + precision.key() + ": device " + spec
                    + " multiplies in fp32 only; expected fp32, or a CUDA device");
        }
    }

    /** What {@code auto} chooses: a backend, or none for the CPU. */
    private record Automatic(Optional<DeviceProvider> provider, String reason) {
        static Automatic of(List<DeviceProvider> providers) {
            List<String> refusals = new ArrayList<>();
            for (DeviceProvider provider : providers) {
                Availability found = provider.probe(0);
                if (found.usable()) {
                    return new Automatic(Optional.of(provider), found.reason());
                }
                refusals.add("no " + provider.kind() + ": " + found.reason());
            }
            String reason = refusals.isEmpty() ? "no other backend is installed" : String.join("; ", refusals);
            return new Automatic(Optional.empty(), reason);
        }
    }

    private static Choice automatic(int threads, Precision precision, List<DeviceProvider> providers) {
        Automatic chosen = Automatic.of(providers);
        String reason = "chosen by auto: " + chosen.reason();
        if (chosen.provider().isPresent()) {
            return new Choice(chosen.provider().get().open(0, threads, precision), reason);
        }
        if (precision != Precision.FP32) {
            throw new DeviceException("precision " + precision.key() + " needs a CUDA device, and there is "
                    + chosen.reason() + "; choose --precision fp32");
        }
        return new Choice(CpuDevice.open(threads), reason);
    }

    /** A backend's device as users name it. */
    private record Named(DeviceProvider provider, int index) {
        private String name() {
            return provider.kind() + ":" + index;
        }
    }

    private static Named find(String spec, Providers providers) {
        int colon = spec.indexOf(':');
        String kind = colon < 0 ? spec : spec.substring(0, colon);
        int index = colon < 0 ? 0 : index(spec, spec.substring(colon + 1));
        if (!kind.equals("cuda")) {
            throw unknown(spec);
        }
        for (DeviceProvider provider : providers.find()) {
            if (provider.kind().equals(kind)) {
                return new Named(provider, index);
            }
        }
        throw new DeviceException("device " + kind + ":" + index + " cannot be used: no " + kind
                + " backend is installed (module kernels-cuda is not on the class path); choose --device cpu or auto");
    }

    private static Choice named(String spec, int threads, Precision precision, Providers providers) {
        Named named = find(spec, providers);
        Availability found = named.provider.probe(named.index);
        if (!found.usable()) {
            throw new DeviceException(
                    "device " + named.name() + " cannot be used: " + found.reason() + "; choose --device cpu or auto");
        }
        return new Choice(named.provider.open(named.index, threads, precision), "");
    }

    /**
     * What the backend of a device finds on this machine, as {@link DeviceProvider#inspect}.
     *
     * @param spec {@code cuda} or {@code cuda:K}
     * @throws IllegalArgumentException if the name is no backend's
     * @throws DeviceException if no such backend is installed
     */
    public static List<DeviceProvider.Requirement> inspect(String spec) {
        Named named = find(spec, Devices::installed);
        return named.provider.inspect(named.index);
    }

    private static int index(String spec, String digits) {
        if (!digits.matches("[0-9]{1,4}")) {
            throw unknown(spec);
        }
        return Integer.parseInt(digits);
    }

    private static IllegalArgumentException unknown(String spec) {
        return new IllegalArgumentException("device '" + spec + "' is unknown; expected " + ACCEPTED);
    }

    private static List<DeviceProvider> installed() {
        try {
            List<DeviceProvider> providers = new ArrayList<>();
            ServiceLoader.load(DeviceProvider.class).forEach(providers::add);
            return providers;
        } catch (ServiceConfigurationError e) {
            throw new DeviceException(
                    "an installed device backend cannot be loaded: " + e.getMessage() + "; choose --device cpu", e);
        }
    }
}
