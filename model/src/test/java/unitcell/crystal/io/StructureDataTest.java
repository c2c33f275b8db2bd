package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.crystal.Crystal;

/** One crystal in every form, and what is refused. The crystal: a 2 x 4 x 5 box, Na at the origin, Cl at (1/2, 1/4, 1/5). */
class StructureDataTest {
    private static final Location HERE = new Location("t.csv", 7, 0);
    private static final String ASE = "{'numbers': [11, 17], 'positions': [[0.0, 0, 0], [1.0, 1e0, 1.]], "
            + "'cell': [[2, 0, 0], [0, 4, 0], [0, 0, 5]], 'pbc': [True, True, True]}";
    private static final String PYMATGEN = "{\"@module\": \"pymatgen.core.structure\", \"charge\": null, \"lattice\":"
            + " {\"matrix\": [[2, 0, 0], [0, 4, 0], [0, 0, 5]], \"pbc\": [true, true, true], \"a\": 2}, \"sites\":"
            + " [{\"species\": [{\"element\": \"Na\", \"occu\": 1}], \"abc\": [0, 0, 0], \"xyz\": [9, 9, 9]},"
            + " {\"species\": [{\"element\": \"Cl\", \"oxidation_state\": -1, \"occu\": 1.0}], \"abc\": [0.5, 0.25,"
            + " 0.2]}]}";
    private static final String JARVIS =
            "{'lattice_mat': [[2, 0, 0], [0, 4, 0], [0, 0, 5]], 'elements': ('Na', u'Cl'), "
                    + "'coords': [[0, 0, 0], [0.5, 0.25, 0.2]], 'cartesian': False, 'props': ['', '']}";
    private static final String OWN =
            "{'cell': [2, 4, 5, 90, 90, 90], 'species': ['Na', 17], 'frac': [0, 0, 0, 0.5, 0.25, 0.2]}";

    private static CrystalRecord read(String text) {
        try {
            return new ObjectRecords("t.csv", Plausibility.REQUIRED).text(text, "structure", "x", HERE, RowFields.NONE);
        } catch (InputException e) {
            return CrystalRecord.Refused.of(e.finding(), "x", RowFields.NONE);
        }
    }

    private static Crystal crystal(String text) {
        return assertInstanceOf(
                        CrystalRecord.Accepted.class,
                        read(text),
                        () -> read(text).toString())
                .crystal();
    }

    @Test
    void everyFormGivesTheSameCrystal() {
        String xyz = PYMATGEN.replace("\"abc\": [0, 0, 0], \"xyz\": [9, 9, 9]", "\"xyz\": [0, 0, 0]")
                .replace("\"abc\": [0.5, 0.25, 0.2]", "\"xyz\": [1, 1, 1]");
        String parameters = PYMATGEN.replace(
                "\"matrix\": [[2, 0, 0], [0, 4, 0], [0, 0, 5]]",
                "\"b\": 4, \"c\": 5, \"alpha\": 90, \"beta\": 90.0, \"gamma\": 90");
        String cartesian = JARVIS.replace("False", "True").replace("[0.5, 0.25, 0.2]", "[1, 1, 1]");
        for (String text : List.of(ASE, PYMATGEN, JARVIS, OWN, xyz, parameters, cartesian)) {
            Crystal crystal = crystal(text);
            assertEquals("NaCl", crystal.composition().formula());
            assertArrayEquals(new int[] {11, 17}, crystal.species(), text);
            assertArrayEquals(new double[] {0, 0, 0, 0.5, 0.25, 0.2}, crystal.frac(), 1e-15, text);
            assertEquals(40, crystal.lattice().volume(), 1e-12, text);
        }
    }

    @Test
    void cellsMayLean() {
        // Rows a = (2, 0, 0), b = (1, 2, 0), c = (0, 0, 3): (2, 1, 1.5) = 3/4 a + 1/2 b + 1/2 c.
        String text = "{'numbers': [6], 'positions': [[2, 1, 1.5]], 'cell': [[2, 0, 0], [1, 2, 0], [0, 0, 3]]}";
        assertArrayEquals(new double[] {0.75, 0.5, 0.5}, crystal(text).frac(), 1e-15);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        True, True, True]    | True, False, True]  | NO_STRUCTURE
        'pbc': [True, True, True] | 'pbc': False   | NO_STRUCTURE
        [True, True, True]   | [True, True]        | SYNTAX
        [11, 17]             | [11, 119]           | SYNTAX
        [11, 17]             | [11, 'Qq']          | SYNTAX
        [11, 17]             | [11, 17, 8]         | ROW_SHAPE
        [11, 17]             | []                  | ROW_SHAPE
        1e0, 1.]]            | nan, 1.]]           | NUMBER
        1e0, 1.]]            | 1e9, 1.]]           | NUMBER
        1e0, 1.]]            | '1', 1.]]           | SYNTAX
        [0, 4, 0]            | [0, 0.1, 0]         | CELL_RANGE
        [0, 4, 0]            | [4, 0, 0]           | CELL_FLAT
        [0, 4, 0]            | [0, 4]              | ROW_SHAPE
        'numbers'            | 'atoms'             | COLUMN_MISSING
        'cell'               | 'box'               | COLUMN_MISSING
        'positions'          | 'where'             | COLUMN_MISSING
        'cell'               | cell                | SYNTAX
        True]}               | True]               | SYNTAX
        True]}               | True]} x            | SYNTAX
        'pbc'                | 'cell'              | SYNTAX
        """)
    void aseFormsThatAreRefused(String old, String now, Finding.Kind kind) {
        assertTrue(ASE.contains(old), old);
        refuses(ASE.replace(old, now), kind);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "occu": 1.0      | "occu": 0.5          | PARTIAL_OCCUPANCY
        "occu": 1.0      | "occu": 1.5          | OCCUPANCY_RANGE
        "occu": 1.0      | "occu": "full"       | SYNTAX
        "occu": 1.0}]    | "occu": 0.5}, {"element": "Br", "occu": 0.5}] | MIXED_SITE
        "occu": 1.0}]    | "occu": 1}, {"element": "Br", "occu": 0.5}] | MIXED_SITE
        "element": "Cl"  | "element": "Zz"      | SYNTAX
        "element": "Cl"  | "label": "Cl"        | COLUMN_MISSING
        [0.5, 0.25, 0.2] | [0.5, 0.25]          | SYNTAX
        "abc": [0.5      | "def": [0.5          | COLUMN_MISSING
        "matrix"         | "rows"               | COLUMN_MISSING
        [true, true, true] | [true, true, false] | NO_STRUCTURE
        "sites": [       | "sites": [7,         | SYNTAX
        """)
    void pymatgenFormsThatAreRefused(String old, String now, Finding.Kind kind) {
        assertTrue(PYMATGEN.contains(old), old);
        refuses(PYMATGEN.replace(old, now), kind);
    }

    private static void refuses(String text, Finding.Kind kind) {
        CrystalRecord.Refused refused = assertInstanceOf(CrystalRecord.Refused.class, read(text), text);
        assertEquals(kind, refused.reason().kind(), refused.message());
        assertTrue(refused.message().startsWith("t.csv:7: "), refused.message());
        assertEquals(1, refused.message().lines().count());
    }

    @Test
    void messagesNameThePartOrTheCharacter() {
        assertEquals(
                "t.csv:7: 'sites[1]' is occupied to 0.5: disordered crystals are refused, expected 1",
                ((CrystalRecord.Refused) read(PYMATGEN.replace("1.0}", "0.5}"))).message());
        assertEquals(
                "t.csv:7: 'structure', character 17: found '11; 17], 'positions'', expected ','",
                ((CrystalRecord.Refused) read(ASE.replace("[11, 17]", "[11 11; 17]"))).message());
    }

    @Test
    void cifTextIsReadToo() {
        assertEquals("NaCl", crystal(SeedCifs.P1).composition().formula());
        CrystalRecord.Refused refused =
                assertInstanceOf(CrystalRecord.Refused.class, read(SeedCifs.P1.replace("90.(0)", "200")));
        assertEquals("t.csv:7: structure", refused.reason().where().file());
    }

    @Test
    void deuteriumIsReadAsHydrogenWithAWarning() {
        CrystalRecord.Accepted read = assertInstanceOf(CrystalRecord.Accepted.class, read(OWN.replace("'Na'", "'D'")));
        assertEquals("HCl", read.crystal().composition().formula());
        assertEquals(Finding.Kind.HYDROGEN_ISOTOPE, read.warnings().get(0).kind());
    }

    @Test
    void textsOfPythonAndJson() {
        Datum value = LiteralParser.parse(
                " {'a': (1, -2.5e3, .5,), \"b\": [True, false, None, null, nan, -inf], 'c': 'it\\'s\\u0041\\x42\\n"
                        + "', 'd': {}} ",
                "field",
                HERE);
        assertEquals(
                "{\"a\":[1,-2.5e3,.5],\"b\":[true,false,null,null,NaN,-Infinity],\"c\":\"it'sAB\\u000a\",\"d\":{}}",
                value.fieldText());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'a': 1, 'a': 2}        | 10 | no key twice
        {'a' 1}                 | 6  | ':'
        {'a': 1 'b': 2}         | 9  | ','
        {a: 1}                  | 2  | a quoted key
        {'a': [1, 2}            | 12 | ','
        {'a': array([1])}       | 7  | a value
        {'a': 1.5(2)}           | 10 | ','
        {'a': 'b                | 9  | a closing '
        {'a': '\\q'}            | 9  | an escaped character
        {'a': '\\u00g0'}        | 12 | a hexadecimal digit
        {'a': --1}              | 7  | a value
        {'a': }                 | 7  | a value
        {} {}                   | 4  | the end
        """)
    void textsThatAreNone(String text, int character, String expected) {
        InputException e = assertThrows(InputException.class, () -> LiteralParser.parse(text, "field", HERE));
        assertEquals(Finding.Kind.SYNTAX, e.finding().kind());
        assertTrue(e.getMessage().startsWith("t.csv:7: 'field', character " + character + ": found "), e.getMessage());
        assertTrue(e.getMessage().endsWith(", expected " + expected), e.getMessage());
    }

    @Test
    void hostileTextsEndEarly() {
        InputException deep =
                assertThrows(InputException.class, () -> LiteralParser.parse("[".repeat(100_000), "f", HERE));
        assertTrue(deep.getMessage().contains("at most 32 levels"), deep.getMessage());
        String many = "[" + "0,".repeat(InputLimits.MAX_RECORD_VALUES) + "]";
        InputException large = assertThrows(InputException.class, () -> LiteralParser.parse(many, "f", HERE));
        assertEquals(Finding.Kind.TOO_LARGE, large.finding().kind());
        String atoms = "{'cell': [9, 9, 9, 90, 90, 90], 'species': [" + "1,".repeat(InputLimits.MAX_ATOMS + 1)
                + "], 'frac': []}";
        refuses(atoms, Finding.Kind.TOO_LARGE);
    }
}
