package unitcell.trainer.gan;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.net.Generator;
import unitcell.net.ModelWeights;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.gan.AdversarialOptions.SpeciesPath;
import unitcell.trainer.gan.DiscriminatorOptions.Lipschitz;
import unitcell.trainer.gan.GanRun.Outcome;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.PretrainRun.Resume;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.CheckpointStore;
import unitcell.trainer.run.MetricsLog;
import unitcell.trainer.run.ProgressOutput;

class GanRunTest {
    @TempDir
    Path folder;

    private final List<String> messages = new ArrayList<>();

    /** A run's folder with one checkpoint of a generator, as pre-training leaves it. */
    @BeforeEach
    void pretrained() throws IOException {
        try (Device device = Devices.open("cpu-scalar", 1);
                Generator generator = Games.generator(device, DType.F32);
                CheckpointStore store =
                        CheckpointStore.open(start().resolve(CheckpointFiles.FOLDER), 1, messages::add)) {
            store.save(7, 0.5, place -> {
                generator.metadata().write(place.resolve(CheckpointFiles.MODEL));
                ModelWeights.save(
                        place.resolve(CheckpointFiles.WEIGHTS),
                        generator.store(),
                        generator.store().values(),
                        Map.of());
                return JsonObject.builder().build();
            });
        }
    }

    private Path start() {
        return folder.resolve("pretrained");
    }

    private GanOptions critic(int steps) {
        return Games.options(
                Games.adversarial(AdversarialLoss.CRITIC, SpeciesPath.GUMBEL), Lipschitz.SPECTRAL, steps, start());
    }

    private Outcome train(GanOptions options, Path out, Resume resume, int builders, BooleanSupplier stop)
            throws IOException {
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        double[] labels = new double[24];
        Arrays.fill(labels, 1);
        labels[3] = 0;
        Starts starts = Starts.find(options.generator(), options.discriminator().start(), messages::add);
        GanData data = GanData.of(CrystalStore.of(CrystalsForTests.random(1, 24, 4)), labels, starts.judged(), options);
        try (Device device = Devices.open("cpu-scalar", 1)) {
            Environment environment = new Environment(device, builders, quiet, messages::add, stop, false);
            return new GanRun(options, data, starts, environment, out).train(resume, System.nanoTime());
        }
    }

    private static BooleanSupplier after(int steps) {
        AtomicInteger asked = new AtomicInteger();
        return () -> asked.getAndIncrement() >= steps;
    }

    private static List<JsonObject> withoutTimes(Path out) throws IOException {
        List<JsonObject> records = new ArrayList<>();
        for (JsonObject record : MetricsLog.read(out.resolve(PretrainRun.METRICS))) {
            Map<String, Json> members = new LinkedHashMap<>(record.members());
            members.remove("time");
            records.add(new JsonObject(members, record.where()));
        }
        return records;
    }

    private static List<String> filesOf(Path checkpoint) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> !f.equals("state.json") && !f.equals("SHA256SUMS"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void anInterruptedGameEndsBitForBitAsOneThatWasNot() throws IOException {
        Path straight = folder.resolve("straight");
        Path interrupted = folder.resolve("interrupted");
        Outcome whole = train(critic(5), straight, new Resume.None(), 1, () -> false);
        Outcome first = train(critic(5), interrupted, new Resume.Auto(), 3, after(3));
        assertTrue(first.stopped());
        assertEquals(3, first.steps());
        Outcome second = train(critic(5), interrupted, new Resume.Auto(), 2, () -> false);
        assertFalse(second.stopped());
        assertEquals(5, second.steps());
        assertEquals(withoutTimes(straight), withoutTimes(interrupted));
        List<String> files = filesOf(whole.checkpoint());
        assertTrue(
                files.containsAll(List.of(
                        "model.json",
                        "model.safetensors",
                        "ema.safetensors",
                        "optimizer.safetensors",
                        "discriminator.json",
                        "discriminator.model.safetensors",
                        "discriminator.optimizer.safetensors")),
                files.toString());
        for (String file : files) {
            assertArrayEquals(
                    Files.readAllBytes(whole.checkpoint().resolve(file)),
                    Files.readAllBytes(second.checkpoint().resolve(file)),
                    file);
        }
        assertEquals(whole.validation(), second.validation());
    }

    @Test
    void aGameStoppedBeforeItsFirstStepIsTheSameGame() throws IOException {
        Path straight = folder.resolve("straight");
        Path interrupted = folder.resolve("interrupted");
        train(critic(2), straight, new Resume.None(), 1, () -> false);
        Outcome first = train(critic(2), interrupted, new Resume.Auto(), 1, () -> true);
        assertEquals(0, first.steps());
        train(critic(2), interrupted, new Resume.Auto(), 1, () -> false);
        assertEquals(withoutTimes(straight), withoutTimes(interrupted));
    }

    @Test
    void recordsTellOfBothNetworks() throws IOException {
        Path out = folder.resolve("run");
        train(critic(4), out, new Resume.None(), 1, () -> false);
        Map<String, List<Long>> steps = new LinkedHashMap<>();
        for (JsonObject record : withoutTimes(out)) {
            steps.computeIfAbsent(record.getString("kind"), k -> new ArrayList<>())
                    .add(record.getLong("step"));
            if (record.getString("kind").equals("train")) {
                double sum = record.getDouble("species")
                        + record.getDouble("position")
                        + 0.1 * record.getDouble("adversarial");
                assertEquals(sum, record.getDouble("loss"), 1e-4 * Math.abs(sum));
            } else {
                assertEquals(
                        record.getDouble("score_real") - record.getDouble("score_fake"),
                        record.getDouble("wasserstein"),
                        1e-12);
                assertEquals(1, record.getDouble("called_real") + record.getDouble("accuracy_fake"), 1e-12);
            }
        }
        assertEquals(List.of(0L, 2L, 4L), steps.get("validation"));
        assertEquals(List.of(1L, 2L, 3L, 4L), steps.get("train"));
        assertEquals(List.of(1L, 3L), steps.get("discriminator"));
    }

    @Test
    void theGeneratorIsFoundWhereOneLooksForAPreTrainedOne() throws IOException {
        Path out = folder.resolve("run");
        Outcome outcome = train(critic(2), out, new Resume.None(), 1, () -> false);
        try (Device device = Devices.open("cpu-scalar", 1);
                TrainedModel newest = TrainedModel.open(outcome.checkpoint(), device, messages::add);
                TrainedModel best = TrainedModel.open(out, device, messages::add)) {
            assertEquals(2, newest.step());
            assertTrue(best.baseline().isPresent());
        }
    }

    @Test
    void theBestOfALostGameIsWhatItBeganWith() throws IOException {
        GanOptions usual = critic(40);
        GanOptions wild = new GanOptions(
                new unitcell.trainer.pretrain.PretrainOptions(
                        usual.pretrain().data(),
                        usual.pretrain().model(),
                        usual.pretrain().corruption(),
                        usual.pretrain().loss(),
                        new unitcell.trainer.learn.OptimiserOptions(3, 0, 0, 1, 10, 0, 3),
                        usual.pretrain().schedule(),
                        false,
                        250,
                        11),
                usual.generator(),
                usual.adversarial(),
                usual.discriminator(),
                new GuardOptions(2, 0.999, 50, 1.5));
        Path out = folder.resolve("run");
        Outcome outcome = train(wild, out, new Resume.None(), 1, () -> false);
        assertTrue(outcome.lost().orElseThrow().contains("loss rose from"), outcome.lost() + "");
        assertEquals(4, outcome.steps(), "two validations in a row, at steps 2 and 4");
        try (CheckpointStore store = CheckpointStore.readOnly(out.resolve(CheckpointFiles.FOLDER), messages::add)) {
            assertEquals(0, store.best().orElseThrow().step());
            assertEquals(store.best().orElseThrow().directory(), outcome.best().orElseThrow());
        }
        Outcome again = train(wild, out, new Resume.Auto(), 1, () -> false);
        assertEquals(outcome.lost(), again.lost());
        assertEquals(4, again.steps(), "a lost game does not go on");
    }

    @Test
    void aRunDoesNotGoOnAsAnotherGame() throws IOException {
        Path out = folder.resolve("run");
        train(critic(2), out, new Resume.None(), 1, () -> false);
        GanOptions other = Games.options(
                Games.adversarial(AdversarialLoss.CRITIC, SpeciesPath.SOFT), Lipschitz.SPECTRAL, 4, start());
        TrainerException e =
                assertThrows(TrainerException.class, () -> train(other, out, new Resume.Auto(), 1, () -> false));
        assertEquals(ExitCode.USAGE, e.exitCode());
        assertTrue(e.getMessage().contains("adversarial.species is \"soft\", was \"gumbel\""), e.getMessage());
    }

    @Test
    void aFolderWithoutAGeneratorIsRefused() {
        TrainerException e = assertThrows(
                TrainerException.class,
                () -> Starts.find(folder, new DiscriminatorOptions.Start.Fresh(), messages::add));
        assertEquals(ExitCode.INPUT, e.exitCode());
        assertEquals(Optional.empty(), e.getMessage().lines().skip(1).findFirst());
    }
}
