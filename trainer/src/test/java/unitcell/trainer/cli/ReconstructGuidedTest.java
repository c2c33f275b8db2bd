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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.finetune.TinyFits;
import unitcell.trainer.pretrain.TinyRun;

/** {@code reconstruct} with wishes about species, several candidates and models that rank them. */
class ReconstructGuidedTest {
    @TempDir
    static Path trained;

    @TempDir
    Path folder;

    private Path input;
    private Path out;

    @BeforeAll
    static void train() throws IOException {
        TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, trained.resolve("generator"));
        TinyFits.train(TinyFits.CLASS, 1, 0, trained.resolve("class"));
        TinyFits.train(TinyFits.NUMBER, 1, 0, trained.resolve("number"));
        TinyFits.train(TinyFits.SPECTRUM, 1, 0, trained.resolve("spectrum"));
    }

    @BeforeEach
    void makeInput() throws IOException {
        out = folder.resolve("out");
        input = Files.createDirectory(folder.resolve("input"));
        write("five", 0, 8, 0, 26, 0);
        write("four", 0, 8, 0, 26);
        Files.writeString(input.resolve("broken.cif"), "data_broken\n_cell_length_a none\n");
    }

    private void write(String name, int... species) throws IOException {
        double[] frac = {0.01, 0.02, 0.03, 0.5, 0.47, 0.52, 0.49, 0, 0.55, 0, 0.5, 0.45, 0.55, 0.5, 0.02};
        Crystal crystal = new Crystal(
                name,
                Lattice.ofParameters(4.9, 5.1, 5.3, 90, 95, 88),
                species,
                Arrays.copyOf(frac, 3 * species.length));
        Files.writeString(input.resolve(name + ".cif"), CifWriter.write(crystal));
    }

    private record Result(ExitCode code, String out, String err) {}

    private Result run(String... further) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> words = new ArrayList<>(List.of(
                "reconstruct",
                "--checkpoint",
                trained.resolve("generator").toString(),
                "--device",
                "cpu-scalar",
                "--out",
                out.toString()));
        if (!Arrays.asList(further).contains("--input")) {
            words.addAll(List.of("--input", input.toString()));
        }
        words.addAll(List.of(further));
        ExitCode code = Main.run(
                words,
                new Console(
                        new PrintStream(printed, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        return new Result(code, printed.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Crystal read(Path file) {
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            return ((CrystalRecord.Accepted) records.next()).crystal();
        }
    }

    private List<String> completedFiles() throws IOException {
        try (Stream<Path> files = Files.list(out.resolve("cif"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private List<String[]> rows(String name) throws IOException {
        return Files.readAllLines(out.resolve(name)).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .toList();
    }

    @Test
    void allowedElementsAreChosenAndTheNetworksOwnGuessesTold() throws IOException {
        Result result = run("--allow", "Co,Ni", "--allow-at", "0=Li,Na;2=S", "--top", "118");
        assertEquals(ExitCode.OK, result.code(), result.err());
        Crystal five = read(out.resolve("cif/five.cif"));
        assertTrue(List.of(3, 11).contains(five.species(0)));
        assertEquals(8, five.species(1));
        assertEquals(16, five.species(2));
        assertTrue(List.of(27, 28).contains(five.species(4)));
        assertEquals(
                "crystal,file,site,true,chosen,species_1,probability_1",
                String.join(
                        ",",
                        Arrays.copyOf(
                                Files.readAllLines(out.resolve("species.csv"))
                                        .get(0)
                                        .split(","),
                                7)));
        for (String[] row : rows("species.csv")) {
            Crystal crystal = read(out.resolve("cif/" + row[1]));
            int site = Integer.parseInt(row[2]);
            assertEquals(Element.of(crystal.species(site)).symbol(), row[4]);
            double sum = 0;
            for (int k = 0; k < 118; k++) {
                sum += Double.parseDouble(row[6 + 2 * k]);
            }
            assertEquals(1, sum, 1e-3); // over all elements, not over those allowed
        }
        assertEquals(2, rows("candidates.csv").size());
        assertTrue(result.err().contains("broken.cif"), result.err());
    }

    @Test
    void aCompositionIsReachedAndWhatCannotReachItIsSkipped() throws IOException {
        Result result = run("--composition", "Li Fe P O2");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(List.of("five.cif"), completedFiles());
        assertEquals("LiFePO2", read(out.resolve("cif/five.cif")).composition().reducedFormula());
        List<String> skipped = Files.readAllLines(out.resolve("skipped.csv"));
        assertEquals(3, skipped.size());
        assertTrue(skipped.get(2).contains("has 4 atoms, no multiple of the 5 of"), skipped.get(2));
        Result strict = run(
                "--composition",
                "Li Fe P O2",
                "--strict",
                "--input",
                input.resolve("four.cif").toString());
        assertEquals(ExitCode.INPUT, strict.code());
        assertEquals(
                1, strict.err().lines().filter(l -> l.startsWith("unitcell")).count(), strict.err());
    }

    @Test
    void neutralMeansWhatEvaluateMeans() throws IOException {
        Path json = folder.resolve("result.json");
        Result result = run("--neutral", "--candidates", "4", "--json", json.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("neutral: 2 of 2 crystals\n"), result.out());
        ValidityRules rules = ValidityRules.of(OxidationStates.SMACT14);
        assertEquals(8, completedFiles().size());
        assertEquals("five.cand1.cif", completedFiles().get(0));
        List<String[]> rows = rows("candidates.csv");
        assertEquals(8, rows.size());
        for (String[] row : rows) {
            Crystal crystal = read(out.resolve("cif/" + row[1]));
            assertTrue(rules.composition(crystal.composition()), crystal.toString());
            assertEquals(crystal.composition().formula(), row[4]);
            assertEquals("true", row[7]);
            assertEquals("yes", row[8]);
            assertEquals(row[2], row[3]);
        }
        for (int k = 1; k < 4; k++) {
            assertTrue(Double.parseDouble(rows.get(k)[5]) <= Double.parseDouble(rows.get(k - 1)[5]));
        }
        JsonObject object = Json.parse(json).asObject();
        assertEquals(8, object.getLong("files"));
        assertEquals(0, object.getLong("not_neutral"));
    }

    @Test
    void whereNothingNeutralIsFoundTheCrystalIsToldOf() throws IOException {
        Result result = run("--neutral", "--allow", "Ne,Ar");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("neutral: 0 of 2 crystals; the others have neutral=no in "), result.out());
        for (String[] row : rows("candidates.csv")) {
            assertEquals("no", row[8]);
            assertEquals("false", row[7]);
            assertTrue(row[12].contains("possible compositions is neutral"), row[12]);
        }
        run("--neutral", "--search-limit", "1", "--oxidation", "icsd24");
        for (String[] row : rows("candidates.csv")) {
            assertTrue(
                    row[8].equals("yes") || row[12].contains("among the 1 most probable compositions"),
                    String.join(",", row));
        }
    }

    @Test
    void equivalentSitesGetOneElement() throws IOException {
        // Perovskite with the corner, the centre and two of the three anions hidden, which are equivalent.
        Crystal perovskite = new Crystal(
                "perovskite", Lattice.ofParameters(4, 4, 4, 90, 90, 90), new int[] {0, 0, 8, 0, 0}, new double[] {
                    0, 0, 0, .5, .5, .5, .5, .5, 0, .5, 0, .5, 0, .5, .5
                });
        Path file = Files.writeString(folder.resolve("p.cif"), CifWriter.write(perovskite));
        Result result = run("--input", file.toString(), "--keep-symmetry", "--candidates", "20", "--neutral");
        assertEquals(ExitCode.OK, result.code(), result.err());
        List<String[]> rows = rows("candidates.csv");
        assertEquals(20, rows.size());
        for (String[] row : rows) {
            Crystal crystal = read(out.resolve("cif/" + row[1]));
            assertEquals(crystal.species(3), crystal.species(4));
        }
        Result impossible = run("--input", file.toString(), "--keep-symmetry", "--composition", "CaTiO2F", "--strict");
        assertEquals(ExitCode.INPUT, impossible.code());
        assertTrue(
                impossible.err().contains("with one element for equivalent sites, which are in groups of [1, 1, 2]"),
                impossible.err());
        Result free = run("--input", file.toString(), "--composition", "CaTiO2F");
        assertEquals(ExitCode.OK, free.code(), free.err());
    }

    @Test
    void aSmallerRunLeavesNoCandidatesOfALargerOne() throws IOException {
        run("--candidates", "3");
        assertEquals(6, completedFiles().size());
        run("--candidates", "2");
        assertEquals(4, completedFiles().size());
        run("--settle");
        assertEquals(List.of("five.cif", "four.cif"), completedFiles());
    }

    @Test
    void fewerCandidatesThanAskedForAreTold() throws IOException {
        Result result = run("--candidates", "9", "--allow", "Co,Ni");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("have fewer than 9, see note in"), result.out());
        List<String[]> rows = rows("candidates.csv");
        assertEquals(8 + 4, rows.size());
        assertEquals("only 8 of 9 candidates: there are no more", rows.get(0)[12]);
    }

    @Test
    void aDiscriminatorAndATargetRankCandidates() throws IOException {
        Path json = folder.resolve("result.json");
        Result result = run(
                "--candidates",
                "5",
                "--discriminator",
                trained.resolve("class").toString(),
                "--target",
                trained.resolve("number") + "=max",
                "--json",
                json.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        List<String[]> rows = rows("candidates.csv");
        assertEquals(10, rows.size());
        for (int i = 0; i < 10; i++) {
            String[] row = rows.get(i);
            assertEquals(Integer.toString(1 + i % 5), row[2]);
            double stable = Double.parseDouble(row[9]);
            assertTrue(stable >= 0 && stable <= 1);
            assertEquals("", row[11]); // from an extreme there is no distance
            if (i % 5 > 0) {
                double before = Double.parseDouble(rows.get(i - 1)[9]);
                assertTrue(
                        before >= 0.5 && stable < 0.5
                                || before >= 0.5 == stable >= 0.5
                                        && Double.parseDouble(rows.get(i - 1)[10]) >= Double.parseDouble(row[10]),
                        "order of " + row[0]);
            }
        }
        JsonObject object = Json.parse(json).asObject();
        assertEquals("max", object.getObject("target").getString("aim"));
        // What predict says of the files that were written, up to the decimals that a CIF keeps.
        Path predictions = folder.resolve("predictions.csv");
        ExitCode code = Main.run(
                List.of(
                        "predict",
                        "--model",
                        trained.resolve("number").toString(),
                        "--input",
                        out.resolve("cif").toString(),
                        "--device",
                        "cpu-scalar",
                        "--out",
                        predictions.toString()),
                new Console(
                        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                        false));
        assertEquals(ExitCode.OK, code);
        List<String> predicted =
                Files.readAllLines(predictions).stream().skip(1).toList();
        assertEquals(10, predicted.size());
        for (String[] row : rows) {
            assertTrue(
                    predicted.stream()
                            .map(line -> line.split(",", -1))
                            .anyMatch(p -> Math.abs(Double.parseDouble(p[1]) - Double.parseDouble(row[10])) < 1e-3),
                    "no prediction is " + row[10]);
        }
    }

    @Test
    void theNearestToATargetComesFirst() throws IOException {
        Result result = run("--candidates", "6", "--target", trained.resolve("number") + "=2.2");
        assertEquals(ExitCode.OK, result.code(), result.err());
        double last = 0;
        for (String[] row : rows("candidates.csv")) {
            double miss = Double.parseDouble(row[11]);
            assertEquals(Math.abs(Double.parseDouble(row[10]) - 2.2), miss, 2e-6);
            assertTrue(row[2].equals("1") || miss >= last);
            assertEquals("", row[9]);
            last = miss;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --composition Xy2                    | USAGE | 'Xy' is no element
        --composition LiX                    | USAGE | has the unknown species X
        --composition Li0.5O                 | USAGE | expected whole numbers of atoms
        --allow Fe,Zz                        | USAGE | expected an element's symbol
        --allow X                            | USAGE | expected an element's symbol
        --allow-at 0                         | USAGE | such as '0=Fe,Co;3=O'
        --allow-at 0=Fe;0=Co                 | USAGE | each site once
        --allow-at -1=Fe                     | USAGE | such as '0=Fe,Co;3=O'
        --candidates 0                       | USAGE | expected a whole number from 1 to 10000
        --search-limit 0                     | USAGE | expected a whole number of 1 or more
        --neutral --all-species              | USAGE | --all-species goes with none of
        --mask-species --mask-ratio 0.5      | USAGE | expected one at most
        --target NUMBER=5                    | USAGE | --target ranks candidates: expected --candidates of 2 or more
        --discriminator CLASS                | USAGE | --discriminator ranks candidates
        --candidates 2 --target NUMBER       | USAGE | a model and a number, min or max
        --candidates 2 --target NUMBER=nan   | USAGE | a model and a number, min or max
        --candidates 2 --target SPECTRUM=5   | USAGE | expected a model of one number for each crystal
        --candidates 2 --discriminator NUMBER| USAGE | expected a classifier
        --candidates 2 --target NOWHERE=min  | INPUT | NOWHERE
        --candidates 2 --discriminator GENERATOR | INPUT | fine-tuned
        --composition NaCl                   | INPUT | shows 1 O; NaCl in 4 atoms has 0
        --allow-at 7=Fe                      | INPUT | has no site 7 to allow elements at
        --allow-at 1=Fe                      | INPUT | is not hidden: it is O
        --composition LiFeO2 --allow-at 0=S  | INPUT | allows no element that the composition is missing
        --composition LiFeO2 --allow O       | INPUT | whose hidden sites allow it nowhere
        """)
    void whatCannotBeIsRefusedInOneLine(String options, ExitCode code, String message) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("--input", input.resolve("four.cif").toString()));
        for (String word : options.split(" +")) {
            String path = word;
            for (String name : List.of("NUMBER", "CLASS", "SPECTRUM", "GENERATOR")) {
                path = path.replace(
                        name, trained.resolve(name.toLowerCase(Locale.ROOT)).toString());
            }
            words.add(path);
        }
        Result result = run(words.toArray(new String[0]));
        assertEquals(code, result.code(), result.err());
        assertTrue(result.err().contains(message), result.err());
        assertEquals(
                1, result.err().lines().filter(l -> l.startsWith("unitcell")).count(), result.err());
        assertFalse(Files.exists(out.resolve("cif/four.cif")));
    }
}
