package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.crystal.Crystal;

/** The grammar: what is refused, where, and what is read. */
class CifSyntaxTest {
    private static InputException refused(String text) {
        InputException e = assertThrows(InputException.class, () -> CifStructures.readOne(text, "f.cif"));
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(e.getMessage().startsWith("f.cif:"), e.getMessage());
        return e;
    }

    private static void assertRefused(String text, Finding.Kind kind, String place, String part) {
        InputException e = refused(text);
        assertEquals(kind, e.finding().kind(), e.getMessage());
        assertEquals("f.cif" + place, e.finding().where().toString(), e.getMessage());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void malformedSyntaxIsRefusedWithItsPlace() {
        Finding.Kind syntax = Finding.Kind.SYNTAX;
        assertRefused("data_x\n_a 'open\n_b 1\n", syntax, ":2:4", "not closed by '");
        assertRefused("data_x\n_a \"open\n", syntax, ":2:4", "not closed by \"");
        assertRefused("data_x\n_a\n;text\nno end\n", syntax, ":3:1", "not closed by a semicolon");
        assertRefused("data_x\n_a\n;text\n;x\n", syntax, ":4:2", "expected a blank");
        assertRefused("data_x\n_a 1\n_A 2\n", syntax, ":3:1", "duplicate tag _A");
        assertRefused("data_x\nloop_\n_a\n_b\n1 2\nloop_\n_b\n3\n", syntax, ":7:1", "duplicate tag _b");
        assertRefused("data_x\n_a 1\ndata_X\n_a 2\n", syntax, ":3:1", "duplicate block name 'X'");
        assertRefused("data_x\n_a _b 1\n", syntax, ":2:4", "needs a value");
        assertRefused("data_x\n_a\n", syntax, ":3:1", "end of the file");
        assertRefused("data_x\n_a 1 2\n", syntax, ":2:6", "has no tag");
        assertRefused("_a 1\n", syntax, ":1:1", "expected a block header");
        assertRefused("42\n", syntax, ":1:1", "expected a block header");
        assertRefused("data_x\nloop_\n1 2\n", syntax, ":3:1", "expected a tag");
        assertRefused("data_x\nloop_\nloop_\n_a\n1\n", syntax, ":3:1", "expected a tag");
        assertRefused("data_x\nloop_\n", syntax, ":3:1", "expected a tag");
        assertRefused("data_x\nloop_\n_a\n_b\n1 2 3\n_c 4\n", syntax, ":6:1", "multiple of 2");
        assertRefused("data_x\n_a b\u0000c\n", syntax, ":2:5", "0x00");
        assertRefused("data_x\n# comment \u001A\n_a 1\n", syntax, ":2:11", "0x1A");
        assertRefused("data_x\nsave_frame\n_a 1\nsave_\n", syntax, ":2:1", "save_frame");
        assertRefused("data_x\nglobal_\n", syntax, ":2:1", "global_");
        assertRefused("data_x\n_a $frame\n", syntax, ":2:4", "save frame");
        assertRefused("data_x\n_ 1\n", syntax, ":2:1", "lone underscore");
        assertRefused("", Finding.Kind.EMPTY, ":1:1", "empty");
        assertRefused("  \n\t\n", Finding.Kind.EMPTY, ":1:1", "empty");
        assertRefused("# only a comment\n", Finding.Kind.NO_STRUCTURE, ":1", "0 data block");
        assertRefused("data_x\n_a 1\n", Finding.Kind.NO_STRUCTURE, ":1", "fractional");
    }

    @Test
    void aFileCutAnywhereIsReadOrRefused() {
        int whole = 0;
        for (int end = 0; end < SeedCifs.ROCK_SALT.length(); end++) {
            String cut = SeedCifs.ROCK_SALT.substring(0, end);
            try {
                CifStructures.Outcome outcome =
                        CifStructures.read(cut, "f.cif", 1).get(0);
                Crystal crystal = outcome.crystal().orElseThrow(() -> new InputException(outcome.reason()));
                // A loop can lose whole rows unnoticed by the grammar, but not by the declared formula.
                assertTrue(
                        crystal.size() == 8 || outcome.findings().get(0).kind() == Finding.Kind.FORMULA_MISMATCH,
                        "cut at " + end);
                whole++;
            } catch (InputException e) {
                assertTrue(e.getMessage().startsWith("f.cif:"));
            }
        }
        assertTrue(whole > 0);
    }

    @Test
    void unusualButValidSyntaxIsRead() {
        List<CifStructures.Outcome> outcomes = CifStructures.read(SeedCifs.SEVERAL, "f.cif", 1);
        assertEquals(
                List.of("first", "second"),
                outcomes.stream().map(CifStructures.Outcome::block).toList());
        for (CifStructures.Outcome outcome : outcomes) {
            assertEquals(2, outcome.crystal().orElseThrow().size());
        }
        List<CifBlock> blocks = CifParser.parse(SeedCifs.SEVERAL, "f.cif", 1);
        assertEquals("it's O5' here", blocks.get(0).value("_note").orElseThrow().text());
        assertEquals("[1 2 3]", blocks.get(2).value("_list").orElseThrow().text());
        assertEquals("", blocks.get(2).value("_empty").orElseThrow().text());
    }

    @Test
    void textFieldsKeepTheirLines() {
        CifBlock block = CifParser.parse("data_x\n_a\n;one\n 'two\n;\n_b '?'\n_c ?\n_d .\n", "f", 1)
                .get(0);
        assertEquals("one\n 'two", block.value("_a").orElseThrow().text());
        assertEquals("?", block.value("_b").orElseThrow().text());
        assertEquals(Optional.empty(), block.value("_c"));
        assertEquals(Optional.empty(), block.value("_d"));
    }

    @Test
    void lineEndsOfAllKindsCountAlike() {
        for (String end : List.of("\n", "\r\n", "\r")) {
            String text = String.join(end, "data_x", "_a", ";field", "more", ";", "_b 'open", "");
            assertRefused(text, Finding.Kind.SYNTAX, ":6:4", "not closed");
        }
    }

    @Test
    void hugeInputIsHandledOrRefusedQuickly() {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            String token = "x".repeat(3_000_000);
            assertRefused("data_x\n_a " + token + "\n", Finding.Kind.NO_STRUCTURE, ":1", "fractional");
            StringBuilder blocks = new StringBuilder();
            for (int i = 0; i < 20_000; i++) {
                blocks.append("data_").append(i).append("\n_a 1\n");
            }
            assertRefused(blocks.toString(), Finding.Kind.NO_STRUCTURE, ":1", "20000 data block");
            String values = "1 ".repeat(InputLimits.MAX_CIF_TOKENS);
            assertEquals(
                    Finding.Kind.TOO_LARGE,
                    refused("data_x\nloop_\n_a\n" + values).finding().kind());
        });
    }

    @Test
    void encodings() {
        List<Finding> warnings = new ArrayList<>();
        byte[] marked = ("\uFEFF" + SeedCifs.P1).getBytes(StandardCharsets.UTF_8);
        assertEquals(SeedCifs.P1, TextDecoding.decode(marked, "f", warnings));
        assertEquals(Finding.Kind.BYTE_ORDER_MARK, warnings.get(0).kind());
        warnings.clear();
        byte[] latin = "data_x\n_a 'caf\u00e9'\n".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals("data_x\n_a 'caf\u00e9'\n", TextDecoding.decode(latin, "f", warnings));
        assertEquals(Finding.Kind.LATIN1, warnings.get(0).kind());
        warnings.clear();
        byte[] utf8 = "data_x\n_a '\u00e9\u03b1'\n".getBytes(StandardCharsets.UTF_8);
        assertEquals("data_x\n_a '\u00e9\u03b1'\n", TextDecoding.decode(utf8, "f", warnings));
        assertTrue(warnings.isEmpty());
        byte[] utf16 = SeedCifs.P1.getBytes(StandardCharsets.UTF_16);
        assertEquals(
                Finding.Kind.ENCODING,
                assertThrows(InputException.class, () -> TextDecoding.decode(utf16, "f", warnings))
                        .finding()
                        .kind());
    }

    @ParameterizedTest
    @CsvSource({
        "5.64(1),5.64",
        "90.(0),90",
        "-.5,-0.5",
        "+3,3",
        "1.,1",
        "0,0",
        "-0,-0.0",
        "1e3,1000",
        "1.5E-3(2),0.0015",
        "0.12345678901234567,0.12345678901234567",
        "123456789012345678901234567890,123456789012345678901234567890",
        "0.1,0.1",
        "299792458.123456789,299792458.123456789",
        "4.35,4.35",
        "0.000001,0.000001"
    })
    void numbersAreReadExactly(String text, double value) {
        assertEquals(value, CifNumbers.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "nan", "inf", "abc", "1e", "1..2", ".", "+", "-", "1(", "1()", "1(2", "(2)", "1e+", "0x10", "1d3", "'1,5'", "1f"
    })
    void whatIsNoNumberIsNaN(String text) {
        assertTrue(Double.isNaN(CifNumbers.parse(text)), text);
    }

    @Test
    void hugeNumbersAreInfinite() {
        assertEquals(Double.POSITIVE_INFINITY, CifNumbers.parse("1e999"));
        assertEquals(0, CifNumbers.parse("1e-999"));
    }
}
