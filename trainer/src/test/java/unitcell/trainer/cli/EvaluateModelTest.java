package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.CifStructures;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.ReconstructionTrials;
import unitcell.trainer.reconstruct.Reconstructor;
import unitcell.trainer.reconstruct.TrainedModel;

/** {@code evaluate --checkpoint}: what it reports is what trials done one by one give. */
class EvaluateModelTest {
    @TempDir
    static Path trained;

    @TempDir
    Path folder;

    private final List<Crystal> truth = new ArrayList<>();

    @BeforeAll
    static void train() throws IOException {
        TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, trained);
    }

    @BeforeEach
    void makeInput() throws IOException {
        int[][] species = {{11, 17, 0}, {26, 8, 8}, {3, 9, 9}, {12, 5, 5}, {29, 30, 28}, {110, 8, 8}};
        for (int[] atoms : species) {
            String name = "c" + atoms[0];
            double[] frac = {0.01, 0.02, 0.03, 0.5, 0.5, 0.5, 0.5, 0, 0.5};
            Crystal crystal = new Crystal(name, Lattice.ofParameters(3.9, 4, 4.1, 90, 95, 90), atoms, frac);
            String cif = CifWriter.write(crystal);
            Files.writeString(folder.resolve(name + ".cif"), cif);
            if (atoms[0] != 11) {
                truth.add(CifStructures.readOne(cif, name).withId(name));
            }
        }
        truth.sort((a, b) -> a.id().compareTo(b.id()));
        Files.writeString(folder.resolve("broken.cif"), "data_broken\n_cell_length_a none\n");
    }

    private record Result(ExitCode code, String out, String err) {}

    private Result run(String... further) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> words = new ArrayList<>(List.of("evaluate", "--input", folder.toString()));
        words.addAll(List.of("--checkpoint", trained.toString(), "--device", "cpu-scalar"));
        words.addAll(List.of(further));
        ExitCode code = Main.run(
                words,
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void reportsWhatTrialsGive() throws IOException {
        Path file = folder.resolve("out.json");
        Result result = run("--noise", "0.1,0.3", "--mask-ratio", "0.5", "--seed", "3", "--json", file.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().endsWith("5 crystals, 2 skipped; oxidation states smact14\n"), result.out());
        assertTrue(result.err().contains("broken.cif"), result.err());
        assertTrue(result.err().contains("c11.cif:1: site 2 has no known species to compare with"), result.err());
        JsonObject json = Json.parse(file).asObject().getObject("result");
        assertEquals(5, json.getInt("n"));
        assertEquals(2, json.getInt("skipped"));
        assertEquals(share(truth, 0), json.getObject("truth").getDouble("composition_valid"));
        assertEquals(1, json.getObject("truth").getDouble("structure_valid"));
        try (Device device = Devices.open("cpu-scalar", 1);
                TrainedModel model = TrainedModel.open(trained, device, line -> {})) {
            compare(json, model);
        }
    }

    private static double share(List<Crystal> crystals, int rule) {
        ValidityRules rules = ValidityRules.of(OxidationStates.SMACT14);
        return (double) crystals.stream()
                        .filter(c -> rule == 0 ? rules.composition(c.composition()) : rules.structure(c))
                        .count()
                / crystals.size();
    }

    private void compare(JsonObject json, TrainedModel model) throws IOException {
        ReconstructionTrials trials =
                new ReconstructionTrials(new Reconstructor(model, Reconstructor.Options.STANDARD), 0.5, 3);
        int z = model.baseline().orElseThrow().mostFrequent().z();
        Condition[] order = {
            new Condition(MaskType.RANDOM, 0.1),
            new Condition(MaskType.SPECIES, 0.1),
            new Condition(MaskType.RANDOM, 0.3),
            new Condition(MaskType.SPECIES, 0.3)
        };
        assertEquals(order.length, json.getArray("validity").size());
        for (int k = 0; k < order.length; k++) {
            List<Crystal> completed = new ArrayList<>();
            List<Crystal> guessed = new ArrayList<>();
            ReconstructionScore score =
                    new ReconstructionScore(model.baseline(), ValidityRules.of(OxidationStates.SMACT14));
            Condition condition = order[k];
            trials.run(truth.iterator(), condition, (spoilt, reconstruction) -> {
                completed.add(reconstruction.completed());
                int[] species = spoilt.original().species();
                for (int i = 0; i < species.length; i++) {
                    species[i] = spoilt.input().species(i) == 0 ? z : species[i];
                }
                guessed.add(spoilt.input().withSpecies(species));
                score.add(condition, spoilt.original(), reconstruction);
            });
            JsonObject row = json.getArray("validity").get(k).asObject();
            assertEquals(condition.mask().slug(), row.getString("mask"));
            assertEquals(condition.noise(), row.getDouble("noise"));
            assertEquals(share(completed, 0), row.getObject("completed").getDouble("composition_valid"));
            assertEquals(share(completed, 1), row.getObject("completed").getDouble("structure_valid"));
            assertEquals(share(guessed, 0), row.getObject("most_frequent").getDouble("composition_valid"));
            assertEquals(share(guessed, 1), row.getObject("most_frequent").getDouble("structure_valid"));
            assertEquals(
                    score.toJson().getArray("conditions").get(0),
                    json.getObject("score").getArray("conditions").get(k));
        }
    }

    @Test
    void detailsTellEveryTrialAndEverySkippedCrystal() throws IOException {
        Path file = folder.resolve("trials.csv");
        Result result = run("--noise", "0,0.1", "--mask-type", "random", "--details", file.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        List<String> rows = Files.readAllLines(file);
        assertEquals(1 + 2 + 2 * truth.size(), rows.size());
        for (Crystal crystal : truth) {
            assertEquals(
                    2,
                    rows.stream()
                            .filter(r -> r.startsWith(crystal.id() + ",random,"))
                            .count());
        }
    }

    @Test
    void oneMaskAndOneNoiseGiveOneRow() {
        Result result = run("--noise", "0", "--mask-type", "species");
        assertEquals(ExitCode.OK, result.code(), result.err());
        List<String> rows = result.out().lines().toList();
        assertEquals(
                1, rows.stream().filter(r -> r.matches("species +0\\.00 .*")).count(), result.out());
        assertEquals(1, rows.stream().filter(r -> r.startsWith("completed ")).count(), result.out());
        assertEquals(1, rows.stream().filter(r -> r.startsWith("truth ")).count(), result.out());
    }

    @Test
    void wrongUsageAndInput() throws IOException {
        assertEquals(ExitCode.INPUT, run("--strict").code());
        assertEquals(ExitCode.USAGE, run("--mask-type", "given").code());
        for (Crystal crystal : truth) {
            Files.delete(folder.resolve(crystal.id() + ".cif"));
        }
        Result nothing = run();
        assertEquals(ExitCode.INPUT, nothing.code());
        assertTrue(nothing.err().endsWith("(and 1 more): nothing left to evaluate on\n"), nothing.err());
    }
}
