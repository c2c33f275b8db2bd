package unitcell.crystal.symmetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CrystalSystemTest {
    @Test
    void everySpaceGroupHasItsSystem() {
        // How many space-group types each system has: International Tables A, table 2.1.1.1.
        Map<CrystalSystem, Long> counts = IntStream.rangeClosed(1, 230)
                .mapToObj(CrystalSystem::ofSpaceGroup)
                .collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting()));
        assertEquals(
                "{TRICLINIC=2, MONOCLINIC=13, ORTHORHOMBIC=59, TETRAGONAL=68, TRIGONAL=25, HEXAGONAL=27, CUBIC=36}",
                counts.toString());
        assertEquals(CrystalSystem.MONOCLINIC, CrystalSystem.ofSpaceGroup(14)); // P2_1/c
        assertEquals(CrystalSystem.ORTHORHOMBIC, CrystalSystem.ofSpaceGroup(62)); // Pnma
        assertEquals(CrystalSystem.TETRAGONAL, CrystalSystem.ofSpaceGroup(136)); // P4_2/mnm
        assertEquals(CrystalSystem.TRIGONAL, CrystalSystem.ofSpaceGroup(166)); // R-3m
        assertEquals(CrystalSystem.HEXAGONAL, CrystalSystem.ofSpaceGroup(186)); // P6_3mc
        assertEquals(CrystalSystem.CUBIC, CrystalSystem.ofSpaceGroup(225)); // Fm-3m
    }

    @Test
    void numbersOutsideAreRefused() {
        for (int number : new int[] {-1, 0, 231}) {
            String message = assertThrows(IllegalArgumentException.class, () -> CrystalSystem.ofSpaceGroup(number))
                    .getMessage();
            assertEquals("space group " + number + " does not exist, expected a number from 1 to 230", message);
        }
    }

    @Test
    void namesAreRead() {
        for (CrystalSystem system : CrystalSystem.values()) {
            assertEquals(system, CrystalSystem.parse(system.slug()));
        }
        assertEquals(CrystalSystem.CUBIC, CrystalSystem.parse(" Cubic "));
        assertEquals(Optional.empty(), CrystalSystem.find("rhombohedral"));
        assertEquals(
                "crystal system 'qubic', expected one of "
                        + "triclinic, monoclinic, orthorhombic, tetragonal, trigonal, hexagonal, cubic",
                assertThrows(IllegalArgumentException.class, () -> CrystalSystem.parse("qubic"))
                        .getMessage());
    }
}
