package unitcell.trainer.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;
import unitcell.trainer.run.CheckpointStore;

/** What a run's folder, one of its checkpoints and {@code RUN/latest} stand for. */
class CheckpointsTest {
    @TempDir
    Path run;

    private final List<String> messages = new ArrayList<>();

    @Test
    void aRunStandsForItsBestAndLatestForItsNewest() throws IOException {
        save(2.0, 1.0, 3.0);
        assertEquals(2, find(run));
        assertEquals(2, find(run.resolve("checkpoints")));
        assertEquals(3, find(run.resolve("latest")));
        assertEquals(3, find(run.resolve("checkpoints").resolve("latest")));
        assertEquals(1, find(run.resolve("checkpoints").resolve("ckpt-00000001")));
        assertEquals(List.of(), messages);
    }

    @Test
    void aRunThatWasNeverValidatedStandsForItsNewest() throws IOException {
        save(Double.NaN, Double.NaN);
        assertEquals(2, find(run));
    }

    @Test
    void aFolderOfThatNameIsItself() throws IOException {
        save(1.0, 2.0);
        Path moved = Files.move(run.resolve("checkpoints").resolve("ckpt-00000001"), run.resolve("latest"));
        assertEquals(1, find(moved));
    }

    @Test
    void whatIsNotThereIsNamed() {
        for (Path path : List.of(run.resolve("absent"), run.resolve("absent").resolve("latest"), Path.of("latest"))) {
            TrainerException e = assertThrows(TrainerException.class, () -> find(path));
            assertTrue(e.getMessage().startsWith("no checkpoint at " + path), e.getMessage());
        }
        TrainerException e = assertThrows(TrainerException.class, () -> find(run.resolve("latest")));
        assertTrue(e.getMessage().contains("holds no checkpoint"), e.getMessage());
    }

    private long find(Path path) throws IOException {
        return Checkpoints.find(path, messages::add).step();
    }

    private void save(double... losses) throws IOException {
        try (CheckpointStore store = CheckpointStore.open(run.resolve("checkpoints"), 9, messages::add)) {
            for (int i = 0; i < losses.length; i++) {
                store.save(i + 1, losses[i], place -> {
                    Files.writeString(place.resolve("weights"), "w");
                    return JsonObject.builder().put("finished", true).build();
                });
            }
        }
    }
}
