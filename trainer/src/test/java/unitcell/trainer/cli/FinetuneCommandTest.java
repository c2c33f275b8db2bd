package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;

/** {@code finetune} and {@code predict} from words to files, and what they say of what cannot be done. */
class FinetuneCommandTest {
    private static final String MODEL = """
        {"num_layers": 1, "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2,
         "attn_alpha_channels": 4, "attn_value_channels": 4, "ffn_hidden_channels": 8, "edge_channels": 8,
         "lmax_list": [1], "mmax_list": [1], "grid_resolution": 6, "max_radius": 3.0, "max_neighbors": 0,
         "alpha_drop": 0, "drop_path_rate": 0}\
        """;

    @TempDir
    static Path pretrained;

    @TempDir
    Path folder;

    private Path table;
    private Path task;

    private record Result(ExitCode code, String out, String err) {
        /** The last line of standard error: before it, progress may have been told. */
        String error() {
            return err.lines().reduce("", (a, b) -> b);
        }
    }

    @BeforeAll
    static void train() throws IOException {
        TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, pretrained);
    }

    @BeforeEach
    void makeInput() throws IOException {
        table = folder.resolve("crystals.csv");
        StringBuilder text = new StringBuilder("id,hardness,crystal_system,cif\n");
        for (Crystal crystal : CrystalsForTests.random(2, 40, 4)) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s,%.3f,%s,\"%s\"%n",
                    crystal.id(),
                    1 + crystal.species(0) / 10.0,
                    crystal.size() % 2 == 0 ? "cubic" : "hexagonal",
                    CifWriter.write(crystal).replace("\"", "\"\"")));
        }
        text.append("unlabelled,,cubic,\"")
                .append(CifWriter.write(CrystalsForTests.random(5, 1, 2).get(0)).replace("\"", "\"\""))
                .append("\"\n");
        Files.writeString(table, text);
        task = folder.resolve("hardness.json");
        Files.writeString(task, """
            {"name": "hardness", "kind": "regression", "columns": ["hardness"], "unit": "GPa",
             "transform": "standardise", "loss": "mse",
             "split": {"by": "composition", "validation": 0.2, "test": 0.2}}\
            """);
        Files.writeString(folder.resolve("model.json"), MODEL);
    }

    private Result run(List<String> words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode code = Main.run(
                words,
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Result finetune(String... more) {
        List<String> words = new ArrayList<>(List.of("finetune", "--device", "cpu", "--threads", "1"));
        List<String> given = List.of(more);
        add(words, given, "--task", task.toString());
        add(words, given, "--input", table.toString());
        add(words, given, "--out", folder.resolve("run").toString());
        add(words, given, "--steps", "4");
        add(words, given, "--repeats", "2");
        add(words, given, "--max-volume-per-atom", "1000");
        words.addAll(given);
        return run(words);
    }

    private static void add(List<String> words, List<String> given, String option, String value) {
        if (!given.contains(option)) {
            words.addAll(List.of(option, value));
        }
    }

    private String model() {
        return folder.resolve("model.json").toString();
    }

    @Test
    void bothStartsSideBySideAndThenPredictions() throws IOException {
        Path json = folder.resolve("results-copy.json");
        Result result = finetune("--checkpoint", pretrained.toString(), "--json", json.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        List<String> starts = result.out()
                .lines()
                .filter(line -> line.matches("(dummy|scratch|pretrained) .*"))
                .map(line -> line.replaceAll("^(\\S+\\s+\\S+).*", "$1").replaceAll("\\s+", " "))
                .toList();
        assertEquals(List.of("dummy 1", "scratch 2", "pretrained 2"), starts, result.out());
        assertTrue(result.out().contains("mae [GPa]"), result.out());
        assertTrue(result.out().contains("left out: {hardness missing=1}"), result.out());
        Path run = folder.resolve("run");
        JsonObject results = Json.parse(run.resolve("results.json")).asObject();
        assertEquals(results, Json.parse(json).asObject());
        assertEquals(5, results.getArray("rows").size());
        assertEquals(1, results.getObject("data").getObject("skipped").getInt("hardness missing"));
        assertEquals(
                Json.parse(task).asObject().getString("name"),
                Json.parse(run.resolve("task.json")).asObject().getString("name"));
        assertTrue(Files.readString(run.resolve("skipped.csv")).contains("unlabelled,hardness missing,"));

        Path out = folder.resolve("predicted.csv");
        String models = run.resolve("models/pretrained-s0-f0") + "," + run.resolve("models/pretrained-s1-f0");
        Result predicted = run(List.of(
                "predict",
                "--model",
                models,
                "--input",
                table.toString(),
                "--out",
                out.toString(),
                "--device",
                "cpu",
                "--threads",
                "1"));
        assertEquals(ExitCode.OK, predicted.code(), predicted.err());
        List<String> lines = Files.readAllLines(out);
        assertEquals("id,hardness [GPa],sd of hardness [GPa]", lines.get(0));
        assertEquals(42, lines.size());
        assertTrue(predicted.out().contains("41 crystals predicted, 0 skipped"), predicted.out());
    }

    @Test
    void classesAreAlsoToldByCrystalSystem() throws IOException {
        Path classes = folder.resolve("classes.json");
        Files.writeString(classes, """
            {"name": "hard", "kind": "classification", "columns": ["hardness"], "loss": "nll",
             "classes": {"negative": "soft", "positive": "hard", "at_least": 3},
             "split": {"by": "composition", "validation": 0.2, "test": 0.3}}\
            """);
        Result result = finetune("--task", classes.toString(), "--model-config", model(), "--repeats", "1");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(
                result.out().lines().anyMatch(l -> l.matches("crystal system +crystals +dummy +scratch")),
                result.out());
        assertTrue(result.out().lines().anyMatch(l -> l.startsWith("hexagonal ")), result.out());
        assertTrue(result.out().lines().anyMatch(l -> l.startsWith("cubic ")), result.out());
    }

    @Test
    void aDryRunTrainsNothing() {
        Result result = finetune("--model-config", model(), "--dry-run");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("2 fits"), result.out());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void optionsChangeSingleFieldsOfTheTask() throws IOException {
        Result result = finetune(
                "--model-config",
                model(),
                "--repeats",
                "1",
                "--loss",
                "huber",
                "--transform",
                "log10-standardise",
                "--pooling",
                "sum",
                "--split-composition",
                "0.3,0.3");
        assertEquals(ExitCode.OK, result.code(), result.err());
        JsonObject written = Json.parse(folder.resolve("run/task.json")).asObject();
        assertEquals("huber", written.getString("loss"));
        assertEquals("log10-standardise", written.getString("transform"));
        assertEquals("sum", written.getString("pooling"));
        assertEquals(0.3, written.getObject("split").getDouble("test"));
        assertTrue(result.out().contains("mae_log10"), result.out());
    }

    @Test
    void aFolderThatHoldsARunIsRefusedOnRequest() {
        assertEquals(
                ExitCode.OK,
                finetune("--model-config", model(), "--repeats", "1").code());
        Result result = finetune("--model-config", model(), "--repeats", "1", "--resume", "none");
        assertFails(result, ExitCode.USAGE, "holds a run already");
    }

    private static void assertFails(Result result, ExitCode code, String part) {
        assertEquals(code, result.code(), result.err());
        assertTrue(result.error().startsWith("unitcell: "), result.err());
        assertTrue(result.error().contains(part), result.error());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        bulk-moduls    | did you mean bulk-modulus?
        nothing        | no task is called 'nothing', expected one of stability
        absent.json    | absent.json
        """)
    void tasksThatThereAreNot(String name, String part) {
        Result result = finetune("--task", name);
        assertFails(result, name.endsWith(".json") ? ExitCode.INPUT : ExitCode.USAGE, part);
    }

    @Test
    void aTaskFileThatIsWrong() throws IOException {
        Files.writeString(task, Files.readString(task).replace("\"loss\"", "\"lose\""));
        assertFails(finetune(), ExitCode.INPUT, "unknown key 'lose'");
    }

    @Test
    void aColumnThatIsNotThere() {
        Result result = finetune("--columns", "hardnes");
        assertFails(result, ExitCode.INPUT, "hardness");
    }

    @Test
    void noRowWithALabelIsLeft() throws IOException {
        Files.writeString(task, Files.readString(task).replace("\"unit\"", """
            "rules": [{"column": "hardness", "min": 100, "max": 200}], "unit\"\
            """));
        assertFails(finetune(), ExitCode.INPUT, "no row of ");
    }

    @Test
    void notEnoughForATest() {
        Result result = finetune("--split-composition", "0.1,0", "--model-config", model());
        assertFails(result, ExitCode.INPUT, "test");
    }

    @Test
    void optionsThatContradictEachOther() {
        assertFails(finetune("--no-scratch"), ExitCode.USAGE, "--no-scratch without --checkpoint");
        assertFails(finetune("--fold", "2"), ExitCode.USAGE, "expected --folds with it");
        assertFails(finetune("--folds", "3", "--fold", "3"), ExitCode.USAGE, "a whole number from 0 to 2");
        assertFails(
                finetune("--checkpoint", pretrained.toString(), "--preset", "tiny"),
                ExitCode.USAGE,
                "--checkpoint and --preset each say the sizes");
        assertFails(finetune("--train", "tail"), ExitCode.USAGE, "all, head or last-K");
        assertFails(finetune("--loss", "nll"), ExitCode.USAGE, "has loss nll");
        assertFails(finetune("--split-composition", "0.2"), ExitCode.USAGE, "expected two");
    }

    @Test
    void checkpointsOfAnotherKind() throws IOException {
        assertFails(finetune("--checkpoint", folder.resolve("nowhere").toString()), ExitCode.INPUT, "no such folder");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertFails(finetune("--checkpoint", empty.toString()), ExitCode.INPUT, "holds no checkpoint");
        Result predicted = run(
                List.of("predict", "--model", pretrained.toString(), "--input", table.toString(), "--device", "cpu"));
        assertFails(predicted, ExitCode.INPUT, "not a checkpoint of a fine-tuned network");
    }
}
