package unitcell.trainer.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
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

    private static final CommandOption<Boolean> WARM = CommandOption.flag(
            "warm", "on a GPU, let a call find what the call before left in the caches, instead of emptying them");
    private static final CommandOption<Boolean> LIST =
            CommandOption.flag("list", "do not time anything: list the bytes and operations of every kernel");

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
                kernel needs fewer operations than its definition.

                On a GPU the times are its own, between two events on its stream; its caches are emptied before each \
                call (--warm leaves them), which also lets the host run ahead. "submit us" is the host's time for \
                submitting a call: where it is longer than the GPU's, training waits for the host. The ceilings are \
                the best of copies up to 1 GiB and of products up to 8192 x 8192, as far as those stay quick, in the \
                device's precision and beside it in the other that cuBLAS has; "share" is of the former. The line of \
                clocks tells the rates by the driver and, where nvidia-smi is installed, those of the moment.""";
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
                WARM,
                LIST,
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                SharedOptions.THREADS,
                SharedOptions.JSON);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell bench kernels",
                "./unitcell bench kernels --filter so2 --threads 1 --json kernels.json",
                "./unitcell bench kernels --device cuda --model-config model.json --batch 16 --json kernels.json");
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
            if (arguments.get(LIST)) {
                list(arguments, console, work, benchmark.work(filter));
                return ExitCode.OK;
            }
            KernelReport report = new KernelReport(console, device, threads);
            Ceilings ceilings = ceilings(device, threads);
            report.begin(work.batch(), ceilings);
            boolean warm = arguments.get(WARM);
            List<KernelBenchmark.Row> rows =
                    benchmark.run(filter, arguments.get(REPEATS), warm, ceilings, report::print);
            JsonObject json = report.end(work.batch(), warm, ceilings, rows);
            if (arguments.find(SharedOptions.JSON).isPresent()) {
                AtomicFiles.replace(arguments.get(SharedOptions.JSON), json.pretty() + "\n");
            }
        }
        return ExitCode.OK;
    }

    private static void list(Arguments arguments, Console console, BenchBatch work, List<KernelBenchmark.Work> works)
            throws IOException {
        KernelReport.printBatch(console, work.batch());
        KernelReport.print(console, works);
        if (arguments.find(SharedOptions.JSON).isPresent()) {
            AtomicFiles.replace(
                    arguments.get(SharedOptions.JSON),
                    KernelReport.json(work.batch(), works).pretty() + "\n");
        }
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
}
