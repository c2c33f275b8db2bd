package unitcell.trainer.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifStructures;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.stats.Estimate;

/** A whole report: the page against the numbers, written crystals against each other, stops. */
class ResultsRunTest {
    @TempDir
    static Path runs;

    private static Path model;
    private static CrystalSource test;
    private static final int CRYSTALS = 9;

    @TempDir
    Path out;

    @BeforeAll
    static void train() throws IOException {
        model = TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, runs.resolve("run"));
        Path folder = Files.createDirectory(runs.resolve("test"));
        for (Crystal crystal : CrystalsForTests.random(9, CRYSTALS, 7)) {
            Files.writeString(folder.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
        test = CrystalSource.of(folder.toString());
    }

    private ResultsOptions options(List<ModelRuns> models, List<Path> tuned) {
        return new ResultsOptions(
                models,
                models.isEmpty() ? Optional.empty() : Optional.of(test),
                models.isEmpty() ? Optional.empty() : Optional.of(test),
                tuned,
                Setting.grid(List.of(0.2), List.of(0.3)),
                VisibleSpecies.FREE,
                OxidationStates.SMACT14,
                models.size() < 2 ? List.of() : List.of(new Comparison("b", "a")),
                100,
                1,
                8,
                true,
                3,
                4,
                0,
                true,
                out);
    }

    private List<ModelRuns> twoModels() {
        return List.of(new ModelRuns("a", List.of(runs.resolve("run"))), new ModelRuns("b", List.of(model, model)));
    }

    private static Optional<ResultsReport> run(ResultsOptions options, BooleanSupplier stop) throws IOException {
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        try (Device device = Devices.open("cpu-scalar", 1)) {
            return new ResultsRun(
                            options,
                            new ResultsRun.Environment(
                                    device,
                                    quiet,
                                    line -> {},
                                    line -> {},
                                    stop,
                                    "./unitcell report",
                                    "Unitcell test",
                                    Instant.EPOCH))
                    .run();
        }
    }

    private static Document page(Path file) throws IOException {
        try {
            String text = Files.readString(file).replace("<!DOCTYPE html>", "");
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(text)));
        } catch (javax.xml.parsers.ParserConfigurationException | org.xml.sax.SAXException e) {
            throw new AssertionError("not well-formed: " + e.getMessage(), e);
        }
    }

    private static Path tuned(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("task.json"), """
            {"name": "bulk-modulus", "title": "Bulk modulus", "kind": "regression", "columns": ["k"], "unit": "GPa",
             "transform": "log10", "loss": "mse",
             "split": {"by": "composition", "validation": 0.1, "test": 0.1}}\
            """);
        StringBuilder rows = new StringBuilder();
        for (String init : List.of("pretrained", "scratch")) {
            for (int seed = 0; seed < 3; seed++) {
                rows.append(rows.isEmpty() ? "" : ",")
                        .append("{\"init\": \"" + init + "\", \"seed\": " + seed + ", \"n\": 4, \"metrics\": {")
                        .append("\"mae_log10\": 0.0" + (init.equals("scratch") ? 7 : 5) + seed + ", \"mae\": 123.4}}");
            }
        }
        Files.writeString(folder.resolve("results.json"), "{\"rows\": [" + rows + "]}");
        return folder;
    }

    @Test
    void everyNumberOfThePageIsAmongTheNumbers() throws IOException {
        Optional<ResultsReport> report = run(options(twoModels(), List.of(tuned(runs.resolve("bulk")))), () -> false);
        assertTrue(report.isPresent());
        JsonObject json = Json.parse(out.resolve(ResultsRun.NUMBERS)).asObject();
        Set<String> known = new HashSet<>();
        collect(json, known);
        Document page = page(out.resolve(ResultsRun.PAGE));
        int measured = 0;
        NodeList cells = page.getElementsByTagName("td");
        for (int i = 0; i < cells.getLength(); i++) {
            Element cell = (Element) cells.item(i);
            NodeList small = cell.getElementsByTagName("span");
            if (small.getLength() == 1) {
                String interval = small.item(0).getTextContent();
                String value =
                        cell.getTextContent().substring(0, cell.getTextContent().length() - interval.length());
                assertTrue(known.contains(value + " (" + interval + ")"), value + " (" + interval + ")");
                measured++;
            }
        }
        assertTrue(measured > 100, measured + " cells with an interval");
        for (String part : List.of(
                "provenance", "measured", "examples", "sizes", "exchanges", "comparisons", "fine_tuning", "training")) {
            assertTrue(json.has(part), part);
        }
        NodeList headings = page.getElementsByTagName("h2");
        Set<String> sections = new HashSet<>();
        for (int i = 0; i < headings.getLength(); i++) {
            sections.add(headings.item(i).getTextContent());
        }
        assertTrue(sections.containsAll(List.of(
                "Validity",
                "Species, positions, structures",
                "Original, spoilt, completed",
                "Invalid crystals by size",
                "Which species replaces which",
                "Differences between models",
                "Fine-tuning",
                "Bulk modulus",
                "Training",
                "Provenance")));
        assertTrue(
                page.getDocumentElement().getTextContent().contains("Pre-trained beats scratch on 1 of 1 task (Bulk"));
        // The two runs of b are one checkpoint, and that is a's best.
        assertEquals(rows(json, "a"), rows(json, "b"));
    }

    private static List<Double> rows(JsonObject json, String name) throws IOException {
        List<Double> values = new ArrayList<>();
        for (Json row : json.getObject("measured").getArray("rows").values()) {
            if (row.asObject().getString("model").equals(name)) {
                values.add(row.asObject().getObject("metrics").getObject("top5").getDouble("value"));
            }
        }
        assertEquals(2, values.size());
        return values;
    }

    /** Every estimate in every way in which the page may write it. */
    private static void collect(Json json, Set<String> known) throws IOException {
        switch (json) {
            case JsonArray array -> {
                for (Json value : array.values()) {
                    collect(value, known);
                }
            }
            case JsonObject object -> {
                add(object, "value", "low", "high", known);
                add(object, "expected_by_chance", "chance_low", "chance_high", known);
                for (Json value : object.members().values()) {
                    collect(value, known);
                }
            }
            default -> {}
        }
    }

    private static void add(JsonObject object, String value, String low, String high, Set<String> known)
            throws IOException {
        for (String key : List.of(value, low, high)) {
            if (!(object.find(key).orElse(null) instanceof JsonNumber)) {
                return;
            }
        }
        Estimate estimate = new Estimate(
                object.getDouble(value),
                object.getDouble(low),
                object.getDouble(high),
                1,
                Estimate.Kind.NONE,
                new double[0]);
        for (int decimals = 1; decimals <= 4; decimals++) {
            known.add(estimate.text(decimals));
        }
        known.add(estimate.times(100).text(2));
    }

    @Test
    void writtenCrystalsAgreeInEveryForm() throws IOException {
        run(options(twoModels(), List.of()), () -> false);
        for (String folder : List.of("a-species-0.2", "a-random30-0.2", "b-species-0.2", "b-random30-0.2")) {
            Path structures = out.resolve(ResultsRun.STRUCTURES).resolve(folder);
            List<Crystal> fromZip = new ArrayList<>();
            List<String> names = new ArrayList<>();
            try (ZipInputStream zip =
                    new ZipInputStream(Files.newInputStream(structures.resolve(StructureExport.ZIP)))) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    String cif = new String(zip.readAllBytes(), StandardCharsets.UTF_8);
                    names.add(entry.getName());
                    fromZip.add(CifStructures.readOne(cif, entry.getName()));
                    Path file = structures.resolve(StructureExport.CIFS).resolve(entry.getName());
                    assertEquals(names.size() <= 3, Files.exists(file));
                    if (names.size() <= 3) {
                        assertEquals(cif, Files.readString(file));
                    }
                }
            }
            assertEquals(CRYSTALS, names.size());
            assertEquals(names.stream().sorted().toList(), names);
            List<Crystal> fromTable = new ArrayList<>();
            try (CrystalRecords records = CrystalSource.of(
                            structures.resolve(StructureExport.TABLE).toString())
                    .open()) {
                while (records.hasNext()) {
                    fromTable.add(((CrystalRecord.Accepted) records.next()).crystal());
                }
            }
            assertEquals(fromZip, fromTable);
            List<String> ids = test.files().stream()
                    .map(f -> f.getFileName().toString().replace(".cif", ""))
                    .toList();
            assertEquals(ids, fromTable.stream().map(Crystal::id).toList());
            frames(structures.resolve(StructureExport.XYZ), fromTable);
        }
    }

    /** The frames of an extended XYZ file hold the same crystals: ids, species, and positions up to the orientation. */
    private static void frames(Path file, List<Crystal> crystals) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int at = 0;
        for (Crystal crystal : crystals) {
            assertEquals(crystal.size(), Integer.parseInt(lines.get(at)));
            assertTrue(lines.get(at + 1).contains("id=\"" + crystal.id() + "\""), lines.get(at + 1));
            double[] positions = crystal.cartesian();
            for (int i = 0; i < crystal.size(); i++) {
                String[] words = lines.get(at + 2 + i).split(" ");
                assertEquals(unitcell.crystal.Element.of(crystal.species(i)).symbol(), words[0]);
                double[] read = {
                    Double.parseDouble(words[1]), Double.parseDouble(words[2]), Double.parseDouble(words[3])
                };
                // Test crystals come from CIF, so their cells are in the standard orientation already.
                assertArrayEquals(
                        new double[] {positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]}, read, 1e-6);
            }
            at += 2 + crystal.size();
        }
        assertEquals(lines.size(), at);
    }

    @Test
    void aStopLeavesEverythingAsItWas() throws IOException {
        run(options(twoModels().subList(0, 1), List.of()), () -> false);
        byte[] before = Files.readAllBytes(out.resolve(ResultsRun.NUMBERS));
        List<String> tree = tree();
        for (int stopAfter : new int[] {0, 3, 40}) {
            AtomicInteger asked = new AtomicInteger();
            assertTrue(run(options(twoModels(), List.of()), () -> asked.getAndIncrement() >= stopAfter)
                    .isEmpty());
            assertArrayEquals(before, Files.readAllBytes(out.resolve(ResultsRun.NUMBERS)));
            assertEquals(tree, tree());
        }
        assertTrue(run(options(twoModels(), List.of()), () -> false).isPresent());
        assertFalse(tree().equals(tree));
        assertTrue(tree().stream().noneMatch(p -> p.contains(".tmp") || p.contains(".new") || p.contains(".old")));
    }

    private List<String> tree() throws IOException {
        try (Stream<Path> walk = Files.walk(out)) {
            return walk.map(p -> out.relativize(p).toString()).sorted().toList();
        }
    }

    @Test
    void partsWithoutDataAreLeftOutWithASentence() throws IOException {
        run(options(List.of(), List.of(tuned(runs.resolve("alone")))), () -> false);
        JsonObject json = Json.parse(out.resolve(ResultsRun.NUMBERS)).asObject();
        assertFalse(json.has("measured") || json.has("training"));
        String text = page(out.resolve(ResultsRun.PAGE)).getDocumentElement().getTextContent();
        assertTrue(text.contains("No generator was given"), text);
        assertTrue(text.contains("holds no predictions.csv"));
        assertFalse(Files.exists(out.resolve(ResultsRun.STRUCTURES)));
        // A checkpoint outside a run has no log; no fine-tuning, no pair of models.
        Path alone = Files.createDirectories(runs.resolve("elsewhere")).resolve(model.getFileName());
        if (!Files.exists(alone)) {
            Files.createDirectory(alone);
            try (Stream<Path> files = Files.list(model)) {
                for (Path file : files.toList()) {
                    Files.copy(file, alone.resolve(file.getFileName()));
                }
            }
        }
        run(options(List.of(new ModelRuns("only", List.of(alone))), List.of()), () -> false);
        text = page(out.resolve(ResultsRun.PAGE)).getDocumentElement().getTextContent();
        assertTrue(text.contains("No log of only was found"));
        assertTrue(text.contains("No fine-tuning run was given"));
        assertTrue(text.contains("No two models are compared"));
        assertEquals(
                "only",
                Json.parse(out.resolve(ResultsRun.NUMBERS))
                        .asObject()
                        .getObject("provenance")
                        .getArray("models")
                        .get(0)
                        .asObject()
                        .getString("name"));
    }
}
