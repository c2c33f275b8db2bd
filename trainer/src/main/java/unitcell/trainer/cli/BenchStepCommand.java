package unitcell.trainer.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.engine.profile.KernelProfile;
import unitcell.net.EquiformerV2Config;
import unitcell.net.GraphBatch;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.bench.MatrixWork;
import unitcell.trainer.bench.StepBenchmark;

/** {@code unitcell bench step}. */
final class BenchStepCommand implements Command {
    private static final CommandOption<Integer> STEPS = CommandOption.of(
                    "steps", ValueType.integer(1, 100_000), "measured training steps, and as many forward passes")
            .byDefault("5");
    private static final CommandOption<Integer> WARMUP = CommandOption.of(
                    "warmup", ValueType.integer(0, 100_000), "unmeasured steps before: the JVM compiles in them")
            .byDefault("5");
    private static final CommandOption<Boolean> PROFILE = CommandOption.flag(
            "profile", "then profile as many training steps: time and rate of every kernel, forward and backward");

    @Override
    public String name() {
        return "bench step";
    }

    @Override
    public String summary() {
        return "time training steps and forward passes of a network on a batch of crystals";
    }

    @Override
    public String description() {
        return """
                Builds one batch from the first crystals of the data and times training steps (forward, losses, \
                backward, Adam) and forward passes, in float32. Building the neighbour graph is not counted.

                GFLOP/s count the matrix products of the reference network, whatever of that work is saved here. In the \
                profile they count the products that a kernel is asked for, and GB/s its arguments, each read or written once.""";
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
                STEPS,
                WARMUP,
                PROFILE,
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                SharedOptions.THREADS,
                SharedOptions.SEED,
                SharedOptions.JSON);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell bench step",
                "./unitcell bench step --model-config model.json --data crystals.csv.gz --batch 32 --cutoff 6"
                        + " --max-neighbors 20 --threads 2 --json bench.json",
                "./unitcell bench step --profile");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        BenchBatch work = BenchBatch.of(arguments, console);
        EquiformerV2Config config = work.config();
        GraphBatch batch = work.batch();
        Devices.Choice choice = SharedOptions.device(arguments);
        try (Device device = choice.device()) {
            console.line(choice.line());
            StepBenchmark benchmark = new StepBenchmark(device, config, batch);
            StepBenchmark.Result result =
                    benchmark.run(arguments.get(WARMUP), arguments.get(STEPS), arguments.get(SharedOptions.SEED));
            print(console, batch, result);
            Optional<KernelProfile> profile = Optional.empty();
            if (arguments.get(PROFILE)) {
                profile = Optional.of(benchmark.profile(2, arguments.get(STEPS), arguments.get(SharedOptions.SEED)));
                ProfileTable.print(console, profile.get());
            }
            if (arguments.find(SharedOptions.JSON).isPresent()) {
                JsonObject.Builder json = json(batch, device, result);
                profile.ifPresent(p -> json.put("profile", ProfileTable.json(p)));
                AtomicFiles.replace(
                        arguments.get(SharedOptions.JSON), json.build().pretty() + "\n");
            }
        }
        return ExitCode.OK;
    }

    private static void print(Console console, GraphBatch batch, StepBenchmark.Result r) {
        console.print(
                "%d crystals, %d atoms, %d edges; %,d parameters",
                batch.crystals(), batch.nodes(), batch.edges(), r.parameters());
        double train = r.forwardWork().flops() * MatrixWork.TRAINING_FACTOR;
        console.table(
                List.of("work", "median s", "min s", "max s", "edges/s", "GFLOP/s"),
                List.of(
                        row("training step", r.train(), batch.edges(), train),
                        row(
                                "forward pass",
                                r.forward(),
                                batch.edges(),
                                r.forwardWork().flops())));
        console.print("peak memory %.1f MB", r.peakBytes() / 1e6);
    }

    private static List<String> row(String name, unitcell.trainer.bench.Timing t, int edges, double flops) {
        return List.of(
                name,
                format("%.4f", t.median()),
                format("%.4f", t.min()),
                format("%.4f", t.max()),
                format("%.0f", edges / t.median()),
                format("%.1f", flops / t.median() / 1e9));
    }

    private static String format(String format, double value) {
        return String.format(java.util.Locale.ROOT, format, value);
    }

    private static JsonObject.Builder json(GraphBatch batch, Device device, StepBenchmark.Result r) {
        double train = r.forwardWork().flops() * MatrixWork.TRAINING_FACTOR;
        return JsonObject.builder()
                .put("device", device.description())
                .put("crystals", batch.crystals())
                .put("atoms", batch.nodes())
                .put("edges", batch.edges())
                .put("parameters", r.parameters())
                .put("train_median_s", r.train().median())
                .put("train_min_s", r.train().min())
                .put("train_max_s", r.train().max())
                .put("forward_median_s", r.forward().median())
                .put("forward_min_s", r.forward().min())
                .put("forward_max_s", r.forward().max())
                .put("edges_per_s_train", batch.edges() / r.train().median())
                .put("edges_per_s_forward", batch.edges() / r.forward().median())
                .put("gflops_train", train / r.train().median() / 1e9)
                .put("gflops_forward", r.forwardWork().flops() / r.forward().median() / 1e9)
                .put("peak_bytes", r.peakBytes());
    }
}
