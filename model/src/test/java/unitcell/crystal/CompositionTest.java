package unitcell.crystal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CompositionTest {
    @Test
    void formulasAreReadAndWritten() {
        String[][] cases = {
            {"Na4Cl4", "NaCl"},
            {"TiBaO3", "BaTiO3"},
            {"OH2", "H2O"},
            {"H3N", "NH3"},
            {"Ba(AlTe2)2", "Ba(AlTe2)2"},
            {"Tm1 Mg1 Hg2", "MgTmHg2"},
            {"Fe(HC)10", "FeC10H10"},
            {"Ca [OH]2", "CaH2O2"},
            {"C1.5H3", null},
            {"K0.5Na0.5", "KNa"},
            {"XeF2", "XeF2"},
            {"CsAuO", "CsAuO"},
            {"O2X", "O2X"},
            {"SiC", "SiC"},
        };
        for (String[] c : cases) {
            if (c[1] == null || c[0].contains("0.5")) {
                assertThrows(IllegalArgumentException.class, () -> Composition.parse(c[0]));
                continue;
            }
            Composition parsed = Composition.parse(c[0]);
            assertEquals(parsed.reduced(), Composition.parse(c[1]).reduced(), c[0]);
            if (!c[1].contains("(")) {
                assertEquals(c[1], parsed.reducedFormula());
            }
            assertEquals(parsed, Composition.parse(parsed.formula()));
        }
    }

    @Test
    void decimalsMayAddUpToWholeNumbers() {
        assertEquals(Composition.parse("Fe3O4"), Composition.parse("Fe0.5O4Fe2.5"));
        assertEquals(Composition.parse("Al2O3"), Composition.parse("(Al0.5O0.75)4"));
    }

    @Test
    void countsAndReduction() {
        Composition c = Composition.ofSpecies(8, 26, 8, 26, 8, 8, 26, 26, 8, 8);
        assertArrayEquals(new int[] {8, 26}, c.elements());
        assertArrayEquals(new int[] {6, 4}, c.counts());
        assertEquals(2, c.formulaUnits());
        assertEquals("Fe2O3", c.reducedFormula());
        assertEquals("Fe4O6", c.formula());
        assertEquals(10, c.atoms());
        assertEquals(0, c.count(1));
        assertEquals(4, c.count(26));
    }

    @Test
    void nonsenseNamesTheColumn() {
        String[][] cases = {
            {"", "no element"},
            {"na", "column 1"},
            {"NaQq", "column 3"},
            {"Na(Cl", "missing ')'"},
            {"Na)", "column 3"},
            {"Na0", "column 3"},
            {"Na1.2.3", "column 3"},
            {"Na9999999999", "column 3"},
            {"()", "no element"},
            {"Na-1", "column 3"},
            {"(".repeat(60) + "Na", "nested"},
        };
        for (String[] c : cases) {
            String message = assertThrows(IllegalArgumentException.class, () -> Composition.parse(c[0]))
                    .getMessage();
            assertEquals(true, message.contains(c[1]), message);
            assertEquals(1, message.lines().count());
        }
    }
}
