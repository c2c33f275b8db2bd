package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layouts of JSON files, and CGCNN's folders. */
class JsonRecordsTest {
    private static final String NACL = """
        {"cell": [4, 4, 4, 90, 90, 90], "species": ["Na", "Cl"], "frac": [[0, 0, 0], [0.5, 0.5, 0.5]]}\
        """;

    @TempDir
    Path folder;

    private List<CrystalRecord> read(String name, String text) throws IOException {
        return read(Files.writeString(folder.resolve(name), text));
    }

    private static List<CrystalRecord> read(Path file) {
        List<CrystalRecord> records = new ArrayList<>();
        try (CrystalRecords open = CrystalSource.of(file.toString()).open()) {
            open.forEachRemaining(records::add);
        }
        return records;
    }

    private static CrystalRecord.Accepted accepted(CrystalRecord record) {
        return assertInstanceOf(CrystalRecord.Accepted.class, record, record::toString);
    }

    private String message(CrystalRecord record) {
        String text = assertInstanceOf(CrystalRecord.Refused.class, record).message();
        assertEquals(1, text.lines().count());
        return text.replace(folder + "/", "");
    }

    @Test
    void anArrayOfObjects() throws IOException {
        String cif = SeedCifs.P1.replace("\n", "\\n").replace("\"", "\\\"");
        List<CrystalRecord> records = read("a.json", """
            [{"material_id": "mp-1", "structure": NACL, "k": 12.5, "dos": [0, 0.5, 1e-3], "stable": true, "none": null},
             {"cif": "CIF", "k": "bad"},
             7,
             {"material_id": "mp-3", "structure": null},
             {"jid": "J-4", "atoms": NACL},
             {"id": "mp-5", "cell": [4, 4, 4, 90, 90, 90], "species": ["Na"], "frac": [0, 0], "k": 3}]
            """.replace("NACL", NACL).replace("CIF", cif));
        assertEquals(6, records.size());
        RowFields fields = accepted(records.get(0)).fields();
        assertEquals("mp-1", records.get(0).id());
        assertEquals(List.of("material_id", "k", "dos", "stable", "none"), fields.names());
        assertEquals(12.5, fields.number("k").orElseThrow());
        assertEquals(Optional.of("[0,0.5,1e-3]"), fields.text("dos"));
        assertEquals(Optional.of("true"), fields.text("stable"));
        assertEquals(Optional.empty(), fields.text("none"));
        assertEquals("row-2", accepted(records.get(1)).id());
        assertEquals("NaCl", accepted(records.get(1)).crystal().composition().formula());
        assertEquals("a.json:3:2: found '7', expected an object", message(records.get(2)));
        assertEquals("a.json:4:2: 'structure' is null, expected a structure", message(records.get(3)));
        assertEquals("J-4", accepted(records.get(4)).id());
        assertEquals(
                "a.json:6:2: object has 1 species and 2 coordinates, expected three each", message(records.get(5)));
        assertEquals(3, records.get(5).fields().number("k").orElseThrow());
    }

    @Test
    void pandasSplit() throws IOException {
        List<CrystalRecord> records = read("a.json", """
            {"index": [0, "named", 2], "columns": ["structure", "last phdos peak"],
             "data": [[NACL, 98.5], [NACL, null], [NACL]], "more": {"x": [1]}}
            """.replace("NACL", NACL));
        assertEquals(3, records.size());
        assertEquals("row-1", accepted(records.get(0)).id());
        assertEquals(98.5, records.get(0).fields().number("last phdos peak").orElseThrow());
        assertEquals("named", accepted(records.get(1)).id());
        assertEquals(Optional.empty(), records.get(1).fields().text("last phdos peak"));
        assertEquals(
                "a.json:2:" + "DATA: row 3 is a list of 1, expected a list of 2".replace("DATA", column(NACL)),
                message(records.get(2)));
    }

    // Where the third row begins: behind ' "data": [', two rows, and what separates them.
    private static String column(String structure) {
        int first = " \"data\": [".length() + 1;
        return Integer.toString(first + 2 * structure.length() + "[, 98.5], [, null], ".length());
    }

    @Test
    void pandasColumns() throws IOException {
        List<CrystalRecord> records = read("a.json", """
            {"cif": {"mp-1": "CIF", "mp-2": "CIF", "0": "CIF"},
             "crystal_system": {"mp-1": "cubic", "mp-2": "cubic"},
             "tensor": {"mp-1": [[1, 2], [3, 4]], "mp-2": null, "0": []}}
            """.replace("CIF", SeedCifs.P1.replace("\n", "\\n")));
        assertEquals(
                List.of("mp-1", "mp-2", "row-3"),
                records.stream().map(CrystalRecord::id).toList());
        assertEquals(
                Optional.of("[[1,2],[3,4]]"), accepted(records.get(0)).fields().text("tensor"));
        assertEquals(Optional.of("cubic"), accepted(records.get(1)).fields().text("crystal_system"));
        assertEquals(List.of("tensor"), accepted(records.get(2)).fields().names());
    }

    @Test
    void aSingleStructure() throws IOException {
        List<CrystalRecord> own = read("salt.json", NACL);
        assertEquals(List.of("salt"), own.stream().map(CrystalRecord::id).toList());
        assertEquals("NaCl", accepted(own.get(0)).crystal().composition().formula());
        List<CrystalRecord> pymatgen = read("p.json", """
            \uFEFF{"@class": "Structure", "lattice": {"matrix": [[3, 0, 0], [0, 3, 0], [0, 0, 3]]},
             "sites": [{"species": [{"element": "Fe", "occu": 1}], "abc": [0, 0, 0]}]}
            """);
        assertEquals("Fe", accepted(pymatgen.get(0)).crystal().composition().formula());
        assertEquals(List.of("@class"), pymatgen.get(0).fields().names());
        assertEquals(
                "w",
                accepted(read("w.json", "{\"structure\": " + NACL + "}").get(0)).id());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        []                          | 1 | a.json: file holds no rows
        {"columns": ["a"], "data": []} | 1 | a.json: file holds no rows
        7                           | 1 | a.json:1:1: found a single value, expected an array or an object
        {"data": 1}                 | 1 | a.json:1:1: neither a structure nor a table: the keys are data; expected an array of objects, 'columns' and 'data', or columns with one named 'cif' or 'structure'
        {"columns": ["a", "a"], "data": []} | 1 | a.json:1:13: 'columns' is a list of 2, expected a list of different names
        {"a": {"x": 1}}             | 1 | a.json:1:13: object has no 'cell'
        [NACL] 1                    | 2 | a.json:1:98: found more after the value, expected the end of the file
        [NACL, {"a": 1, "a": 2}]    | 2 | a.json:1:110: not valid JSON: Duplicate field 'a'
        [NACL, {]                   | 2 | a.json:1:99: not valid JSON: Unexpected close marker ']': expected '}' (for Object sta...
        """)
    void filesThatCannotBeRead(String text, int rows, String expected) throws IOException {
        List<CrystalRecord> records = read("a.json", text.replace("NACL", NACL));
        assertEquals(rows, records.size(), records::toString);
        assertEquals(expected, message(records.get(rows - 1)));
    }

    @Test
    void cutAndForeignFiles() throws IOException {
        assertEquals(
                "e.json:1:97: not valid JSON: Unexpected end-of-input within/between Array entries",
                message(read("e.json", "[" + NACL + ",").get(1)));
        Files.write(folder.resolve("l.json"), new byte[] {'[', '"', (byte) 0xE9, '"', ']'});
        assertTrue(message(read(folder.resolve("l.json")).get(0)).contains("text is not UTF-8"));
    }

    @Test
    void cgcnnFolders() throws IOException {
        Files.writeString(folder.resolve("id_prop.csv"), "b,1.5,-2\na,bad\n\n../c,1\nd,4\ne,5\n");
        Files.writeString(folder.resolve("a.cif"), SeedCifs.P1);
        Files.writeString(folder.resolve("b.cif"), SeedCifs.P1);
        Files.writeString(folder.resolve("unlisted.cif"), SeedCifs.P1);
        Files.writeString(folder.resolve("e.cif"), SeedCifs.P1 + SeedCifs.P1.replaceFirst("data_\\S+", "data_two"));
        List<CrystalRecord> records = read(folder);
        assertEquals(
                List.of("b", "a", "../c", "d", "e"),
                records.stream().map(CrystalRecord::id).toList());
        RowFields fields = accepted(records.get(0)).fields();
        assertTrue(fields.isPositional());
        assertEquals(-2, fields.renamed(List.of("k")).number("value_2").orElseThrow());
        assertEquals(1.5, fields.renamed(List.of("k", "g")).number("k").orElseThrow());
        assertEquals(Optional.of("bad"), accepted(records.get(1)).fields().text("value_1"));
        assertEquals("id_prop.csv:4: id '../c', expected the stem of a CIF file", message(records.get(2)));
        assertEquals("id_prop.csv:5: no file 'd.cif' beside this table", message(records.get(3)));
        assertEquals(
                "found several structures, expected one for the row of e",
                message(records.get(4)).replaceFirst("e.cif:[0-9]+: ", ""));
        assertEquals(5, read(folder.resolve("id_prop.csv")).size());
    }
}
