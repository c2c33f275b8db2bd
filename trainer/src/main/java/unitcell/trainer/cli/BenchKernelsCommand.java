package unitcell.trainer.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.net.GraphBatch;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.bench.Ceilings;
import unitcell.trainer.bench.KernelBenchmark;

/** {@code unitcell bench kernels}. */
final class BenchKernelsCommand implements Command {
    private static final CommandOption<Integer> REPEATS = CommandOption.of(
                    "repeats", ValueType.integer(1, 100_000), "measured calls of each kernel")
            .byDefault("20");
    private static final CommandOption<String> FILTER = CommandOption.of(
                    "filter",
                    ValueType.text("NAME"),
                    "only kernels with this in their family or name, as norm, so2 or Backward; case is ignored")
            .without("all kernels");

    /** Widths of the columns that are printed as each kernel is done. */
    private static final String ROW = "%-10s %-27s %6s %11s %11s %8s %8s %8s %6s  %s";

    @Override
    public String name() {
        return "bench kernels";
    }

    @Override
    public String summary() {
        return "time every kernel beside the machine's copy and multiply rates";
    }

    @Override
    public String description() {
        return """
                Times every kernel of the device by itself, forward and backward, in float32, at the sizes that a \
                network has on a batch of the first crystals of the data. Each is first repeated until the JVM has \
                compiled it (three windows of 40 ms alike within a tenth, 4 s at most), then measured; us are \
                microseconds of a call, the median and the fastest.

                GB/s count every argument read once and every result written once. GFLOP/s count what the kernel's \
                definition needs, as dense products on the grid and over all Gaussians, whatever of it is saved here; \
                a function such as exp counts as one. F/B is the arithmetic intensity, operations for each byte. The \
                ceilings are measured in the same run: memory copied by all threads over buffers far larger than the \
                caches, and products of matrices of 512 x 512. "share" is the time that the ceilings would take, bytes \
                or operations, whichever is longer, over the median. Above 100 % the data fit into caches, or the \
                kernel needs fewer operations than its definition.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                BenchBatch.MODEL_CONFIG,
                BenchBatch.PRESET,
                BenchBatch.DATA,
                BenchBatch.BATCH,
                BenchBatch.CUTOFF,
                BenchBatch.MAX_NEIGHBORS,
                FILTER,
                REPEATS,
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                SharedOptions.THREADS,
                SharedOptions.JSON);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell bench kernels", "./unitcell bench kernels --filter so2 --threads 1 --json kernels.json");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        BenchBatch work = BenchBatch.of(arguments, console);
        int threads = SharedOptions.threads(arguments);
        Devices.Choice choice = SharedOptions.device(arguments);
        try (Device device = choice.device()) {
            console.line(choice.line());
            KernelBenchmark benchmark = new KernelBenchmark(device, work.config(), work.batch());
            String filter = arguments.find(FILTER).orElse("");
            if (benchmark.kernels(filter).isEmpty()) {
                throw TrainerException.usage("--filter " + filter
                        + " fits no kernel; expected a part of dense, spherical, radial, segment, pointwise, norm, optimiser or of "
                        + String.join(", ", benchmark.kernels("")));
            }
            printBatch(console, work.batch());
            Ceilings ceilings = ceilings(device, threads);
            console.line(line(ceilings, threads));
            console.print(
                    ROW,
                    "family",
                    "kernel",
                    "calls",
                    "median us",
                    "min us",
                    "GB/s",
                    "GFLOP/s",
                    "F/B",
                    "share",
                    "sizes");
            List<KernelBenchmark.Row> rows =
                    benchmark.run(filter, arguments.get(REPEATS), ceilings, row -> print(console, row));
            if (arguments.find(SharedOptions.JSON).isPresent()) {
                AtomicFiles.replace(
                        arguments.get(SharedOptions.JSON),
                        json(work.batch(), device, threads, ceilings, rows).pretty() + "\n");
            }
        }
        return ExitCode.OK;
    }

    /** CPUs are also measured with one thread. */
    private static Ceilings ceilings(Device device, int threads) {
        if (!device.name().startsWith("cpu")) {
            return Ceilings.ofAccelerator(device);
        }
        try (Device one = Devices.open(device.name(), 1)) {
            return Ceilings.ofCpu(device, one, threads);
        }
    }

    private static void printBatch(Console console, GraphBatch batch) {
        console.print("%d crystals, %d atoms, %d edges", batch.crystals(), batch.nodes(), batch.edges());
    }

    private static String line(Ceilings c, int threads) {
        String one = Double.isNaN(c.gemmFlopsOneThread())
                ? ""
                : String.format(Locale.ROOT, " (%.1f with one thread)", c.gemmFlopsOneThread() / 1e9);
        String copiers = Double.isNaN(c.gemmFlopsOneThread()) ? "" : " with " + threads + " threads";
        return String.format(
                Locale.ROOT,
                "ceilings: copy %.1f GB/s%s, 512 x 512 product %.1f GFLOP/s%s",
                c.copyBytes() / 1e9,
                copiers,
                c.gemmFlops() / 1e9,
                one);
    }

    private static void print(Console console, KernelBenchmark.Row r) {
        double median = r.timing().median();
        console.print(
                ROW,
                r.family(),
                r.kernel(),
                r.timing().count(),
                format("%.1f", median * 1e6),
                format("%.1f", r.timing().min() * 1e6),
                format("%.2f", r.bytes() / median / 1e9),
                format("%.2f", r.flops() / median / 1e9),
                format("%.2f", r.intensity()),
                format("%.0f%%", 100 * r.share()),
                r.shape());
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static JsonObject json(
            GraphBatch batch, Device device, int threads, Ceilings ceilings, List<KernelBenchmark.Row> rows) {
        return JsonObject.builder()
                .put("device", device.description())
                .put("threads", threads)
                .put("crystals", batch.crystals())
                .put("atoms", batch.nodes())
                .put("edges", batch.edges())
                .put("copy_bytes_per_s", ceilings.copyBytes())
                .put("gemm_flops_per_s", ceilings.gemmFlops())
                .putOrNull("gemm_flops_per_s_one_thread", ceilings.gemmFlopsOneThread())
                .put(
                        "kernels",
                        JsonArray.of(
                                rows.stream().map(BenchKernelsCommand::json).toList()))
                .build();
    }

    private static JsonObject json(KernelBenchmark.Row r) {
        return JsonObject.builder()
                .put("family", r.family())
                .put("kernel", r.kernel())
                .put("sizes", r.shape())
                .put("calls", r.timing().count())
                .put("median_s", r.timing().median())
                .put("min_s", r.timing().min())
                .put("max_s", r.timing().max())
                .put("bytes", r.bytes())
                .put("flops", r.flops())
                .put("flops_per_byte", r.intensity())
                .put("share_of_ceilings", r.share())
                .build();
    }
}
