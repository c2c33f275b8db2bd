package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrystalSourceTest {
    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gz = new GZIPOutputStream(out)) {
            gz.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static List<CrystalRecord> read(Object spec) {
        List<CrystalRecord> out = new ArrayList<>();
        try (CrystalRecords records = CrystalSource.of(spec.toString()).open()) {
            records.forEachRemaining(out::add);
        }
        return out;
    }

    private static Finding refusal(Object spec) {
        List<CrystalRecord> records = read(spec);
        CrystalRecord last = records.get(records.size() - 1);
        return assertInstanceOf(CrystalRecord.Refused.class, last).reason();
    }

    private static Finding failure(Object spec) {
        InputException e = assertThrows(InputException.class, () -> CrystalSource.of(spec.toString()));
        assertEquals(1, e.getMessage().lines().count());
        return e.finding();
    }

    private static String quote(String cif) {
        return "\"" + cif.replace("\"", "\"\"") + "\"";
    }

    @Test
    void tablesGiveCrystalsWithTheirOtherColumns() throws IOException {
        String csv = "material_id,band_gap,cif,\"odd \"\"name\"\"\"\nmp-1,1.5," + quote(SeedCifs.P1)
                + ",\"a\nb\"\nmp-2,," + quote(SeedCifs.HEXAGONAL) + ",\n";
        Path plain = write("t.csv", csv);
        Path packed = Files.write(folder.resolve("t.csv.gz"), gzip(csv));
        for (Path file : List.of(plain, packed)) {
            List<CrystalRecord> records = read(file);
            CrystalRecord.Accepted first = assertInstanceOf(CrystalRecord.Accepted.class, records.get(0));
            CrystalRecord.Accepted second = assertInstanceOf(CrystalRecord.Accepted.class, records.get(1));
            assertEquals(2, records.size());
            assertEquals("mp-1", first.crystal().id());
            assertEquals(OptionalDouble.of(1.5), first.fields().number("band_gap"));
            assertEquals(Optional.of("a\nb"), first.fields().text("odd \"name\""));
            assertEquals(OptionalDouble.empty(), second.fields().number("band_gap"));
            assertEquals(Optional.empty(), second.fields().text("nothing"));
            assertEquals(2, second.crystal().size());
        }
    }

    @Test
    void placesInsideATableAreLinesOfTheFile() throws IOException {
        String bad = SeedCifs.P1.replace("0.5 1.0", "? 1.0");
        long before = bad.substring(0, bad.indexOf("? 1.0"))
                .chars()
                .filter(c -> c == '\n')
                .count();
        Path file = write("t.csv", "note,cif\n\"two\nlines\"," + quote(bad) + "\n");
        Finding finding = refusal(file);
        assertEquals(Finding.Kind.COORDINATE_MISSING, finding.kind());
        // Header, then the first line of the note, then the CIF starts on the note's second line.
        assertEquals(3 + before, finding.where().line());
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.get(finding.where().line() - 1)
                .startsWith("? ", finding.where().column() - 1));
    }

    @Test
    void tablesOfCompositions() throws IOException {
        for (String column : List.of("composition", "formula")) {
            compositions(write("t.csv", "structure_id," + column + "\na,Na1Cl1\nb,Qq2\n"));
        }
    }

    private static void compositions(Path file) {
        List<CrystalRecord> records = read(file);
        assertEquals(
                "NaCl",
                assertInstanceOf(CrystalRecord.CompositionOnly.class, records.get(0))
                        .composition()
                        .formula());
        assertEquals(
                Finding.Kind.COMPOSITION,
                assertInstanceOf(CrystalRecord.Refused.class, records.get(1))
                        .reason()
                        .kind());
    }

    @Test
    void foldersAndGlobsAreSorted() throws IOException {
        write("d/b.cif", SeedCifs.P1);
        write("d/a.cif", SeedCifs.SEVERAL);
        Files.write(folder.resolve("d/c.cif.gz"), gzip(SeedCifs.MAGNETIC));
        write("d/notes.txt", "no crystal");
        write("d/deep/e.mcif", SeedCifs.MAGNETIC);
        List<String> ids =
                read(folder.resolve("d")).stream().map(CrystalRecord::id).toList();
        assertEquals(List.of("a#first", "a#second", "b", "c"), ids);
        assertEquals(3, read(folder + "/d/[ab].cif").size());
        assertEquals(4, read(folder + "/d/*.{cif,cif.gz}").size());
        assertEquals(1, read(folder + "/d/*/*.mcif").size());
        assertEquals(4, read(folder + "/**.{cif,mcif}").size());
        assertEquals(
                2,
                CrystalSource.of(folder + "/d/b.cif", folder + "/d/a.cif", folder + "/d/b.cif")
                        .files()
                        .size());
    }

    @Test
    void jsonLines() throws IOException {
        Path file = write("g.jsonl", """
                {"i":0,"cell":[4,4,4,90,90,90],"species":["Na","Cl"],"frac":[[0,0,0],[0.5,0.5,0.5]],"struct_valid":true}

                {"id":"rows","cell":[[4,0,0],[0,5,0],[0,0,6]],"species":[0,8],"frac":[0,0,0,0.5,0.5,0.5],"x":{"a":[1]}}
                {"id":"c","cell":[4,4,4,90,90],"species":["Na"],"frac":[[0,0,0]]}
                {"id":"d","cell":[4,4,4,90,90,90],"species":["Na"],"frac":[[0,0,0],[0,0,0]]}
                {"id":"e","cell":[4,-4,4,90,90,90],"species":["Na"],"frac":[[0,0,0]]}
                {"id":"f","id":"g"}
                """);
        List<CrystalRecord> records = read(file);
        CrystalRecord.Accepted first = assertInstanceOf(CrystalRecord.Accepted.class, records.get(0));
        assertEquals("0", first.id());
        assertEquals(Optional.of("true"), first.fields().text("struct_valid"));
        CrystalRecord.Accepted rows = assertInstanceOf(CrystalRecord.Accepted.class, records.get(1));
        assertEquals(120, rows.crystal().lattice().volume(), 1e-12);
        assertEquals("OX", rows.crystal().composition().formula());
        Finding.Kind[] expected = {
            Finding.Kind.ROW_SHAPE, Finding.Kind.ROW_SHAPE, Finding.Kind.CELL_RANGE, Finding.Kind.SYNTAX
        };
        for (int k = 0; k < expected.length; k++) {
            Finding reason = assertInstanceOf(CrystalRecord.Refused.class, records.get(2 + k))
                    .reason();
            assertEquals(expected[k], reason.kind());
            assertEquals(4 + k, reason.where().line());
        }
    }

    @Test
    void implausibleCellsAreReadWhereTheyAreOnlyReported() throws IOException {
        Path file = write("g.jsonl", """
                {"i":"long","cell":[4,4,900,90,90,90],"species":["Na","Cl"],"frac":[[0,0,0],[0,0,0]]}
                {"i":"thin","cell":[[9,0,0],[9,0.0001,0],[0,0,9]],"species":["Na"],"frac":[[0,0,0]]}
                {"i":"flat","cell":[4,4,4,90,40,130],"species":["Na","Cl"],"frac":[[0,0,0],[0,0,0]]}
                {"i":"negative","cell":[4,-4,4,90,90,90],"species":["Na"],"frac":[[0,0,0]]}
                {"i":"nan","cell":[4,4,4,90,90,90],"species":["Na","Cl"],"frac":[[0,0,NaN],[0,Infinity,0]],"x":NaN}
                {"i":"far","cell":[4,4,4,90,90,90],"species":["Na","Cl"],"frac":[[0,0,1e12],[0,0,0]]}
                {"i":"cut","cell":[4,4,4,90,90,90],"species":["Na"],"frac":[[0,0]]}
                """);
        List<CrystalRecord> records = new ArrayList<>();
        try (CrystalRecords open = CrystalSource.of(file.toString()).open(Plausibility.REPORTED)) {
            open.forEachRemaining(records::add);
        }
        for (CrystalRecord record : records.subList(0, 2)) {
            CrystalRecord.Accepted read = assertInstanceOf(CrystalRecord.Accepted.class, record);
            assertEquals(
                    List.of(Finding.Kind.CELL_IMPLAUSIBLE),
                    read.warnings().stream().map(Finding::kind).distinct().toList());
        }
        String[] atoms = {"NaCl", "Na", "NaCl", "NaCl"};
        for (int k = 0; k < atoms.length; k++) {
            CrystalRecord.Refused refused = assertInstanceOf(CrystalRecord.Refused.class, records.get(2 + k));
            assertEquals(atoms[k], refused.composition().orElseThrow().formula(), refused.id());
        }
        assertEquals(
                Optional.empty(),
                assertInstanceOf(CrystalRecord.Refused.class, records.get(6)).composition());
        for (CrystalRecord record : read(file)) {
            assertEquals(
                    Optional.empty(),
                    assertInstanceOf(CrystalRecord.Refused.class, record).composition());
        }
    }

    @Test
    void atomsOfACifWithoutAStructure() {
        String[][] cases = {
            {SeedCifs.P1.replace("90.(0)", "200"), "NaCl"},
            {SeedCifs.P1.replace("0.5 0.5 0.5", "0.5 nan 0.5"), "NaCl"},
            {SeedCifs.P1.replace("0.5 0.5 0.5", "0.5 ? 0.5"), ""},
            {SeedCifs.P1.replace("Cl1 Cl1-", "Qq Qq").replace("90.(0)", "200"), ""},
            {SeedCifs.ROCK_SALT.replaceFirst("(_cell_length_a +)[0-9.()]+", "$1-1"), "Na4Cl4"},
        };
        for (String[] row : cases) {
            CifStructures.Outcome outcome = CifStructures.read(row[0], "test.cif", 1, Plausibility.REPORTED)
                    .get(0);
            assertEquals(Optional.empty(), outcome.crystal(), row[0]);
            assertEquals(
                    row[1], outcome.composition().map(c -> c.formula()).orElse(""), () -> row[0] + outcome.findings());
            assertEquals(
                    Optional.empty(),
                    CifStructures.read(row[0], "test.cif", 1).get(0).composition());
        }
    }

    @Test
    void inputThatIsNotThere() throws IOException {
        assertEquals(Finding.Kind.IO, failure(folder.resolve("none.cif")).kind());
        assertEquals(Finding.Kind.IO, failure(folder + "/none/*.cif").kind());
        assertEquals(Finding.Kind.EMPTY, failure(folder + "/*.cif").kind());
        assertEquals(Finding.Kind.IO, failure(folder + "/{*.cif").kind());
        assertEquals(Finding.Kind.IO, failure("").kind());
        assertEquals(
                Finding.Kind.EMPTY,
                failure(Files.createDirectory(folder.resolve("empty"))).kind());
        write("tables/t.csv", "a,b\n");
        assertTrue(failure(folder.resolve("tables")).message().contains("*.csv.gz"));
        assertEquals(Finding.Kind.IO, failure(write("x.txt", "x")).kind());
    }

    @Test
    void filesThatCannotBeRead() throws IOException {
        assertEquals(Finding.Kind.EMPTY, refusal(write("a.cif", "")).kind());
        assertEquals(Finding.Kind.EMPTY, refusal(write("b.csv", "")).kind());
        assertEquals(Finding.Kind.EMPTY, refusal(write("c.csv.gz", "")).kind());
        assertEquals(Finding.Kind.EMPTY, refusal(write("d.csv", "id,cif\n")).kind());
        assertEquals(Finding.Kind.EMPTY, refusal(write("d.jsonl", "\n")).kind());
        assertEquals(Finding.Kind.EMPTY, refusal(write("e.csv", "id,cif\n1,\n")).kind());
        assertEquals(
                Finding.Kind.NOT_GZIP, refusal(write("f.csv.gz", "id,cif\n")).kind());
        assertEquals(
                Finding.Kind.COLUMN_MISSING,
                refusal(write("g.csv", "id,geometry\n1,2\n")).kind());
        assertEquals(
                Finding.Kind.SYNTAX,
                refusal(write("h.csv", "id,cif,ID\n1,2,3\n")).kind());
        assertEquals(
                Finding.Kind.SYNTAX,
                refusal(write("i.csv", "id,cif\n1,\"open\n")).kind());
        assertEquals(
                Finding.Kind.ROW_SHAPE,
                refusal(write("j.csv", "id,cif\n1,2,3\n")).kind());
        assertEquals(
                Finding.Kind.ROW_SHAPE,
                refusal(write("k.csv", "cif\n" + quote(SeedCifs.SEVERAL) + "\n"))
                        .kind());
        Path latin = Files.write(folder.resolve("l.csv"), "id,cif\n\u00e9,x\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(Finding.Kind.ENCODING, refusal(latin).kind());
    }

    @Test
    void aCutOrDamagedGzipGivesWhatItHeldAndSaysSo() throws IOException {
        StringBuilder csv = new StringBuilder("id,cif\n");
        for (int i = 0; i < 400; i++) {
            // Different numbers, so that the packed file is long enough to be cut in the middle.
            String cif = SeedCifs.P1.replace("5.64(1)", Double.toString(4 + Math.sin(i) * Math.sin(i)));
            csv.append(i).append(',').append(quote(cif)).append('\n');
        }
        byte[] whole = gzip(csv.toString());
        Path file = Files.write(folder.resolve("t.csv.gz"), Arrays.copyOf(whole, whole.length / 2));
        List<CrystalRecord> records = read(file);
        assertTrue(records.size() > 20 && records.size() < 400, "" + records.size());
        assertEquals(Finding.Kind.TRUNCATED, refusal(file).kind());
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, whole.length / 2, whole.length / 2 + 40, (byte) 0xFF);
        assertInstanceOf(
                CrystalRecord.Refused.class,
                read(Files.write(file, damaged)).stream()
                        .filter(r -> r instanceof CrystalRecord.Refused)
                        .findFirst()
                        .orElseThrow());
    }
}
