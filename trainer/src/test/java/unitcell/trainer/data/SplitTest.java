package unitcell.trainer.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;

class SplitTest {
    private static List<Crystal> withPolymorphs() {
        List<Crystal> crystals = new ArrayList<>(CrystalsForTests.random(1, 400, 6));
        for (int i = 0; i < 100; i++) {
            crystals.add(CrystalTransforms.supercell(crystals.get(i), 1, 2, 1).withId("super-" + i));
        }
        return crystals;
    }

    @Test
    void noCompositionStraddles() {
        CrystalStore store = CrystalStore.of(withPolymorphs());
        Split split = Split.byComposition(store, 0.2, 9);
        Set<String> train = new HashSet<>();
        Set<String> validation = new HashSet<>();
        Arrays.stream(split.train())
                .forEach(i -> train.add(store.get(i).composition().reducedFormula()));
        Arrays.stream(split.validation())
                .forEach(i -> validation.add(store.get(i).composition().reducedFormula()));
        assertFalse(validation.isEmpty());
        validation.retainAll(train);
        assertEquals(Set.of(), validation);
        assertEquals(store.size(), split.train().length + split.validation().length);
    }

    @Test
    void shareIsAsAskedAndOtherCrystalsDoNotMatter() {
        List<Crystal> crystals = withPolymorphs();
        CrystalStore store = CrystalStore.of(crystals);
        Split split = Split.byComposition(store, 0.2, 9);
        double share = split.validation().length / (double) store.size();
        assertTrue(share > 0.1 && share < 0.3, "share " + share);
        Split half = Split.byComposition(CrystalStore.of(crystals.subList(0, 250)), 0.2, 9);
        int[] expected = Arrays.stream(split.validation()).filter(i -> i < 250).toArray();
        assertArrayEquals(expected, half.validation());
        assertEquals(0, Split.byComposition(store, 0, 9).validation().length);
    }
}
