package unitcell.trainer.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.PretrainRun.Outcome;
import unitcell.trainer.pretrain.PretrainRun.Resume;
import unitcell.trainer.run.MetricsLog;
import unitcell.trainer.run.ProgressOutput;

/** Training on a device whose memory does not suffice, or that is lost on the way. */
class PretrainMemoryTest {
    @TempDir
    Path folder;

    private final List<String> messages = new ArrayList<>();

    private static PretrainOptions sixSteps() {
        return PretrainRunTest.options(OptionalLong.of(6), OptionalLong.empty(), Optional.empty(), 5e-3);
    }

    private Outcome train(LimitedDevice device, Path out, BooleanSupplier stop) throws IOException {
        PretrainData data = PretrainData.of(CrystalStore.of(CrystalsForTests.random(1, 30, 6)), sixSteps());
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        Environment environment = new Environment(device, 1, quiet, messages::add, stop, false);
        return new PretrainRun(sixSteps(), data, environment, out).train(new Resume.Auto(), System.nanoTime());
    }

    private static BooleanSupplier after(int steps) {
        AtomicInteger asked = new AtomicInteger();
        return () -> asked.getAndIncrement() >= steps;
    }

    private static List<Double> losses(Path out) throws IOException {
        List<Double> losses = new ArrayList<>();
        for (JsonObject record : MetricsLog.read(out.resolve(RunJournal.METRICS))) {
            losses.add(record.getDouble("loss"));
        }
        return losses;
    }

    /** A limit that leaves a share of what steps need beside the parameters. */
    private long limit(double share) throws IOException {
        try (LimitedDevice device = new LimitedDevice(Long.MAX_VALUE)) {
            train(device, folder.resolve("whole"), () -> false);
            var statistics = device.pool().statistics();
            return statistics.peakBytes()
                    - (long) ((1 - share) * statistics.peakByTag().get("activation"));
        }
    }

    private List<String> halvings() {
        return messages.stream().filter(m -> m.contains("out of memory")).toList();
    }

    @Test
    void goesOnInHalvesAndAnInterruptedRunDoesToo() throws IOException {
        long limit = limit(0.75);
        Path straight = folder.resolve("straight");
        Outcome whole;
        try (LimitedDevice device = new LimitedDevice(limit)) {
            whole = train(device, straight, () -> false);
        }
        assertEquals(1, halvings().size(), messages.toString());
        List<Double> expected = losses(folder.resolve("whole"));
        List<Double> found = losses(straight);
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), found.get(i), 1e-3 * expected.get(i));
        }

        Path interrupted = folder.resolve("interrupted");
        try (LimitedDevice device = new LimitedDevice(limit)) {
            assertTrue(train(device, interrupted, after(3)).stopped());
        }
        assertEquals(2, halvings().size());
        Outcome resumed;
        try (LimitedDevice device = new LimitedDevice(Long.MAX_VALUE)) {
            resumed = train(device, interrupted, () -> false);
        }
        assertEquals(2, halvings().size());
        for (String file : List.of("model.safetensors", "ema.safetensors", "optimizer.safetensors")) {
            assertArrayEquals(
                    Files.readAllBytes(whole.checkpoint().resolve(file)),
                    Files.readAllBytes(resumed.checkpoint().resolve(file)),
                    file);
        }
    }

    @Test
    void endsWithWhatWouldFit() throws IOException {
        long limit = limit(0.3);
        try (LimitedDevice device = new LimitedDevice(limit)) {
            TrainerException e =
                    assertThrows(TrainerException.class, () -> train(device, folder.resolve("small"), () -> false));
            assertEquals(ExitCode.DEVICE, e.exitCode());
            assertEquals(1, e.getMessage().lines().count());
            assertTrue(
                    e.getMessage()
                            .matches("training stopped after step \\d: out of memory: the device has no \\d+ bytes of"
                                    + " memory left; .* edges would fit.*; there is no checkpoint of this run yet"),
                    e.getMessage());
        }
    }

    @Test
    void aLostDeviceEndsWithACheckpointThatServes() throws IOException {
        Path out = folder.resolve("lost");
        try (LimitedDevice device = new LimitedDevice(Long.MAX_VALUE)) {
            TrainerException e = assertThrows(
                    TrainerException.class,
                    () -> train(device, out, () -> {
                        if (Files.exists(out.resolve("checkpoints/ckpt-00000002"))) {
                            device.pool().trim();
                            device.loseAfter(10);
                        }
                        return false;
                    }));
            assertEquals(ExitCode.DEVICE, e.exitCode());
            assertEquals(
                    "training stopped after step 2: the device is lost; the same command goes on from "
                            + out.resolve("checkpoints/ckpt-00000002"),
                    e.getMessage());
        }
        try (LimitedDevice device = new LimitedDevice(Long.MAX_VALUE)) {
            assertEquals(6, train(device, out, () -> false).steps());
        }
    }
}
