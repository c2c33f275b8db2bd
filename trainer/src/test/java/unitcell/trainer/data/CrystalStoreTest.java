package unitcell.trainer.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;

class CrystalStoreTest {
    @Test
    void givesBackWhatWentIn() {
        List<Crystal> crystals = CrystalsForTests.random(2, 3000, 12);
        CrystalStore store = CrystalStore.of(crystals);
        int atoms = 0;
        for (int i = 0; i < crystals.size(); i++) {
            assertEquals(crystals.get(i), store.get(i));
            assertEquals(crystals.get(i).id(), store.id(i));
            atoms += crystals.get(i).size();
        }
        assertEquals(atoms, store.atoms());
        CrystalStore part = store.subset(new int[] {7, 3});
        assertEquals(crystals.get(7), part.get(0));
        assertEquals(crystals.get(3), part.get(1));
    }

    @Test
    void fingerprintTellsDataApart() {
        List<Crystal> crystals = CrystalsForTests.random(2, 20, 5);
        String fingerprint = CrystalStore.of(crystals).fingerprint();
        assertEquals(fingerprint, CrystalStore.of(List.copyOf(crystals)).fingerprint());
        assertNotEquals(fingerprint, CrystalStore.of(crystals.reversed()).fingerprint());
        Crystal other = CrystalsForTests.crystal(new Random(0), crystals.get(0).id(), 3);
        List<Crystal> changed = new java.util.ArrayList<>(crystals);
        changed.set(0, other);
        assertNotEquals(fingerprint, CrystalStore.of(changed).fingerprint());
    }

    @Test
    void bundledFormKeepsFactsToTheStatedDigits() {
        for (Crystal crystal : CrystalsForTests.random(6, 50, 12)) {
            Crystal read = BundledFormat.parse(BundledFormat.format(crystal), "test:1");
            assertEquals(crystal.id(), read.id());
            for (int i = 0; i < crystal.size(); i++) {
                assertEquals(crystal.species(i), read.species(i));
                for (int axis = 0; axis < 3; axis++) {
                    double d = crystal.frac(i, axis) - read.frac(i, axis);
                    assertEquals(0, d - Math.rint(d), 0.50001e-5);
                }
            }
            for (int k = 0; k < 6; k++) {
                assertEquals(
                        crystal.lattice().parameters()[k],
                        read.lattice().parameters()[k],
                        k < 3 ? 0.50001e-4 : 0.50001e-3);
            }
        }
    }
}
