package unitcell.trainer.finetune;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import unitcell.crystal.Crystal;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelConfigJson;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.finetune.FinetuneOptions.Looks;
import unitcell.trainer.finetune.FinetuneOptions.Plan;
import unitcell.trainer.finetune.FinetuneOptions.Training;
import unitcell.trainer.finetune.FinetuneRun.Outcome;
import unitcell.trainer.label.LabelledCrystals;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.Budget;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.run.ProgressOutput;

/** Fits of a tiny network to labels that follow from the composition, for tests of what uses them. */
public final class TinyFits {
    private TinyFits() {}

    /** The mean atomic number over 10, learned as its logarithm. */
    public static final String NUMBER = """
        {"name": "mean-z", "kind": "regression", "columns": ["z"], "unit": "e", "transform": "log10-standardise",
         "loss": "mse", "split": {"by": "composition", "validation": 0.2, "test": 0.25}}\
        """;

    /** Whether it is at least 2. */
    public static final String CLASS = """
        {"name": "heavy", "kind": "classification", "columns": ["z"], "loss": "nll",
         "classes": {"negative": "light", "positive": "heavy", "at_least": 2},
         "split": {"by": "composition", "validation": 0.2, "test": 0.25}}\
        """;

    /** A peak whose place follows it. */
    public static final String SPECTRUM = """
        {"name": "peak", "kind": "spectrum", "columns": ["y"], "loss": "mse",
         "grid": {"start": 0, "step": 20, "bins": 8, "unit": "cm^-1"},
         "split": {"by": "composition", "validation": 0.2, "test": 0.25}}\
        """;

    public static Task task(String json) {
        try {
            return Task.fromJson(Json.parse("test", json).asObject());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    static EquiformerV2Config model(double dropout) {
        try {
            return ModelConfigJson.read(
                    Json.parse("test", """
                        {"num_layers": 2, "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2,
                         "attn_alpha_channels": 4, "attn_value_channels": 4, "ffn_hidden_channels": 8,
                         "edge_channels": 8, "lmax_list": [1], "mmax_list": [1], "grid_resolution": 6,
                         "max_radius": 3.0, "max_neighbors": 0, "alpha_drop": %1$s, "drop_path_rate": %1$s,
                         "proj_drop": %1$s}\
                        """.formatted(dropout)).asObject());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    /** The mean atomic number over 10. */
    static double meanZ(Crystal crystal) {
        return Arrays.stream(crystal.species()).average().orElseThrow() / 10;
    }

    /** Random crystals, labelled; their crystal systems go round. */
    static LabelledCrystals data(Task task, int crystals) {
        List<Crystal> all = CrystalsForTests.random(3, crystals, 4);
        double[][] labels = all.stream().map(c -> label(task, meanZ(c))).toArray(double[][]::new);
        CrystalSystem[] round = {
            CrystalSystem.TRICLINIC,
            CrystalSystem.MONOCLINIC,
            CrystalSystem.ORTHORHOMBIC,
            null,
            CrystalSystem.MONOCLINIC
        };
        CrystalSystem[] systems = new CrystalSystem[crystals];
        Arrays.setAll(systems, i -> round[i % round.length]);
        return new LabelledCrystals(task, CrystalStore.of(all), labels, systems, new String[crystals]);
    }

    private static double[] label(Task task, double z) {
        return switch (task.kind()) {
            case REGRESSION -> new double[] {z};
            case CLASSIFICATION -> new double[] {z >= 2 ? 1 : 0};
            case SPECTRUM -> {
                double[] spectrum = new double[task.width()];
                for (int i = 0; i < spectrum.length; i++) {
                    spectrum[i] = Math.exp(-0.5 * (i - 1.5 * z) * (i - 1.5 * z));
                }
                double largest = Arrays.stream(spectrum).max().orElseThrow();
                yield Arrays.stream(spectrum).map(y -> y / largest).toArray();
            }
        };
    }

    static Training training(double averageDecay, TrainedPart part, double layerDecay) {
        return new Training(new OptimiserOptions(1e-2, 1e-3, 5, 0.01, 10, averageDecay, 3), part, layerDecay);
    }

    /** Options of fits from scratch for some steps, one seed, a validation every five steps. */
    static FinetuneOptions options(Task task, int steps) {
        return new FinetuneOptions(
                task,
                List.of("test"),
                DataFilter.STANDARD,
                model(0),
                new Plan(1, 1, OptionalInt.empty(), true),
                training(0.9, TrainedPart.ALL, 0.7),
                training(0.9, TrainedPart.ALL, 1),
                new Budget(OptionalLong.of(steps), OptionalLong.empty(), Optional.empty()),
                new Looks(OptionalLong.of(5), 0, Duration.ofHours(1)),
                250,
                7);
    }

    static FinetuneOptions with(FinetuneOptions o, Plan plan) {
        return new FinetuneOptions(
                o.task(),
                o.inputs(),
                o.filter(),
                o.model(),
                plan,
                o.pretrained(),
                o.scratch(),
                o.budget(),
                o.looks(),
                o.edgesPerBatch(),
                o.seed());
    }

    static FinetuneOptions with(FinetuneOptions o, EquiformerV2Config model) {
        return new FinetuneOptions(
                o.task(),
                o.inputs(),
                o.filter(),
                model,
                o.plan(),
                o.pretrained(),
                o.scratch(),
                o.budget(),
                o.looks(),
                o.edgesPerBatch(),
                o.seed());
    }

    static FinetuneOptions with(FinetuneOptions o, Training pretrained, Looks looks) {
        return new FinetuneOptions(
                o.task(),
                o.inputs(),
                o.filter(),
                o.model(),
                o.plan(),
                pretrained,
                o.scratch(),
                o.budget(),
                looks,
                o.edgesPerBatch(),
                o.seed());
    }

    static BooleanSupplier after(int steps) {
        AtomicInteger asked = new AtomicInteger();
        return () -> asked.getAndIncrement() >= steps;
    }

    static Outcome run(
            FinetuneOptions options,
            Optional<StartingPoint> start,
            LabelledCrystals data,
            Path out,
            BooleanSupplier stop)
            throws IOException {
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        try (Device device = Devices.open("cpu", 1)) {
            FinetuneRun.Environment environment =
                    new FinetuneRun.Environment(device, 1, quiet, line -> {}, stop, false);
            return new FinetuneRun(options, start, data, Map.of("refused", 2), environment, out).run();
        }
    }

    /**
     * Fits from scratch to 60 crystals for 20 steps, so many seeds; returns the run's folder.
     *
     * @param task JSON
     */
    public static Path train(String task, int seeds, double dropout, Path out) throws IOException {
        FinetuneOptions options =
                with(with(options(task(task), 20), new Plan(seeds, 1, OptionalInt.empty(), true)), model(dropout));
        run(options, Optional.empty(), data(options.task(), 60), out, () -> false);
        return out;
    }
}
