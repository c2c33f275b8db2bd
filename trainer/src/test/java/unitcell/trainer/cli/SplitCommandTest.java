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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.data.Split;

/** {@code split} from the command line to its tables. */
class SplitCommandTest {
    /** 60 crystals, and supercells of some of them. */
    private static final int ROWS = 60 + 18;

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
        List<String> line = new ArrayList<>(List.of("split"));
        for (Object word : words) {
            line.add(word.toString());
        }
        ExitCode code = Main.run(line, console);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Path table() throws IOException {
        StringBuilder text = new StringBuilder("name,material_id,cif,gap\n");
        int row = 0;
        for (Crystal crystal : CrystalsForTests.random(3, 60, 4)) {
            text.append(line(row++, crystal));
            if (row < 36 && row % 2 == 1) {
                text.append(line(row++, CrystalTransforms.supercell(crystal, 1, 1, 2)));
            }
        }
        text.append("bad,x-9,not a cif,1\n");
        return Files.writeString(folder.resolve("table.csv"), text);
    }

    private static String line(int row, Crystal crystal) {
        return "n" + row + ",m-" + row + ",\"" + CifWriter.write(crystal).replace("\"", "\"\"") + "\"," + row / 2.0
                + "\n";
    }

    private static List<CrystalRecord.Accepted> read(Path file) {
        List<CrystalRecord.Accepted> all = new ArrayList<>();
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            while (records.hasNext()) {
                all.add((CrystalRecord.Accepted) records.next());
            }
        }
        return all;
    }

    private static Set<String> formulas(List<CrystalRecord.Accepted> records) {
        Set<String> formulas = new HashSet<>();
        records.forEach(r -> formulas.add(r.crystal().composition().reducedFormula()));
        return formulas;
    }

    @Test
    void everyRowIsOnOneSideAndNoCompositionOnBoth() throws IOException {
        Path table = table();
        Path out = folder.resolve("out");
        Result result = run("--input", table, "--fraction", "0.3", "--out", out);
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.err().contains("skipped"), result.err());
        List<CrystalRecord.Accepted> train = read(out.resolve("train.csv"));
        List<CrystalRecord.Accepted> test = read(out.resolve("test.csv"));
        assertEquals(ROWS, train.size() + test.size());
        assertFalse(train.isEmpty() || test.isEmpty());
        Set<String> both = formulas(train);
        both.retainAll(formulas(test));
        assertEquals(Set.of(), both);
        for (CrystalRecord.Accepted record : train) {
            int row = Integer.parseInt(record.crystal().id().substring(2));
            assertEquals(row / 2.0, record.fields().number("gap").orElseThrow());
            assertEquals("n" + row, record.fields().text("name").orElseThrow());
        }
        assertEquals(2, Files.readAllLines(out.resolve("skipped.csv")).size());
    }

    @Test
    void theSameSeedGivesTheSameTablesAndAnotherDoesNot() throws IOException {
        Path table = table();
        run("--input", table, "--out", folder.resolve("a"));
        run("--input", table, "--out", folder.resolve("b"));
        run("--input", table, "--out", folder.resolve("c"), "--seed", 1);
        assertEquals(-1, Files.mismatch(folder.resolve("a/test.csv"), folder.resolve("b/test.csv")));
        assertTrue(Files.mismatch(folder.resolve("a/test.csv"), folder.resolve("c/test.csv")) >= 0);
    }

    @Test
    void whatIsLeftToTrainOnCanBeSplitAgainByTheSameSeed() throws IOException {
        Path out = folder.resolve("out");
        run("--input", table(), "--fraction", "0.3", "--out", out);
        long validate = read(out.resolve("train.csv")).stream()
                .filter(r -> Split.validates(r.crystal(), 0.3, 0))
                .count();
        assertTrue(validate > 5, validate + " crystals validate");
    }

    @Test
    void strictEndsAtTheFirstBadRowAndWritesNothing() throws IOException {
        Path out = folder.resolve("out");
        Result result = run("--input", table(), "--strict", "--out", out);
        assertEquals(ExitCode.INPUT, result.code());
        assertFalse(Files.exists(out.resolve("train.csv")));
        assertFalse(Files.exists(out.resolve("test.csv")));
        assertTrue(result.err().stripTrailing().endsWith("found 'not', expected a block header (data_)"), result.err());
    }
}
