package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
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

/** The command from words to files, with networks that were trained for a moment. */
class ReportCommandTest {
    @TempDir
    static Path runs;

    private static Path first;
    private static Path second;
    private static Path input;
    private static List<Crystal> truth;

    @TempDir
    Path folder;

    private record Result(ExitCode code, String out, String err) {}

    @BeforeAll
    static void train() throws IOException {
        first = runs.resolve("first");
        second = runs.resolve("second");
        TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, first);
        TinyRun.train(CrystalsForTests.random(2, 30, 6), 8, second);
        input = Files.createDirectory(runs.resolve("test"));
        truth = CrystalsForTests.random(7, 9, 6);
        for (Crystal crystal : truth) {
            Files.writeString(input.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
    }

    private static Result run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode code = Main.run(
                Stream.concat(Stream.of("report"), Stream.of(words)).toList(),
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private JsonObject report(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("--device", "cpu-scalar", "--out", folder.toString()));
        all.addAll(List.of(words));
        Result result = run(all.toArray(String[]::new));
        assertEquals(ExitCode.OK, result.code(), result.err());
        return Json.parse(folder.resolve("report.json")).asObject();
    }

    private static JsonObject metrics(JsonObject report, String model, String setting) throws IOException {
        for (Json row : report.getObject("measured").getArray("rows").values()) {
            JsonObject object = row.asObject();
            if (object.getString("model").equals(model)
                    && object.getString("setting").equals(setting)) {
                return object.getObject("metrics");
            }
        }
        throw new AssertionError("no row of " + model + " under " + setting);
    }

    private static double value(JsonObject metrics, String metric) throws IOException {
        return metrics.getObject(metric).getDouble("value");
    }

    @Test
    void numbersAreThoseOfTrialsDoneOneByOne() throws IOException {
        JsonObject report = report("--model", "mine=" + first, "--test", input.toString(), "--seed", "5");
        List<Crystal> inOrder = new ArrayList<>(truth);
        inOrder.sort((a, b) -> (a.id() + ".cif").compareTo(b.id() + ".cif"));
        try (Device device = Devices.open("cpu-scalar", 1);
                TrainedModel model = TrainedModel.open(first, device, line -> {})) {
            Object[][] rows = {
                {"species-0.1", new Condition(MaskType.SPECIES, 0.1), 0.0},
                {"random15-0.1", new Condition(MaskType.RANDOM, 0.1), 0.15},
                {"random30-0.2", new Condition(MaskType.RANDOM, 0.2), 0.3}
            };
            for (Object[] row : rows) {
                JsonObject own = metrics(report, "mine", (String) row[0]);
                Condition condition = (Condition) row[1];
                ReconstructionScore.Row kept = score(model, inOrder, condition, (double) row[2], false);
                ReconstructionScore.Row free = score(model, inOrder, condition, (double) row[2], true);
                assertEquals(kept.top1(), value(own, "top1"), 1e-12);
                assertEquals(kept.top5(), value(own, "top5"), 1e-12);
                assertEquals(kept.after().mean(), value(own, "mean_after_A"), 1e-9);
                assertEquals(kept.alignedBefore().mean(), value(own, "aligned_mean_before_A"), 1e-9);
                assertEquals(kept.alignedAfter().rms(), value(own, "aligned_rms_after_A"), 1e-9);
                double n = truth.size();
                assertEquals(free.valid().structures() / n, value(own, "structure_valid"), 1e-12);
                assertEquals(free.valid().compositions() / n, value(own, "composition_valid"), 1e-12);
                assertEquals(free.valid().both() / n, value(own, "valid"), 1e-12);
                assertEquals(kept.valid().compositions() / n, value(own, "composition_valid_visible_kept"), 1e-12);
                JsonObject guess = metrics(report, "guess", (String) row[0]);
                assertEquals(kept.baselineTop1(), value(guess, "top1"), 1e-12);
                assertEquals(kept.baselineTop5(), value(guess, "top5"), 1e-12);
                assertEquals(kept.before().mean(), value(guess, "mean_after_A"), 1e-9);
                assertEquals(
                        kept.truthValid().compositions() / n,
                        report.getObject("measured")
                                .getObject("truth")
                                .getObject("composition_valid")
                                .getDouble("value"),
                        1e-12);
                assertEquals("wilson", own.getObject("valid").getString("interval"));
                assertEquals("bootstrap", own.getObject("top1").getString("interval"));
            }
        }
        assertEquals(9, report.getObject("provenance").getObject("test").getInt("crystals"));
        String command = report.getObject("provenance").getString("command");
        assertTrue(command.startsWith("./unitcell report --model mine=" + first + " --test " + input), command);
    }

    private static ReconstructionScore.Row score(
            TrainedModel model, List<Crystal> crystals, Condition condition, double ratio, boolean all)
            throws IOException {
        ReconstructionScore score =
                new ReconstructionScore(model.baseline(), ValidityRules.of(OxidationStates.SMACT14));
        Reconstructor reconstructor = new Reconstructor(model, new Reconstructor.Options(1, all, 8000));
        // Read back from their files, as the command reads them.
        List<Crystal> read = new ArrayList<>();
        for (Crystal crystal : crystals) {
            read.add(unitcell.crystal.io.CifStructures.readOne(CifWriter.write(crystal), crystal.id())
                    .withId(crystal.id()));
        }
        new ReconstructionTrials(reconstructor, ratio, 5)
                .run(read.iterator(), condition, (spoilt, result) -> score.add(condition, spoilt.original(), result));
        return score.row(condition);
    }

    @Test
    void severalRunsAndPairsOfModels() throws IOException {
        JsonObject report = report(
                "--model",
                "gan-x=" + first + "," + second,
                "--model",
                "gan-off=" + second + "," + first,
                "--test",
                input.toString(),
                "--noise",
                "0.1",
                "--mask-ratio",
                "0.5",
                "--seeds-of-corruption",
                "2",
                "--train",
                input.toString(),
                "--no-structures",
                "--visible-species",
                "kept");
        assertEquals(2, report.getObject("measured").getArray("rows").size() / 3);
        JsonObject a = metrics(report, "gan-x", "random50-0.1").getObject("aligned_mean_after_A");
        JsonObject b = metrics(report, "gan-off", "random50-0.1").getObject("aligned_mean_after_A");
        double[] x = a.getArray("runs").doubles();
        double[] y = b.getArray("runs").doubles();
        assertEquals("t over runs", a.getString("interval"));
        assertNotEquals(x[0], x[1]);
        assertEquals(x[0], y[1]);
        // Two runs: the interval is 12.7062 times half their difference to either side.
        double half = 12.7062 * Math.abs(x[0] - x[1]) / 2;
        assertEquals((x[0] + x[1]) / 2 + half, a.getDouble("high"), 1e-4);
        JsonObject pair = report.getArray("comparisons").get(1).asObject();
        assertEquals("gan-x", pair.getString("model"));
        assertEquals("gan-off", pair.getString("base"));
        double[] differences = pair.getObject("differences")
                .getObject("aligned_mean_after_A")
                .getArray("runs")
                .doubles();
        assertEquals(x[0] - y[0], differences[0], 1e-12);
        assertEquals(x[1] - y[1], differences[1], 1e-12);
        // Every test crystal is a training crystal here.
        JsonObject matching = report.getObject("provenance").getObject("matching");
        assertEquals(9, matching.getInt("test_known"));
        assertEquals(
                1 - value(metrics(report, "gan-x", "species-0.1"), "novel"),
                value(metrics(report, "gan-x", "species-0.1"), "match_rate"),
                0.2);
        assertFalse(Files.exists(folder.resolve("structures")));
    }

    @Test
    void equalWordsMakeEqualNumbers() throws IOException {
        String[] words = {"--model", "m=" + first, "--test", input.toString(), "--limit", "6", "--shown", "1"};
        JsonObject once = withoutDate(report(words));
        JsonObject again = withoutDate(report(words));
        assertEquals(once, again);
        assertNotEquals(
                once.getObject("measured"),
                report("--model", "m=" + first, "--test", input.toString(), "--limit", "6", "--seed", "1")
                        .getObject("measured"));
    }

    private static JsonObject withoutDate(JsonObject report) throws IOException {
        Map<String, Json> members = new LinkedHashMap<>(report.members());
        Map<String, Json> provenance =
                new LinkedHashMap<>(report.getObject("provenance").members());
        provenance.remove("date");
        members.put("provenance", new JsonObject(provenance, report.where()));
        return new JsonObject(members, report.where());
    }

    @Test
    void wrongUsage() {
        usage("nothing to report on");
        usage("--test is given without a model", "--test", input.toString(), "--finetune", "x");
        usage("--model is given without crystals", "--model", "a=" + first);
        usage("expected a name of letters", "--model", "a b=" + first, "--test", "x");
        usage("expected a name of letters", "--model", first.toString(), "--test", "x");
        usage("expected a name of letters", "--model", "a=" + first + ",", "--test", "x");
        String test = input.toString();
        usage("given twice; give all runs", "--model", "a=" + first, "--model", "a=" + second, "--test", test);
        usage("no model is called c", "--model", "a=" + first, "--test", test, "--compare", "a=c");
        usage("expected two names", "--model", "a=" + first, "--test", test, "--compare", "a=a");
        usage("--train goes only with --model", "--finetune", "x", "--train", test);
        usage("--matched 0 forbids", "--model", "a=" + first, "--test", test, "--train", test, "--matched", "0");
        usage("is given 2 times", "--model", "a=" + first, "--test", test, "--test", test);
    }

    private static void usage(String complaint, String... words) {
        Result result = run(words);
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertTrue(result.err().contains(complaint), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }

    @Test
    void faultsLeaveAnEarlierReportAlone() throws IOException {
        Files.writeString(folder.resolve("report.html"), "earlier");
        Files.createDirectories(folder.resolve("structures").resolve("earlier"));
        String out = folder.toString();
        String test = input.toString();
        input("no checkpoint at", "--model", "a=" + runs.resolve("absent"), "--test", test, "--out", out);
        input("no such file or folder", "--model", "a=" + first, "--test", runs + "/absent", "--out", out);
        input("no such folder; expected the folder of a finished", "--finetune", runs + "/absent", "--out", out);
        input("holds no task.json", "--model", "a=" + first, "--test", test, "--finetune", test, "--out", out);
        Path empty = Files.createDirectory(folder.resolve("unreadable"));
        Files.writeString(empty.resolve("x.cif"), "data_x\n_cell_length_a none\n");
        input("nothing left to measure", "--model", "a=" + first, "--test", empty.toString(), "--out", out);
        input(
                "none of the records can be read",
                "--model",
                "a=" + first,
                "--test",
                test,
                "--train",
                empty.toString(),
                "--out",
                out);
        assertEquals("earlier", Files.readString(folder.resolve("report.html")));
        assertTrue(Files.isDirectory(folder.resolve("structures").resolve("earlier")));
        try (Stream<Path> entries = Files.list(folder)) {
            assertEquals(
                    List.of("report.html", "structures", "unreadable"),
                    entries.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    private static void input(String complaint, String... words) {
        Result result = run(Stream.concat(Stream.of("--device", "cpu-scalar"), Stream.of(words))
                .toArray(String[]::new));
        assertEquals(ExitCode.INPUT, result.code(), result.err());
        String last = result.err().lines().reduce("", (a, b) -> b);
        assertTrue(last.startsWith("unitcell: ") && last.contains(complaint), result.err());
    }
}
