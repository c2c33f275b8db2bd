package unitcell.trainer.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelConfigJson;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.PretrainRun.Outcome;
import unitcell.trainer.pretrain.PretrainRun.Resume;
import unitcell.trainer.run.CheckpointStore;
import unitcell.trainer.run.MetricsLog;
import unitcell.trainer.run.ProgressOutput;

class PretrainRunTest {
    @TempDir
    Path folder;

    static EquiformerV2Config model() {
        try {
            return ModelConfigJson.read(Json.parse("test", """
                {"num_layers": 1, "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2,
                 "attn_alpha_channels": 4, "attn_value_channels": 4, "ffn_hidden_channels": 8,
                 "edge_channels": 8, "lmax_list": [1], "mmax_list": [1], "grid_resolution": 6,
                 "max_radius": 3.0, "max_neighbors": 0, "alpha_drop": 0.1, "drop_path_rate": 0.1}\
                """).asObject());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    static PretrainOptions options(OptionalLong steps, OptionalLong epochs, Optional<Duration> limit, double rate) {
        return new PretrainOptions(
                new PretrainOptions.Data(List.of("test"), Optional.empty(), DataFilter.STANDARD, 0.2, 5),
                model(),
                Corruption.standard(),
                new PretrainLoss.Settings(200, 1, false),
                new OptimiserOptions(rate, 1e-3, 2, 0.01, 10, 0.9, 3),
                new PretrainOptions.Schedule(steps, epochs, limit, 2, Duration.ofHours(1), 2),
                false,
                300,
                11);
    }

    private static PretrainOptions sixSteps() {
        return options(OptionalLong.of(6), OptionalLong.empty(), Optional.empty(), 5e-3);
    }

    private static Outcome train(PretrainOptions options, Path out, Resume resume, int builders, BooleanSupplier stop)
            throws IOException {
        PretrainData data = PretrainData.of(CrystalStore.of(CrystalsForTests.random(1, 30, 6)), options);
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        try (Device device = Devices.open("cpu-scalar", 1)) {
            Environment environment = new Environment(device, builders, quiet, line -> {}, stop, false);
            return new PretrainRun(options, data, environment, out).train(resume, System.nanoTime());
        }
    }

    private static BooleanSupplier after(int steps) {
        AtomicInteger asked = new AtomicInteger();
        return () -> asked.getAndIncrement() >= steps;
    }

    private static List<JsonObject> withoutTimes(Path out) throws IOException {
        List<JsonObject> records = new ArrayList<>();
        for (JsonObject record : MetricsLog.read(out.resolve(RunJournal.METRICS))) {
            Map<String, Json> members = new LinkedHashMap<>(record.members());
            members.remove("time");
            records.add(new JsonObject(members, record.where()));
        }
        return records;
    }

    private static byte[] weights(Outcome outcome, String file) throws IOException {
        return Files.readAllBytes(outcome.checkpoint().resolve(file));
    }

    @Test
    void anInterruptedRunEndsBitForBitAsOneThatWasNot() throws IOException {
        Path straight = folder.resolve("straight");
        Path interrupted = folder.resolve("interrupted");
        Outcome whole = train(sixSteps(), straight, new Resume.None(), 1, () -> false);
        Outcome first = train(sixSteps(), interrupted, new Resume.Auto(), 3, after(3));
        assertTrue(first.stopped());
        assertEquals(3, first.steps());
        Outcome second = train(sixSteps(), interrupted, new Resume.Auto(), 2, () -> false);
        assertFalse(second.stopped());
        assertEquals(6, second.steps());
        assertEquals(withoutTimes(straight), withoutTimes(interrupted));
        for (String file : List.of("model.safetensors", "ema.safetensors", "optimizer.safetensors", "model.json")) {
            assertArrayEquals(weights(whole, file), weights(second, file), file);
        }
        assertEquals(whole.validation(), second.validation());
    }

    @Test
    void resumesFromAnEarlierCheckpointAndDropsWhatCameLater() throws IOException {
        Path out = folder.resolve("run");
        train(sixSteps(), out, new Resume.None(), 1, () -> false);
        List<JsonObject> before = withoutTimes(out);
        Path checkpoints = out.resolve(PretrainRun.CHECKPOINTS);
        Path four = checkpoints.resolve("ckpt-00000004");
        Outcome again = train(sixSteps(), out, new Resume.From(four), 1, () -> false);
        assertEquals(6, again.steps());
        assertEquals(before, withoutTimes(out));
        try (CheckpointStore store = CheckpointStore.readOnly(checkpoints, line -> {})) {
            assertTrue(store.steps().contains(6L));
        }
    }

    @Test
    void aFinishedRunStaysAsItIs() throws IOException {
        Path out = folder.resolve("run");
        train(sixSteps(), out, new Resume.None(), 1, () -> false);
        List<JsonObject> before = withoutTimes(out);
        Outcome again = train(sixSteps(), out, new Resume.Auto(), 1, () -> false);
        assertEquals(6, again.steps());
        assertEquals(before, withoutTimes(out));
        TrainerException none =
                assertThrows(TrainerException.class, () -> train(sixSteps(), out, new Resume.None(), 1, () -> false));
        assertEquals(ExitCode.USAGE, none.exitCode());
    }

    @Test
    void refusesACheckpointOfAnotherRun() throws IOException {
        Path out = folder.resolve("run");
        train(sixSteps(), out, new Resume.None(), 1, after(2));
        PretrainOptions other = options(OptionalLong.of(6), OptionalLong.empty(), Optional.empty(), 1e-4);
        TrainerException e =
                assertThrows(TrainerException.class, () -> train(other, out, new Resume.Auto(), 1, () -> false));
        assertTrue(e.getMessage().contains("optimiser.learning_rate is 1.0E-4, was 0.005"), e.getMessage());
    }

    @Test
    void epochsCoverTheDataAndTheLossFalls() throws IOException {
        Path out = folder.resolve("run");
        PretrainOptions epochs = options(OptionalLong.empty(), OptionalLong.of(12), Optional.empty(), 1e-2);
        train(epochs, out, new Resume.None(), 1, () -> false);
        Map<Long, Long> crystals = new LinkedHashMap<>();
        Map<Long, double[]> loss = new LinkedHashMap<>();
        for (JsonObject record : withoutTimes(out)) {
            if (record.getString("kind").equals("train")) {
                long epoch = record.getLong("epoch");
                crystals.merge(epoch, record.getLong("crystals"), Long::sum);
                double[] sums = loss.computeIfAbsent(epoch, k -> new double[2]);
                sums[0] += record.getDouble("species");
                sums[1]++;
            }
        }
        assertEquals(12, crystals.size());
        long size = crystals.get(0L);
        assertTrue(crystals.values().stream().allMatch(n -> n == size), crystals.toString());
        double first = loss.get(0L)[0] / loss.get(0L)[1];
        double last = loss.get(11L)[0] / loss.get(11L)[1];
        assertTrue(last < 0.7 * first, "from " + first + " to " + last);
    }

    @Test
    void aTimeLimitEndsTheRunWithACheckpoint() throws IOException {
        Path out = folder.resolve("run");
        PretrainOptions timed =
                options(OptionalLong.empty(), OptionalLong.empty(), Optional.of(Duration.ofSeconds(1)), 1e-3);
        Outcome outcome = train(timed, out, new Resume.None(), 1, () -> false);
        assertFalse(outcome.stopped());
        assertTrue(outcome.steps() >= 1, "steps " + outcome.steps());
        List<JsonObject> records =
                withoutTimes(out).stream().filter(r -> r.has("rate")).toList();
        assertEquals(outcome.steps(), records.getLast().getLong("step"));
    }

    @Test
    void aLossThatIsNotFiniteEndsTraining() {
        PretrainOptions wild = options(OptionalLong.of(200), OptionalLong.empty(), Optional.empty(), 1e30);
        TrainerException e = assertThrows(
                TrainerException.class, () -> train(wild, folder.resolve("run"), new Resume.None(), 1, () -> false));
        assertEquals(ExitCode.NON_FINITE, e.exitCode());
    }

    @Test
    void dryRunWritesNothing() throws IOException {
        PretrainData data = PretrainData.of(CrystalStore.of(CrystalsForTests.random(1, 30, 6)), sixSteps());
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        try (Device device = Devices.open("cpu-scalar", 1)) {
            Environment environment = new Environment(device, 1, quiet, line -> {}, () -> false, false);
            Path out = folder.resolve("run");
            List<String> lines = new PretrainRun(sixSteps(), data, environment, out).dryRun();
            assertTrue(lines.get(1).contains("parameter"), lines.toString());
            assertFalse(Files.exists(out));
        }
    }
}
