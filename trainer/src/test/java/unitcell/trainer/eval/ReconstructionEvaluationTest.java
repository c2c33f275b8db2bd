package unitcell.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.ProgressOutput;

/** The table of trials beside the sums, and what a stop leaves. */
class ReconstructionEvaluationTest {
    private static final List<Condition> CONDITIONS =
            List.of(new Condition(MaskType.RANDOM, 0.1), new Condition(MaskType.SPECIES, 0.2));

    @TempDir
    static Path trained;

    private static Device device;
    private static TrainedModel model;

    @TempDir
    Path folder;

    @BeforeAll
    static void train() throws IOException {
        device = Devices.open("cpu-scalar", 1);
        model = TrainedModel.open(TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, trained), device, line -> {});
    }

    @AfterAll
    static void close() {
        model.close();
        device.close();
    }

    @BeforeEach
    void makeInput() throws IOException {
        for (Crystal crystal : CrystalsForTests.random(3, 6, 5)) {
            Files.writeString(folder.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
        Files.writeString(folder.resolve("z-broken.cif"), "data_broken\n_cell_length_a none\n");
    }

    private EvaluatedReconstruction evaluate(Optional<Path> details, BooleanSupplier stop) throws IOException {
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        return new ReconstructionEvaluation(
                        model, ValidityRules.of(OxidationStates.SMACT14), 0.5, 1, false, reason -> {}, details, stop)
                .run(CrystalSource.of(folder.toString()), CONDITIONS, quiet);
    }

    @Test
    void rowsAddUpToTheSums() throws IOException {
        Path file = folder.resolve("details.csv");
        EvaluatedReconstruction result = evaluate(Optional.of(file), () -> false);
        List<String[]> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(line.split(",", -1));
        }
        assertEquals(1 + 1 + 12, rows.size());
        assertEquals("id", rows.get(0)[0]);
        assertEquals("z-broken", rows.get(1)[0]);
        assertTrue(rows.get(1)[14].contains("z-broken.cif"), rows.get(1)[14]);
        for (Condition condition : CONDITIONS) {
            ReconstructionScore.Row sums = result.score().row(condition);
            List<String[]> own = rows.stream()
                    .filter(r -> r[1].equals(condition.mask().slug()))
                    .toList();
            assertEquals(6, own.size());
            assertEquals(
                    sums.hidden(),
                    own.stream().mapToLong(r -> Long.parseLong(r[5])).sum());
            assertEquals(
                    sums.top1() * sums.hidden(),
                    own.stream().mapToDouble(r -> Double.parseDouble(r[6])).sum(),
                    1e-9);
            assertEquals(
                    sums.top5() * sums.hidden(),
                    own.stream().mapToDouble(r -> Double.parseDouble(r[7])).sum(),
                    1e-9);
            assertEquals(
                    sums.valid().compositions(),
                    own.stream().filter(r -> r[11].equals("true")).count());
            assertEquals(
                    sums.truthValid().compositions(),
                    own.stream().filter(r -> r[13].equals("true")).count());
            double before = 0;
            double after = 0;
            for (String[] row : own) {
                long atoms = Composition.parse(row[3]).atoms();
                before += atoms * Double.parseDouble(row[8]);
                after += atoms * Double.parseDouble(row[9]);
            }
            assertEquals(sums.before().sum(), before, 1e-4);
            assertEquals(sums.after().sum(), after, 1e-4);
        }
    }

    @Test
    void aStopLeavesWhatWasDone() throws IOException {
        Path file = folder.resolve("details.csv");
        int[] asked = {0};
        // Once for each of seven records and the end of them, then within the first condition.
        EvaluatedReconstruction result = evaluate(Optional.of(file), () -> ++asked[0] > 11);
        assertEquals(6, result.crystals());
        assertEquals(List.of(CONDITIONS.get(0)), result.score().conditions());
        long done = result.score().row(CONDITIONS.get(0)).crystals();
        assertTrue(done > 0 && done < 6, "trials: " + done);
        assertEquals(2 + done, Files.readAllLines(file).size());
        EvaluatedReconstruction nothing = evaluate(Optional.empty(), () -> true);
        assertEquals(0, nothing.crystals());
        assertEquals(List.of(), nothing.score().conditions());
    }
}
