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
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;

/** {@code evaluate} from the command line to its table, its files and its complaints. */
class EvaluateCommandTest {
    private static final String GENERATED = """
            {"i":"salt","cell":[4,4,4,90,90,90],"species":["Na","Cl"],"frac":[[0,0,0],[0.5,0.5,0.5]]}
            {"i":"close","cell":[4,4,4,90,90,90],"species":["Na","Cl"],"frac":[[0,0,0],[0.1,0,0]]}
            {"i":"iron","cell":[4,4,4,90,90,90],"species":["Fe","Fe","Fe","O","O","O","O"],"frac":[[0,0,0],\
            [0.5,0,0],[0,0.5,0],[0,0,0.5],[0.5,0.5,0],[0.5,0,0.5],[0,0.5,0.5]]}
            {"i":"flat","cell":[4,4,4,90,40,130],"species":["Na","Cl"],"frac":[[0,0,0],[0.5,0.5,0.5]]}
            {"i":"nan","cell":[4,4,4,90,90,90],"species":["Ne","Cl"],"frac":[[0,NaN,0],[0.5,0.5,0.5]]}
            """;

    @TempDir
    Path folder;

    private record Result(ExitCode code, String out, String err) {}

    private static Result run(Object... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        List<String> line = new java.util.ArrayList<>(List.of("evaluate"));
        for (Object word : words) {
            line.add(word.toString());
        }
        ExitCode code = Main.run(line, console);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static JsonObject json(Path file) throws IOException {
        return Json.parse(file).asObject();
    }

    @Test
    void generatedStructures() throws IOException {
        Path input = folder.resolve("g.jsonl.gz");
        try (GZIPOutputStream gzip = new GZIPOutputStream(Files.newOutputStream(input))) {
            gzip.write(GENERATED.getBytes(StandardCharsets.UTF_8));
        }
        Path json = folder.resolve("out.json");
        Path details = folder.resolve("out.csv");
        Result result = run("--input", input, "--json", json, "--details", details, "--threads", 2);
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertEquals("", result.err());
        assertEquals(
                List.of(
                        "rule         valid  of    share",
                        "structure        2   5  40.00 %",
                        "composition      3   5  60.00 %",
                        "both             1   5  20.00 %",
                        "5 judged, 0 skipped; oxidation states smact14"),
                result.out().lines().toList());
        JsonObject shares = json(json);
        assertEquals(5, shares.getInt("n"));
        assertEquals(0.4, shares.getDouble("structure_valid"));
        assertEquals(0.6, shares.getDouble("composition_valid"));
        assertEquals(0.2, shares.getDouble("valid"));
        assertEquals(0, shares.getInt("skipped"));
        List<String> rows = Files.readAllLines(details);
        assertEquals("row,id,formula,structure,composition,valid,reason", rows.get(0));
        assertEquals("1,salt,NaCl,true,true,true,", rows.get(1));
        assertEquals("2,close,NaCl,false,true,false,atoms 0 and 1 are 0.400 A apart", rows.get(2));
        assertEquals("3,iron,Fe3O4,true,false,false,not neutral", rows.get(3));
        assertTrue(rows.get(4).startsWith("4,flat,NaCl,false,true,false,"), rows.get(4));
        assertTrue(rows.get(4).contains("cell angles 90.0, 40.0, 130.0 degrees cannot meet"), rows.get(4));
        assertTrue(rows.get(5).startsWith("5,nan,NeCl,false,false,false,"), rows.get(5));
        assertTrue(
                rows.get(5).endsWith("; no oxidation state of Ne\"")
                        || rows.get(5).endsWith("; no oxidation state of Ne"),
                rows.get(5));
    }

    @Test
    void compositionsAlone() throws IOException {
        for (String column : List.of("composition", "formula")) {
            Path input = write(column + ".csv", "id," + column + "\na,NaCl\nb,Fe3O4\nc,PmCl3\n");
            Path json = folder.resolve("out.json");
            Path details = folder.resolve("out.csv");
            Result result = run("--data", input, "--json", json, "--details", details);
            assertEquals(
                    List.of(
                            "rule         valid  of    share",
                            "composition      1   3  33.33 %",
                            "3 judged, 0 skipped; oxidation states smact14"),
                    result.out().lines().toList());
            assertTrue(json(json).get("structure_valid").toString().equals("null"));
            assertEquals(1.0 / 3, json(json).getDouble("valid"), 1e-15);
            assertEquals(
                    "2,b,Fe3O4,,false,false,not neutral",
                    Files.readAllLines(details).get(2));
        }
        Result old = run("--input", folder.resolve("formula.csv"), "--oxidation", "smact-2.2.1");
        assertTrue(old.out().contains("composition      2   3  66.67 %"), old.out());
    }

    @Test
    void brokenFilesInAFolderAreSkippedCountedAndListed() throws IOException {
        Crystal salt = new Crystal("salt", Lattice.cubic(4), new int[] {11, 17}, new double[] {0, 0, 0, 0.5, 0.5, 0.5});
        write("a.cif", CifWriter.write(salt));
        write("b.cif", "data_b\nloop_\n_atom_site_fract_x\n'0.5");
        write("c.cif", "");
        Path details = folder.resolve("out.csv");
        Result result = run("--input", folder, "--details", details);
        assertEquals(ExitCode.OK, result.code());
        assertTrue(result.out().endsWith("1 judged, 2 skipped; oxidation states smact14\n"), result.out());
        assertEquals(2, result.err().lines().count());
        assertTrue(
                result.err().contains("unitcell: warning: skipped " + folder.resolve("b.cif") + ":4:1"), result.err());
        List<String> rows = Files.readAllLines(details);
        assertEquals("1,a,NaCl,true,true,true,", rows.get(1));
        assertTrue(rows.get(2).startsWith("2,b,,,,,"), rows.get(2));
        assertTrue(rows.get(3).startsWith("3,c,,,,,"), rows.get(3));

        Files.delete(details);
        Result strict = run("--input", folder, "--strict", "--details", details);
        assertEquals(ExitCode.INPUT, strict.code());
        assertTrue(strict.err().startsWith("unitcell: " + folder.resolve("b.cif") + ":4:1"), strict.err());
        assertFalse(Files.exists(details));
    }

    @Test
    void manySkippedRowsAreNotAllWarnedOf() throws IOException {
        Path input = write("t.csv", "id,composition\na,NaCl\n" + "x,Qq\n".repeat(30));
        Result result = run("--input", input);
        assertEquals(11, result.err().lines().count());
        assertTrue(result.err().endsWith("warning: skipped more, not warned of one by one\n"), result.err());
        assertTrue(result.out().endsWith("1 judged, 30 skipped; oxidation states smact14\n"), result.out());
    }

    @Test
    void inputThatHoldsNothing() throws IOException {
        Path empty = write("empty.csv", "");
        Path header = write("header.csv", "id,composition\n");
        Path bad = write("bad.jsonl", "{}\n[]\n");
        Path columns = write("columns.csv", "id,energy\n1,2\n");
        String[][] cases = {
            {folder.resolve("none.cif").toString(), "no such file or folder"},
            {folder + "/*.mcif", "glob matches no file"},
            {empty.toString(), "file is empty: nothing left to judge"},
            {header.toString(), "table has a header but no rows: nothing left to judge"},
            {bad.toString(), "bad.jsonl:1: object has no 'cell' (and 1 more): nothing left to judge"},
            {columns.toString(), "no column 'cif', 'structure', 'composition' or 'formula'; columns are id, energy"},
        };
        for (String[] row : cases) {
            Result result = run("--input", row[0]);
            assertEquals(ExitCode.INPUT, result.code(), result.err());
            assertEquals("", result.out());
            String last = result.err().lines().reduce("", (a, b) -> b);
            assertTrue(last.startsWith("unitcell: ") && last.contains(row[1]), result.err());
        }
        assertEquals(ExitCode.USAGE, run().code());
        assertEquals(
                ExitCode.USAGE, run("--input", empty, "--oxidation", "icsd").code());
    }

    @Test
    void moreRowsThanOneBlockStayInOrder() throws IOException {
        StringBuilder text = new StringBuilder("id,composition\n");
        for (int k = 0; k < 3000; k++) {
            text.append(k).append(k % 3 == 0 ? ",Fe3O4\n" : ",NaCl\n");
        }
        Path details = folder.resolve("out.csv");
        Result result = run("--input", write("t.csv", text.toString()), "--details", details, "--threads", 3);
        assertTrue(result.out().contains("composition   2000  3000  66.67 %"), result.out());
        List<String> rows = Files.readAllLines(details);
        assertEquals(3001, rows.size());
        for (int k = 0; k < 3000; k++) {
            assertTrue(
                    rows.get(k + 1).startsWith((k + 1) + "," + k + "," + (k % 3 == 0 ? "Fe3O4" : "NaCl")),
                    rows.get(k + 1));
        }
    }
}
