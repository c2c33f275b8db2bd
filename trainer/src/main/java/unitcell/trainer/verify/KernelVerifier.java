package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.DeviceException;
import unitcell.engine.Precision;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.profile.Operation;
import unitcell.trainer.cases.KernelCase;
import unitcell.trainer.cases.KernelCases;

/**
 * Every kernel of a device against the float64 specification, from the same arguments: at sizes of networks, odd ones and
 * none ({@link KernelShapes}), with gradients overwritten and added; then operations with their gradients, as the checks of
 * gradients use them.
 *
 * <p>Bounds, relative to the largest magnitude of a result: float32 within 1e-5 forward and 3e-4 backward, or twice what
 * the specification loses when it computes in float32; float64 within 1e-10. Where the device multiplies in TF32, a result
 * may besides be off by (2 * 2^-10 + k * 2^-24) times the largest sum of magnitudes, k being the length of the longest sum
 * that was given to the library: two factors, each with 10 bits of mantissa, and sums in float32. The sum of magnitudes is
 * measured: the same call on absolute values.
 *
 * <p>What a call must not change, must stay bit for bit, and calls repeated from the same arguments must give equal bits.
 */
public final class KernelVerifier {
    /** Relative error of forward kernels in float32. */
    static final double FORWARD = 1e-5;

    /** Relative error of backward kernels in float32. */
    static final double BACKWARD = 3e-4;

    /** Relative error in float64: other orders of sums. */
    static final double FLOAT64 = 1e-10;

    private final Device oracle;
    private final Device device;
    private final long seed;
    private final int repeats;

    /**
     * @param oracle scalar kernels in both element types
     * @param device the device that is verified
     * @param seed of all arguments
     * @param repeats calls in all, at least 1
     */
    public KernelVerifier(Device oracle, Device device, long seed, int repeats) {
        this.oracle = oracle;
        this.device = device;
        this.seed = seed;
        this.repeats = repeats;
    }

    /**
     * All checks of one operation in one element type.
     *
     * @param operation as the contract calls it
     * @param checks at least one
     */
    public record Row(String operation, DType dtype, List<KernelCheck> checks) {
        /** The check nearest to its bound, or the first that failed. */
        public KernelCheck worst() {
            return checks.stream()
                    .max(Comparator.comparingDouble(KernelCheck::severity))
                    .orElseThrow();
        }

        /** Those that failed. */
        public List<KernelCheck> failed() {
            return checks.stream().filter(c -> !c.passed()).toList();
        }
    }

    /** A case of a kernel and where it comes from. */
    private record Placed(KernelCase kernel, String which, boolean network) {}

    /** Element types that the device computes in with kernels of its own: where they are the specification, there is nothing to compare. */
    public List<DType> types() {
        List<DType> types = new ArrayList<>();
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            if (dtype == DType.F32 ? computes(device, dtype) : hasOwn(device, dtype, oracle)) {
                types.add(dtype);
            }
        }
        return types;
    }

    /** Whether a device computes in an element type with kernels that are not another device's. */
    public static boolean hasOwn(Device device, DType dtype, Device other) {
        return computes(device, dtype)
                && !device.kernels(dtype).name().equals(other.kernels(dtype).name());
    }

    /** Whether a device computes in an element type. */
    public static boolean computes(Device device, DType dtype) {
        try {
            return device.kernels(dtype) != null;
        } catch (IllegalArgumentException refused) {
            return false; // the documented answer of a device that does not
        }
    }

    /**
     * Checks every kernel of the contract by itself.
     *
     * @param filter only kernels with this in their family or name, ignoring case; empty for all
     */
    public void kernels(String filter, Consumer<Row> each) {
        Map<Operation, List<Placed>> cases = cases(seed);
        for (Operation operation : Operation.contract()) {
            if (!fits(operation.toString(), filter)) {
                continue;
            }
            Map<DType, List<KernelCheck>> checks = new TreeMap<>();
            for (Placed placed : cases.getOrDefault(operation, List.of())) {
                check(placed, false, checks);
                if (!placed.network() && adds(placed.kernel())) {
                    check(placed, true, checks);
                }
            }
            checks.forEach((dtype, list) -> each.accept(new Row(operation.toString(), dtype, list)));
        }
    }

    /** Operations of the contract for which there are arguments. */
    static Set<Operation> covered() {
        return cases(0).keySet();
    }

    /** Every case, by operation. */
    private static Map<Operation, List<Placed>> cases(long seed) {
        Map<Operation, List<Placed>> cases = new LinkedHashMap<>();
        List<KernelShapes> places = KernelShapes.all(seed);
        for (KernelShapes shapes : places) {
            place(cases, KernelCases.of(shapes.sizes()), shapes.name() + ": ", shapes.network());
            if (!shapes.network()) {
                place(cases, KernelCases.variants(shapes.sizes()), shapes.name() + ": ", false);
            }
        }
        place(cases, KernelCases.fixed(places.get(0).sizes()), "", false);
        return cases;
    }

    private static void place(
            Map<Operation, List<Placed>> cases, List<KernelCase> kernels, String where, boolean network) {
        for (KernelCase kernel : kernels) {
            cases.computeIfAbsent(kernel.operation(), o -> new ArrayList<>())
                    .add(new Placed(kernel, where + kernel.shape(), network));
        }
    }

    /** Whether a kernel writes gradients, which can be added. */
    private static boolean adds(KernelCase kernel) {
        return kernel.operation().isBackward() || ADDING.contains(kernel.kernel());
    }

    /** Kernels that are not called backward and can add all the same, since they are their own gradients. */
    private static final List<String> ADDING =
            List.of("multiply", "scaleRows", "scaleChannels", "crystalMatrix", "leftMultiply");

    private void check(Placed placed, boolean adds, Map<DType, List<KernelCheck>> checks) {
        KernelCase kernel = placed.kernel();
        String which = placed.which() + (adds ? ", added" : "");
        long own = seed * 31 + which.hashCode();
        KernelRun exact = KernelRun.of(oracle, DType.F64, kernel, own, adds, false, 1);
        KernelRun plain = KernelRun.of(oracle, DType.F32, kernel, own, adds, false, 1);
        for (DType dtype : types()) {
            KernelCheck check = guarded(kernel.operation().toString(), dtype, which, () -> {
                KernelRun found = KernelRun.of(device, dtype, kernel, own, adds, false, repeats);
                Supplier<KernelRun> positive = () -> KernelRun.of(oracle, DType.F64, kernel, own, adds, true, 1);
                return compare(kernel.operation(), dtype, which, exact, plain, found, positive);
            });
            checks.computeIfAbsent(dtype, t -> new ArrayList<>()).add(check);
        }
    }

    private KernelCheck compare(
            Operation operation,
            DType dtype,
            String which,
            KernelRun exact,
            KernelRun plain,
            KernelRun found,
            Supplier<KernelRun> positive) {
        double base = operation.isBackward() ? BACKWARD : FORWARD;
        boolean rough = dtype == DType.F32 && device.precision() == Precision.TF32 && found.longestSum() > 0;
        Optional<KernelRun> magnitudes = rough ? Optional.of(positive.get()) : Optional.empty();
        double worstError = 0;
        double worstBound = dtype == DType.F64 ? FLOAT64 : base;
        for (int i : exact.results()) {
            double error = found.error(exact, i);
            double bound = dtype == DType.F64 ? FLOAT64 : Math.max(base, 2 * plain.error(exact, i));
            if (magnitudes.isPresent() && exact.largest(i) > 0) {
                double sums = magnitudes.get().largest(i) / exact.largest(i);
                bound = Math.max(bound, tf32(found.longestSum()) * sums);
            }
            // Negated, so that an error that is no number is the worst.
            if (!(error * worstBound <= worstError * bound)) {
                worstError = error;
                worstBound = bound;
            }
        }
        int wrong = found.wronglyChanged(exact);
        String fault = wrong < 0 ? "" : "argument " + wrong + " must not change";
        String note = rough ? "; tf32 sums of " + found.longestSum() : "";
        return new KernelCheck(
                operation.toString(), dtype, which + note, worstError, worstBound, found.differing(), fault);
    }

    /** Error of a sum of {@code k} products in TF32, relative to the sum of their magnitudes. */
    static double tf32(long k) {
        return 2 * Precision.TF32_FACTOR + k * 0x1p-24;
    }

    /** Refusals of a kernel are failures of its check; a device that is lost or full ends the verification. */
    static KernelCheck guarded(String operation, DType dtype, String which, Supplier<KernelCheck> check) {
        try {
            return check.get();
        } catch (DeviceException | MemoryException e) {
            throw e;
        } catch (RuntimeException e) {
            String fault = e.getMessage() == null ? e.toString() : e.getMessage();
            return new KernelCheck(operation, dtype, which, Double.NaN, 0, 0, fault);
        }
    }

    private static boolean fits(String name, String filter) {
        return name.toLowerCase(Locale.ROOT).contains(filter.toLowerCase(Locale.ROOT));
    }

    /**
     * Checks operations with their gradients, one row for each operation of the cases of the gradient checks.
     *
     * @param filter only operations with this in their name, ignoring case; empty for all
     */
    public void operations(String filter, Consumer<Row> each) {
        OperationRuns runs = new OperationRuns(oracle, device, seed, repeats);
        Map<String, List<OpCase>> byName = new LinkedHashMap<>();
        for (OpCase op : OpCases.all(seed)) {
            byName.computeIfAbsent(op.name().replaceFirst(",.*", ""), n -> new ArrayList<>())
                    .add(op);
        }
        byName.keySet().removeIf(name -> !fits(name, filter));
        byName.forEach((name, list) -> {
            for (DType dtype : types()) {
                List<KernelCheck> checks = list.stream()
                        .map(op -> guarded(name, dtype, op.name(), () -> runs.check(name, op, dtype)))
                        .toList();
                each.accept(new Row(name + " and gradients", dtype, checks));
            }
        });
    }
}
