package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;

/** The command from words to files, with a network that was trained for a moment. */
class ReconstructCommandTest {
    @TempDir
    static Path trained;

    @TempDir
    Path folder;

    private Path input;
    private Path out;

    @BeforeAll
    static void train() throws IOException {
        TinyRun.train(CrystalsForTests.random(1, 30, 6), 4, trained);
    }

    @BeforeEach
    void makeInput() throws IOException {
        out = folder.resolve("out");
        input = Files.createDirectory(folder.resolve("input"));
        write("a oxide", 26, 8, 8);
        write("b-unknown", 11, 0, 17);
        Files.writeString(input.resolve("c-broken.cif"), "data_broken\n_cell_length_a none\n");
    }

    private void write(String name, int... species) throws IOException {
        double[] frac = {0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0, 0.5};
        Crystal crystal = new Crystal(name, Lattice.ofParameters(3.9, 4, 4.1, 90, 95, 90), species, frac);
        Files.writeString(input.resolve(name + ".cif"), CifWriter.write(crystal));
    }

    private record Result(ExitCode code, String out, String err) {}

    private Result run(Path checkpoint, String... further) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> words = new ArrayList<>(
                List.of("reconstruct", "--checkpoint", checkpoint.toString(), "--device", "cpu-scalar"));
        if (!Arrays.asList(further).contains("--out")) {
            words.addAll(List.of("--out", out.toString()));
        }
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

    private List<String> table(String name) throws IOException {
        return Files.readAllLines(out.resolve(name));
    }

    @Test
    void sitesMarkedUnknownAreCompletedAndTheRestIsReported() throws IOException {
        Path json = folder.resolve("result.json");
        Result result = run(trained, "--top", "3", "--json", json.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(List.of("b-unknown.cif"), completedFiles());
        Crystal completed = read(out.resolve("cif/b-unknown.cif"));
        assertEquals(11, completed.species(0));
        assertTrue(completed.species(1) > 0);
        assertEquals(17, completed.species(2));
        List<String> species = table("species.csv");
        assertEquals(
                "crystal,file,site,true,chosen,species_1,probability_1,species_2,probability_2,species_3,probability_3",
                species.get(0));
        assertEquals(2, species.size());
        assertTrue(species.get(1).startsWith("b-unknown,b-unknown.cif,1,,"), species.get(1));
        List<String> skipped = table("skipped.csv");
        assertEquals(3, skipped.size());
        assertTrue(skipped.get(1).contains("nothing to hide"), skipped.get(1));
        assertTrue(skipped.get(2).startsWith("c-broken,refused,"), skipped.get(2));
        assertTrue(result.err().contains("warning: skipped"), result.err());
        JsonObject object = Json.parse(json).asObject();
        assertEquals(1, object.getLong("completed"));
        assertEquals(2, object.getLong("skipped"));
    }

    @Test
    void anElementIsHiddenWhereverItOccurs() throws IOException {
        Result result = run(trained, "--mask", "O");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(List.of("a_oxide.cif"), completedFiles());
        List<String> species = table("species.csv");
        assertEquals(3, species.size());
        assertTrue(species.get(1).startsWith("a oxide,a_oxide.cif,1,O,"), species.get(1));
        assertTrue(species.get(2).startsWith("a oxide,a_oxide.cif,2,O,"), species.get(2));
        assertTrue(
                table("skipped.csv").get(1).contains("has no O to hide: it is"),
                table("skipped.csv").toString());
    }

    @Test
    void sitesAreCountedFromZeroAndUnknownOnesAreHiddenBesides() throws IOException {
        Result result = run(trained, "--mask-sites", "0", "--noise", "0.1");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(
                List.of("a oxide 0 Fe", "b-unknown 0 Na", "b-unknown 1 "),
                table("species.csv").stream()
                        .skip(1)
                        .map(line -> line.split(",", -1))
                        .map(cells -> cells[0] + " " + cells[2] + " " + cells[3])
                        .toList());
        assertTrue(result.out().contains("given"), result.out());
    }

    @Test
    void whatCannotBeHiddenIsAOneLineError() {
        Path one = input.resolve("a oxide.cif");
        for (String[] words : new String[][] {
            {"--mask-sites", "3", "has no site 3: its 3 atoms"},
            {"--mask", "Cu", "has no Cu to hide: it is FeO2"},
            {"--rounds", "2", "nothing to hide"}
        }) {
            Result result = run(trained, "--input", one.toString(), words[0], words[1]);
            assertEquals(ExitCode.INPUT, result.code());
            assertTrue(result.err().contains(words[2]), result.err());
            assertEquals(
                    1,
                    result.err().lines().filter(l -> l.startsWith("unitcell")).count(),
                    result.err());
        }
        assertEquals(
                ExitCode.USAGE,
                run(trained, "--mask", "Fe", "--mask-sites", "0").code());
        assertEquals(ExitCode.USAGE, run(trained, "--mask", "Xy").code());
        assertEquals(ExitCode.USAGE, run(trained, "--mask", "X").code());
    }

    @Test
    void strictEndsAtTheFirstRefusalAndKeepsWhatIsComplete() throws IOException {
        Result result = run(trained, "--mask-ratio", "0.3", "--strict", "--edges-per-batch", "1");
        assertEquals(ExitCode.INPUT, result.code());
        assertTrue(result.err().contains("c-broken.cif"), result.err());
        List<String> told = table("species.csv").stream()
                .skip(1)
                .map(line -> line.split(",")[1])
                .distinct()
                .toList();
        assertEquals(completedFiles(), told);
        assertFalse(told.isEmpty());
    }

    @Test
    void randomMasksAndNoiseRepeatExactly() throws IOException {
        run(trained, "--mask-ratio", "0.5", "--noise", "0.2", "--seed", "4");
        List<String> first = table("species.csv");
        String cif = Files.readString(out.resolve("cif/a_oxide.cif"));
        run(trained, "--mask-ratio", "0.5", "--noise", "0.2", "--seed", "4");
        assertEquals(first, table("species.csv"));
        assertEquals(cif, Files.readString(out.resolve("cif/a_oxide.cif")));
        run(trained, "--mask-ratio", "0.5", "--noise", "0.2", "--seed", "5");
        assertFalse(cif.equals(Files.readString(out.resolve("cif/a_oxide.cif"))));
    }

    @Test
    void ratioZeroRestoresPositionsOnlyAndResultsOfAnEarlierRunGo() throws IOException {
        run(trained, "--mask", "Na");
        assertEquals(List.of("b-unknown.cif"), completedFiles());
        Result result =
                run(trained, "--input", input.resolve("a oxide.cif").toString(), "--mask-ratio", "0", "--noise", "0.1");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(List.of("a_oxide.cif"), completedFiles());
        assertEquals(1, table("species.csv").size());
        int[] species = read(out.resolve("cif/a_oxide.cif")).species();
        assertEquals("[26, 8, 8]", Arrays.toString(species));
    }

    @Test
    void idsThatNameTheSameFileAreKeptApart() throws IOException {
        Path table = folder.resolve("table.jsonl");
        StringBuilder rows = new StringBuilder();
        for (String id : List.of("x/y", "x:y", "X_Y", "..", "../../etc", "")) {
            rows.append("{\"id\": \"")
                    .append(id)
                    .append("\", \"cell\": [4, 4, 4, 90, 90, 90], \"species\": [\"Na\", \"X\"],")
                    .append(" \"frac\": [0, 0, 0, 0.5, 0.5, 0.5]}\n");
        }
        Files.writeString(table, rows);
        Result result = run(trained, "--input", table.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        List<String> files =
                new ArrayList<>(List.of("X_Y-3.cif", "_.cif", "__.._etc.cif", "row-6.cif", "x_y-2.cif", "x_y.cif"));
        assertEquals(6, completedFiles().size());
        assertEquals(files.stream().sorted().toList(), completedFiles());
    }

    @Test
    void aTableOfCifsMayHoldUnknownSites() throws IOException {
        Path table = folder.resolve("table.csv");
        String cif = CifWriter.write(new Crystal(
                "t", Lattice.ofParameters(4, 4, 4, 90, 90, 90), new int[] {11, 0}, new double[] {0, 0, 0, .5, .5, .5}));
        Files.writeString(table, "id,cif\nfirst,\"" + cif.replace("\"", "\"\"") + "\"\n");
        Result result = run(trained, "--input", table.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals(List.of("first.cif"), completedFiles());
    }

    @Test
    void aCutCheckpointAndAMissingOneEndWithStatusThree() throws IOException {
        Path copy = folder.resolve("copy");
        Path checkpoint = trained.resolve("checkpoints/ckpt-00000004");
        Files.createDirectory(copy);
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        assertEquals(ExitCode.OK, run(copy).code());
        try (FileChannel channel = FileChannel.open(copy.resolve("ema.safetensors"), StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        Result cut = run(copy);
        assertEquals(ExitCode.INPUT, cut.code());
        assertTrue(cut.err().contains("ema.safetensors: damaged"), cut.err());
        Result missing = run(folder.resolve("nowhere"));
        assertEquals(ExitCode.INPUT, missing.code());
        assertEquals(1, missing.err().lines().count(), missing.err());
    }

    @Test
    void whereTheFolderCannotBeMadeNothingIsComputed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Result result = run(trained, "--out", file.toString());
        assertEquals(ExitCode.INPUT, result.code());
        assertTrue(result.err().contains("cannot create"), result.err());
    }
}
