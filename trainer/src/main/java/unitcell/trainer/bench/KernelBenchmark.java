package unitcell.trainer.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.ModelMetadata;
import unitcell.trainer.cases.KernelCase;
import unitcell.trainer.cases.KernelCase.Call;
import unitcell.trainer.cases.KernelCases;
import unitcell.trainer.cases.KernelSizes;
import unitcell.trainer.cases.Workspace;

/**
 * Times every kernel of a device by itself, forward and backward, in float32, with arguments of the sizes that a network
 * has on a batch of crystals.
 */
public final class KernelBenchmark {
    private final Device device;
    private final List<KernelCase> cases = new ArrayList<>();

    /**
     * One kernel.
     *
     * @param family of the kernel contract
     * @param kernel name in the kernel contract
     * @param shape sizes, for people
     * @param timing seconds of a call, of the device
     * @param submit seconds of the host for submitting a call; on a CPU the same as {@code timing}
     * @param flops operations of a call: those of the kernel's definition, a function such as exp being one
     * @param bytes that a call must at least move: arguments read once, results written once
     * @param share of the machine's ceilings: the time it would need at best, by {@link Ceilings}, over the median
     */
    public record Row(
            String family,
            String kernel,
            String shape,
            Timing timing,
            Timing submit,
            double flops,
            double bytes,
            double share) {
        /** Operations for each byte. */
        public double intensity() {
            return flops / bytes;
        }
    }

    /**
     * What one call of a kernel has to do, whatever the device.
     *
     * @param flops as in {@link Row}
     * @param bytes as in {@link Row}
     */
    public record Work(String family, String kernel, String shape, double flops, double bytes) {}

    /** Prepares all kernels at a network's sizes. */
    public KernelBenchmark(Device device, EquiformerV2Config config, GraphBatch batch) {
        this.device = device;
        ModelMetadata metadata = new ModelMetadata(config, 1, 1, ModelMetadata.Displacement.CARTESIAN);
        long parameters;
        try (Generator generator = new Generator(device, DType.F32, metadata, 0)) {
            parameters = generator.store().count();
        }
        KernelSizes sizes = new KernelSizes(config, batch, parameters);
        cases.addAll(KernelCases.of(sizes));
    }

    /** Names of the kernels whose family or name contains {@code filter}, ignoring case, in the order of timing. */
    public List<String> kernels(String filter) {
        return fitting(filter).stream().map(KernelCase::kernel).toList();
    }

    /** The work of the kernels whose family or name contains {@code filter}, ignoring case; nothing is timed. */
    public List<Work> work(String filter) {
        List<Work> out = new ArrayList<>();
        for (KernelCase c : fitting(filter)) {
            try (Workspace workspace = new Workspace(device)) {
                Call call = c.setup().prepare(workspace);
                out.add(new Work(c.family(), c.kernel(), c.shape(), call.flops(), workspace.bytes()));
            }
        }
        return out;
    }

    /**
     * Times the kernels whose family or name contains {@code filter}, ignoring case.
     *
     * @param warm whether a call finds what the call before left in the device's caches, or empty caches where the device
     *     can empty them
     * @param each receives each row as it is measured
     */
    public List<Row> run(String filter, int repeats, boolean warm, Ceilings ceilings, Consumer<Row> each) {
        List<Row> rows = new ArrayList<>();
        for (KernelCase c : fitting(filter)) {
            Row row = time(c, repeats, warm, ceilings);
            each.accept(row);
            rows.add(row);
        }
        return rows;
    }

    private List<KernelCase> fitting(String filter) {
        String wanted = filter.toLowerCase(Locale.ROOT);
        return cases.stream()
                .filter(c ->
                        (c.family() + " " + c.kernel()).toLowerCase(Locale.ROOT).contains(wanted))
                .toList();
    }

    private Row time(KernelCase c, int repeats, boolean warm, Ceilings ceilings) {
        try (Workspace workspace = new Workspace(device)) {
            Call call = c.setup().prepare(workspace);
            SettledTiming.OfDevice timing = SettledTiming.measure(device, repeats, warm, call.run());
            double bytes = workspace.bytes();
            double share = ceilings.share(call.flops(), bytes, timing.device().median());
            return new Row(
                    c.family(), c.kernel(), c.shape(), timing.device(), timing.submit(), call.flops(), bytes, share);
        }
    }
}
