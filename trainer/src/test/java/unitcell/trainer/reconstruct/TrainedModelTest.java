package unitcell.trainer.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.io.Sha256Sums;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.data.Split;
import unitcell.trainer.pretrain.TinyRun;

class TrainedModelTest {
    @TempDir
    static Path trained;

    @TempDir
    Path folder;

    private static final List<Crystal> CRYSTALS = CrystalsForTests.random(1, 30, 6);

    @BeforeAll
    static void train() throws IOException {
        TinyRun.train(CRYSTALS, 6, trained);
    }

    private Path copy() throws IOException {
        Path copy = folder.resolve("run");
        try (Stream<Path> files = Files.walk(trained)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(trained.relativize(file)));
            }
        }
        return copy;
    }

    private static List<Path> checkpoints(Path run) throws IOException {
        try (Stream<Path> folders = Files.list(run.resolve("checkpoints"))) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static void cut(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
    }

    private static Path open(Path path, List<String> messages) throws IOException {
        try (Device device = Devices.open("cpu-scalar", 1);
                TrainedModel model = TrainedModel.open(path, device, messages::add)) {
            return model.checkpoint();
        }
    }

    @Test
    void takesAveragedWeightsOfTheCheckpointNamed() throws IOException {
        Path last = checkpoints(trained).getLast();
        try (Device device = Devices.open("cpu-scalar", 1);
                TrainedModel model = TrainedModel.open(last, device, line -> {});
                SafeTensorsFile average = SafeTensorsFile.open(last.resolve("ema.safetensors"))) {
            assertEquals(6, model.step());
            String name = "sphere_embedding.weight";
            var store = model.generator().store();
            assertArrayEquals(
                    average.floats(name), store.in(store.values(), name).toFloats());
            assertTrue(model.line().contains("averaged"), model.line());
        }
    }

    @Test
    void aRunsFolderStandsForItsBestCheckpoint() throws IOException {
        List<String> messages = new ArrayList<>();
        Path best = open(trained, messages);
        assertEquals(best, open(trained.resolve("checkpoints"), messages));
        assertEquals(List.of(), messages);
        Path run = copy();
        Path damaged = run.resolve("checkpoints").resolve(best.getFileName());
        cut(damaged.resolve("ema.safetensors"));
        Path other = open(run, messages);
        assertFalse(other.equals(damaged));
        assertEquals(1, messages.size());
        assertTrue(messages.get(0).contains("ema.safetensors: damaged"), messages.toString());
        assertTrue(Files.exists(damaged), "reading must not move anything");
    }

    @Test
    void aDamagedCheckpointIsRefusedByName() throws IOException {
        Path checkpoint = checkpoints(copy()).getLast();
        cut(checkpoint.resolve("model.safetensors"));
        IOException e = assertThrows(IOException.class, () -> open(checkpoint, new ArrayList<>()));
        assertTrue(e.getMessage().contains("model.safetensors: damaged"), e.getMessage());
    }

    @Test
    void aRunWithDamagedCheckpointsOnlyIsRefused() throws IOException {
        Path run = copy();
        for (Path checkpoint : checkpoints(run)) {
            cut(checkpoint.resolve("state.json"));
        }
        List<String> messages = new ArrayList<>();
        TrainerException e = assertThrows(TrainerException.class, () -> open(run, messages));
        assertEquals(ExitCode.INPUT, e.exitCode());
        assertEquals(checkpoints(run).size(), messages.size());
    }

    @Test
    void whatIsNoCheckpointIsRefused() throws IOException {
        for (Path none : List.of(folder, folder.resolve("absent"), Files.createFile(folder.resolve("file")))) {
            TrainerException e = assertThrows(TrainerException.class, () -> open(none, new ArrayList<>()));
            assertEquals(ExitCode.INPUT, e.exitCode());
            assertTrue(e.getMessage().contains("expected a checkpoint's folder"), e.getMessage());
        }
    }

    @Test
    void aCheckpointOfAnotherModelIsRefused() throws IOException {
        Path checkpoint = checkpoints(copy()).getLast();
        Path json = checkpoint.resolve("model.json");
        Files.writeString(json, Files.readString(json).replace("\"sphere_channels\": 8", "\"sphere_channels\": 16"));
        Sha256Sums.write(checkpoint);
        IOException e = assertThrows(IOException.class, () -> open(checkpoint, new ArrayList<>()));
        assertTrue(e.getMessage().contains("does not fit the model"), e.getMessage());
    }

    @Test
    void theBaselineIsTheMostFrequentSpeciesOfTheTrainingAtoms() throws IOException {
        CrystalStore store = CrystalStore.of(CRYSTALS);
        int[] train = Split.byComposition(store, 0.2, 11).train();
        SpeciesBaseline expected = SpeciesBaseline.of(store.subset(train).speciesCounts(), "training atoms");
        try (Device device = Devices.open("cpu-scalar", 1);
                TrainedModel model = TrainedModel.open(trained, device, line -> {})) {
            assertEquals(expected.toString(), model.baseline().orElseThrow().toString());
        }
    }
}
