package unitcell.trainer.reconstruct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.Location;
import unitcell.crystal.io.RowFields;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.reconstruct.guide.AllowedSpecies;
import unitcell.trainer.reconstruct.guide.CandidateRanking;
import unitcell.trainer.reconstruct.guide.Guidance;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;

/** A run over a long stream: what it keeps of it. */
class ReconstructionRunTest {
    private static final int CRYSTALS = 400;
    private static final int EVERY = 100;

    @TempDir
    Path folder;

    /** Gives small crystals and now and then counts how many of those given before are still held by somebody. */
    private static final class Watched implements Iterator<CrystalRecord> {
        final List<WeakReference<Crystal>> given = new ArrayList<>();
        final Random random = new Random(1);
        int most;

        @Override
        public boolean hasNext() {
            return given.size() < CRYSTALS;
        }

        @Override
        public CrystalRecord next() {
            if (given.size() % EVERY == EVERY - 1) {
                System.gc();
                most = Math.max(
                        most, (int) given.stream().filter(r -> r.get() != null).count());
            }
            Crystal crystal = CrystalsForTests.crystal(random, "c-" + given.size(), 2 + given.size() % 2);
            given.add(new WeakReference<>(crystal));
            return new CrystalRecord.Accepted(Location.of("row " + given.size()), crystal, RowFields.NONE, List.of());
        }
    }

    @Test
    void aLongStreamDoesNotAccumulate() throws IOException {
        Path checkpoint = TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, folder.resolve("run"));
        ValidityRules rules = ValidityRules.of(OxidationStates.SMACT14);
        Guidance guidance =
                new Guidance(AllowedSpecies.ALL, Optional.empty(), Optional.of(rules), false, 2, false, Guidance.LIMIT);
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        Watched stream = new Watched();
        try (Device device = Devices.open("cpu-scalar", 1);
                TrainedModel model = TrainedModel.open(checkpoint, device, line -> {});
                Progress progress = quiet.start("test", "crystals", 0, -1)) {
            ReconstructionRun.Outcome outcome = new ReconstructionRun(
                            new Reconstructor(model, new Reconstructor.Options(1, false, 100), guidance),
                            new ReconstructionRun.Options(
                                    new MaskChoice.Sites(List.of(0)),
                                    0.1,
                                    0,
                                    true,
                                    CandidateRanking.GENERATOR,
                                    rules,
                                    3,
                                    false,
                                    5),
                            new ReconstructionScore(model.baseline(), rules),
                            new ReconstructionRun.Environment(progress, () -> false),
                            folder.resolve("out"))
                    .run(stream);
            assertEquals(CRYSTALS, outcome.counts().completed());
            assertEquals(5, outcome.shown().size());
        }
        // Some ten crystals with their edges make a batch.
        assertTrue(stream.most > 0 && stream.most < 30, "held at once: " + stream.most);
        try (Stream<Path> files = Files.list(folder.resolve("out/cif"))) {
            assertEquals(2 * CRYSTALS, files.count());
        }
        assertEquals(
                2 * CRYSTALS + 1,
                Files.readAllLines(folder.resolve("out/candidates.csv")).size());
    }
}
