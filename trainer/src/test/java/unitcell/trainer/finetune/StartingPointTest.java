package unitcell.trainer.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.finetune.FinetuneOptions.Looks;
import unitcell.trainer.finetune.FinetuneOptions.Plan;
import unitcell.trainer.label.LabelledCrystals;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.CheckpointStore;

/** Fits from a network that was trained before: what they take of it, what they change, and what can be opened again. */
class StartingPointTest {
    private static final Task NUMBER = TinyFits.task(TinyFits.NUMBER);

    @TempDir
    static Path pretrained;

    @TempDir
    Path folder;

    @BeforeAll
    static void train() throws IOException {
        TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, pretrained);
    }

    private static StartingPoint start(Path path) throws IOException {
        return StartingPoint.read(path, line -> {});
    }

    private static FinetuneOptions options(Task task, StartingPoint start, TrainedPart part, int steps) {
        FinetuneOptions options =
                TinyFits.with(TinyFits.options(task, steps), start.metadata().config());
        options = TinyFits.with(options, new Plan(1, 1, OptionalInt.empty(), false));
        return TinyFits.with(
                options, TinyFits.training(0.9, part, 0.7), new Looks(OptionalLong.of(2), 0, Duration.ofHours(1)));
    }

    private static Path fit(Path out) throws IOException {
        return FitFolders.checkpoint(out, line -> {}).directory();
    }

    /** Names of the parameters that two files do not share bit for bit, in the first. */
    private static List<String> different(Path a, Path b) throws IOException {
        List<String> different = new ArrayList<>();
        try (SafeTensorsFile one = SafeTensorsFile.open(a);
                SafeTensorsFile other = SafeTensorsFile.open(b)) {
            for (String name : new TreeSet<>(one.names())) {
                if (!other.contains(name) || !Arrays.equals(one.floats(name), other.floats(name))) {
                    different.add(name);
                }
            }
        }
        return different;
    }

    @Test
    void trainingTheHeadLeavesTheBackboneAlone() throws IOException {
        StartingPoint start = start(pretrained);
        LabelledCrystals data = TinyFits.data(NUMBER, 40);
        TinyFits.run(options(NUMBER, start, TrainedPart.HEAD, 6), Optional.of(start), data, folder, () -> false);
        for (String file : List.of("model.safetensors", "ema.safetensors")) {
            List<String> changed = different(fit(folder).resolve(file), start.weights());
            assertTrue(changed.stream().allMatch(name -> name.startsWith("output_block.")), changed.toString());
            assertTrue(changed.contains("output_block.so3_linear_1.weight"), changed.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "last-1"})
    void trainingMoreChangesMore(String word) throws IOException {
        StartingPoint start = start(pretrained);
        LabelledCrystals data = TinyFits.data(NUMBER, 40);
        TrainedPart part = TrainedPart.parse(word).orElseThrow();
        TinyFits.run(options(NUMBER, start, part, 4), Optional.of(start), data, folder, () -> false);
        List<String> changed = different(fit(folder).resolve("model.safetensors"), start.weights());
        assertTrue(changed.contains("blocks.0.ga.alpha_dot"), changed.toString());
        assertTrue(changed.contains("norm.affine_weight"), changed.toString());
        assertEquals(word.equals("all"), changed.contains("sphere_embedding.weight"));
    }

    @Test
    void theAveragesOfThePretrainedNetworkStay() throws IOException {
        StartingPoint start = start(pretrained);
        TinyFits.run(
                options(NUMBER, start, TrainedPart.HEAD, 2),
                Optional.of(start),
                TinyFits.data(NUMBER, 40),
                folder,
                () -> false);
        assertEquals(start.metadata().averageDegree(), start(folder).metadata().averageDegree());
    }

    @Test
    void aFineTunedNetworkGoesOnWithItsHead() throws IOException {
        StartingPoint start = start(pretrained);
        LabelledCrystals data = TinyFits.data(NUMBER, 40);
        Path first = folder.resolve("first");
        TinyFits.run(options(NUMBER, start, TrainedPart.ALL, 6), Optional.of(start), data, first, () -> false);
        StartingPoint again = start(first);
        assertTrue(again.givesHead(NUMBER));
        assertTrue(again.line(NUMBER).endsWith(": fine-tuned on mean-z, head included"), again.line(NUMBER));
        Path second = folder.resolve("second");
        FinetuneOptions frozen = TinyFits.with(
                options(NUMBER, again, TrainedPart.HEAD, 2),
                new FinetuneOptions.Training(new OptimiserOptions(1e-12, 0, 0, 1, 10, 0, 3), TrainedPart.HEAD, 1),
                new Looks(OptionalLong.of(2), 0, Duration.ofHours(1)));
        TinyFits.run(frozen, Optional.of(again), data, second, () -> false);
        assertEquals(
                mae(first), mae(second), 1e-6, "a rate of nothing leaves predictions where the first run took them");

        Task other = TinyFits.task(TinyFits.SPECTRUM);
        assertFalse(again.givesHead(other));
        TinyFits.run(
                options(other, again, TrainedPart.ALL, 2),
                Optional.of(again),
                TinyFits.data(other, 40),
                folder.resolve("third"),
                () -> false);
    }

    private static double mae(Path out) throws IOException {
        for (Json row : Json.parse(out.resolve(FinetuneResults.RESULTS))
                .asObject()
                .getArray("rows")
                .values()) {
            if (row.asObject().getString("init").equals("pretrained")) {
                return row.asObject().getObject("metrics").getDouble("mae");
            }
        }
        throw new AssertionError("no pre-trained fit in " + out);
    }

    @Test
    void aResumedFitMustStartFromTheSameWeights() throws IOException {
        StartingPoint start = start(pretrained);
        LabelledCrystals data = TinyFits.data(NUMBER, 40);
        TinyFits.run(options(NUMBER, start, TrainedPart.ALL, 4), Optional.of(start), data, folder, () -> false);
        StartingPoint other = new StartingPoint(
                start.checkpoint(), start.metadata(), start.weights(), "0".repeat(64), start.property());
        TrainerException e = assertThrows(
                TrainerException.class,
                () -> TinyFits.run(
                        options(NUMBER, start, TrainedPart.ALL, 4), Optional.of(other), data, folder, () -> false));
        assertEquals(ExitCode.USAGE, e.exitCode());
        assertTrue(e.getMessage().contains("start.weights_sha256 is \"0000"), e.getMessage());
    }

    @Test
    void modelsAreOpenedFromEveryFolder() throws IOException {
        TinyFits.train(TinyFits.NUMBER, 2, 0, folder);
        JsonObject results = Json.parse(folder.resolve(FinetuneResults.RESULTS)).asObject();
        double lowest = Double.POSITIVE_INFINITY;
        for (Json row : results.getArray("rows").values()) {
            if (row.asObject().getString("init").equals("scratch")) {
                lowest = Math.min(lowest, row.asObject().getDouble("validation_loss"));
            }
        }
        Path best = fit(folder);
        assertEquals(lowest, CheckpointStore.read(best).validationLoss().orElseThrow());
        GraphBatch batch = GraphBatches.of(CrystalsForTests.random(9, 3, 4), GraphBatches.rule(TinyFits.model(0)));
        try (Device device = Devices.open("cpu", 1)) {
            double[][] expected = null;
            for (Path path : List.of(folder, best.getParent().getParent(), best)) {
                try (FineTunedModel model = FineTunedModel.open(path, device, line -> {})) {
                    double[][] found = model.predict(batch);
                    assertEquals(3, found.length);
                    assertTrue(found[0][0] > 0);
                    if (expected != null) {
                        assertArrayEquals(expected, found);
                    }
                    expected = found;
                    assertEquals("mean-z", model.task().name());
                }
            }
        }
    }

    @Test
    void otherCheckpointsAreRefused() throws IOException {
        TinyFits.train(TinyFits.NUMBER, 1, 0, folder);
        try (Device device = Devices.open("cpu", 1)) {
            TrainerException generator =
                    assertThrows(TrainerException.class, () -> FineTunedModel.open(pretrained, device, line -> {}));
            assertEquals(ExitCode.INPUT, generator.exitCode());
            assertTrue(generator.getMessage().contains("holds no property.json"), generator.getMessage());
            TrainerException property =
                    assertThrows(TrainerException.class, () -> TrainedModel.open(fit(folder), device, line -> {}));
            assertEquals(ExitCode.INPUT, property.exitCode());
            assertTrue(
                    property.getMessage().contains("fine-tuned network, not a pre-trained generator"),
                    property.getMessage());
            Path best = fit(folder);
            Files.delete(best.resolve("property.json"));
            IOException damaged = assertThrows(IOException.class, () -> FineTunedModel.open(best, device, line -> {}));
            assertTrue(damaged.getMessage().contains("property.json"), damaged.getMessage());
        }
    }
}
