package unitcell.trainer.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.net.Heads;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;

/** Tasks as JSON: there and back, and what is refused where. */
class TaskTest {
    private static final String FERMI = """
        {"name": "f",
        "kind": "regression",
        "columns": ["efermi"],
        "unit": "eV",
        "loss": "huber",
        "rules": [{"column": "efermi", "min": -5}],
        "split": {"by": "composition", "validation": 0.1, "test": 0.2}}
        """;

    @TempDir
    Path folder;

    static List<String> names() {
        return Task.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void readyTasksAreWrittenAsTheyAreRead(String name) throws IOException {
        Task task = Task.named(name);
        try (InputStream in = Task.class.getResourceAsStream("tasks/" + name + ".json")) {
            assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), task.toString());
        }
        assertEquals(name, task.name());
        assertEquals(task, Task.fromJson(task.toJson()));
        assertTrue(task.description().contains("plit"), "says how it is split: " + task.description());
        assertFalse(task.inputs().isEmpty());
        Path file = Files.writeString(folder.resolve("t.json"), task.toString());
        assertEquals(task, Task.find(file.toString()));
        assertEquals(task, Task.find(name));
    }

    @Test
    void widthsOfLabelsAndOutputs() {
        assertEquals(1, Task.named("stability").width());
        assertEquals(2, Task.named("stability").outputs());
        assertEquals(51, Task.named("phonon-dos").width());
        assertEquals(51, Task.named("phonon-dos").readout().outputs());
        assertEquals(1000, Task.named("phonon-dos").grid().orElseThrow().axis()[50]);
        Task two = Task.named("fermi").withColumns(List.of("k", "g"));
        assertEquals(2, two.width());
        assertEquals(2, two.outputs());
    }

    @Test
    void defaultsAreFilledIn() throws IOException {
        Task task = Task.fromJson(Json.parse("t", FERMI).asObject());
        assertEquals("f", task.title());
        assertEquals(Task.Transform.NONE, task.transform());
        assertEquals(Heads.Pooling.MEAN, task.pooling());
        assertEquals(List.of(new RowRule("efermi", -5, Double.POSITIVE_INFINITY)), task.rules());
        assertEquals(SplitRule.composition(0.1, 0.2), task.split());
        assertEquals(Optional.empty(), task.grid());
        assertEquals("efermi outside [-5, Infinity]", task.rules().get(0).reason());
    }

    @Test
    void singleFieldsAreReplaced() {
        Task task = Task.named("phonon-dos");
        assertEquals(Task.Loss.KL, task.withLoss(Task.Loss.KL).loss());
        assertEquals(Heads.Pooling.SUM, task.withPooling(Heads.Pooling.SUM).pooling());
        assertEquals(List.of(), Task.named("bulk-modulus").withRules(List.of()).rules());
        Task fermi = Task.named("fermi");
        assertEquals(
                Task.Transform.NONE, fermi.withTransform(Task.Transform.NONE).transform());
        SplitRule split = new SplitRule(
                new SplitRule.ByColumn("s", List.of("a"), List.of(), List.of("b", "c")), Set.of(CrystalSystem.CUBIC));
        Task changed = fermi.withSplit(split).withColumns(List.of("e"));
        assertEquals(split, changed.split());
        assertEquals(fermi, changed.withSplit(fermi.split()).withColumns(fermi.columns()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "loss"              | "los"                 | t:5:8: unknown key 'los', expected one of [name, title, description, kind, columns, unit, transform, loss, pooling, rules, classes, grid, split, inputs]; did you mean loss?
        "huber"             | "hubert"              | t:5:9: 'loss': found 'hubert', expected one of mse, l1, huber, nll, kl; did you mean huber?
        "regression"        | "ranking"             | t:2:9: 'kind': found 'ranking', expected one of regression, classification, spectrum
        ["efermi"]          | "efermi"              | t:3:12: 'columns': expected an array, found the string "efermi"
        ["efermi"]          | [7]                   | t:3:13: expected a string, found the number 7
        ["efermi"]          | []                    | t:1:1: task f names no column
        ["efermi"]          | ["a", "a"]            | t:1:1: task f names a column twice: [a, a]
        "name": "f"         | "name": "a b"         | t:1:1: task name 'a b', expected letters, digits, '.', '_' and '-'
        "min": -5           | "mn": -5              | t:6:38: unknown key 'mn', expected one of [column, min, max]; did you mean min?
        "min": -5           | "min": 5, "max": 1    | t:6:11: the rule for 'efermi' allows nothing: min 5.0, max 1.0
        "composition"       | "chance"              | t:7:17: 'by': found 'chance', expected one of composition, column
        "test": 0.2         | "test": 0.9           | t:7:10: shares of compositions: validation 0.1, test 0.9; expected numbers from 0 that sum to less than 1
        "test": 0.2         | "test": "a"           | t:7:59: 'test': expected a number, found the string "a"
        "test": 0.2         | "test": 0.2, "train_systems": ["cubical"] | t:7:82: 'train_systems': found 'cubical', expected one of triclinic, monoclinic, orthorhombic, tetragonal, trigonal, hexagonal, cubic; did you mean cubic?
        "unit": "eV"        | "transform": "log"    | t:4:14: 'transform': found 'log', expected one of none, log10, standardise, log10-standardise; did you mean log10?
        "unit": "eV"        | "classes": {"negative": "a", "positive": "b", "at_most": 0} | t:1:1: task f of kind regression has classes
        "unit": "eV"        | "grid": {"start": 0, "step": -1, "bins": 3, "unit": "x"} | t:4:9: the grid of a spectrum starts at 0.0 with step -1.0 and 3 bins, expected a positive step and at least 2 bins
        "huber"             | "kl"                  | t:1:1: task f has loss kl, expected one of [mse, l1, huber] for regression
        "regression"        | "spectrum"            | t:1:1: task f has loss huber, expected one of [mse, l1, kl] for spectrum
        """)
    void faultsAreToldWithTheirPlace(String old, String now, String message) {
        assertTrue(FERMI.contains(old), old);
        JsonException e = assertThrows(
                JsonException.class,
                () -> Task.fromJson(Json.parse("t", FERMI.replace(old, now)).asObject()));
        assertEquals(message, e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "at_most": 0                   | 'at_most'          | expected one of 'at_most', 'at_least' and 'values', found [at_most, values]
        "values": []                   | 'values'           | no word makes a row positive
        "values": ["a"]                | 'values'           |
        "at_least": 1                  | 'at_least'         |
        """)
    void classesHaveOneTest(String test, String key, String fault) throws IOException {
        String text = "{\"negative\": \"no\", \"positive\": \"yes\", TEST}".replace("TEST", test);
        if (fault == null) {
            ClassRule rule = ClassRule.fromJson(Json.parse("t", text).asObject());
            assertEquals(rule, ClassRule.fromJson(rule.toJson()));
            assertTrue(rule.toJson().has(key.replace("'", "")));
            return;
        }
        String doubled = fault.contains("found") ? text.replace(test, test + ", \"values\": [\"x\"]") : text;
        JsonException e = assertThrows(
                JsonException.class,
                () -> ClassRule.fromJson(Json.parse("t", doubled).asObject()));
        assertEquals("t:1:1: " + fault, e.getMessage());
    }

    @Test
    void splitColumnsHaveOneSideEach() {
        for (List<List<String>> sides : List.of(
                List.of(List.of("a"), List.of("a"), List.<String>of("b")),
                List.of(List.of("a"), List.<String>of(), List.of("a")),
                List.of(List.of("a"), List.of("b"), List.of("b")),
                List.of(List.<String>of(), List.of("b"), List.of("c")),
                List.of(List.of("a"), List.of("b"), List.<String>of()))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> SplitRule.column("s", sides.get(0), sides.get(1), sides.get(2)),
                    sides::toString);
        }
    }

    @Test
    void unknownNamesAreRefusedWithASuggestion() {
        TrainerException e = assertThrows(TrainerException.class, () -> Task.find("bulk-modulu"));
        assertEquals(ExitCode.USAGE, e.exitCode());
        assertTrue(e.getMessage().endsWith("; did you mean bulk-modulus?"), e.getMessage());
        IOException missing = assertThrows(IOException.class, () -> Task.find(folder + "/none.json"));
        assertTrue(missing.getMessage().contains("none.json"), missing.getMessage());
    }
}
