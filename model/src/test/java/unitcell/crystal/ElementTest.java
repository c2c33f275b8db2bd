package unitcell.crystal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ElementTest {
    @Test
    void knownNumbersSymbolsAndNames() {
        Object[][] facts = {
            {1, "H", "hydrogen", 1, 1}, {2, "He", "helium", 1, 18}, {3, "Li", "lithium", 2, 1},
            {5, "B", "boron", 2, 13}, {8, "O", "oxygen", 2, 16}, {11, "Na", "sodium", 3, 1},
            {20, "Ca", "calcium", 4, 2}, {21, "Sc", "scandium", 4, 3}, {26, "Fe", "iron", 4, 8},
            {30, "Zn", "zinc", 4, 12}, {31, "Ga", "gallium", 4, 13}, {39, "Y", "yttrium", 5, 3},
            {54, "Xe", "xenon", 5, 18}, {55, "Cs", "caesium", 6, 1}, {57, "La", "lanthanum", 6, 3},
            {71, "Lu", "lutetium", 6, 3}, {72, "Hf", "hafnium", 6, 4}, {79, "Au", "gold", 6, 11},
            {86, "Rn", "radon", 6, 18}, {92, "U", "uranium", 7, 3}, {103, "Lr", "lawrencium", 7, 3},
            {104, "Rf", "rutherfordium", 7, 4}, {118, "Og", "oganesson", 7, 18},
        };
        for (Object[] f : facts) {
            Element e = Element.of((int) f[0]);
            assertEquals(f[1], e.symbol());
            assertEquals(f[2], e.name());
            assertEquals(f[3], e.period(), e.symbol());
            assertEquals(f[4], e.group(), e.symbol());
        }
    }

    @Test
    void everySymbolFindsItsElementInAnyCase() {
        for (Element e : Element.all()) {
            assertSame(e, Element.ofSymbol(e.symbol()).orElseThrow());
            assertSame(
                    e,
                    Element.ofSymbol(e.symbol().toUpperCase(java.util.Locale.ROOT))
                            .orElseThrow());
            assertSame(
                    e,
                    Element.ofSymbol(e.symbol().toLowerCase(java.util.Locale.ROOT))
                            .orElseThrow());
        }
        assertEquals(119, Element.all().size());
    }

    @Test
    void tableCellsAreDistinct() {
        Set<Integer> cells = new HashSet<>();
        for (Element e : Element.all()) {
            if (!e.isUnknown()) {
                assertTrue(cells.add(100 * e.tableRow() + e.tableColumn()), e.symbol());
                assertTrue(e.tableColumn() >= 1 && e.tableColumn() <= 18 && e.tableRow() >= 1 && e.tableRow() <= 9);
            }
        }
    }

    @Test
    void isotopesUnknownsAndStrangers() {
        assertEquals(1, Element.ofSymbol("D").orElseThrow().z());
        assertTrue(Element.isHydrogenIsotope("D"));
        assertTrue(Element.ofSymbol("X").orElseThrow().isUnknown());
        assertTrue(Element.ofSymbol("Qq").isEmpty());
        assertTrue(Element.ofSymbol("").isEmpty());
        assertTrue(Element.ofSymbol("Nax").isEmpty());
        assertThrows(IllegalArgumentException.class, () -> Element.of(119));
        assertThrows(IllegalArgumentException.class, () -> Element.of(-1));
    }
}
