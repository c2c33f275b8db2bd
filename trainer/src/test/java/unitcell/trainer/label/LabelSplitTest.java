package unitcell.trainer.label;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.CrystalsForTests;

/** No composition on two sides, every row where it belongs. */
class LabelSplitTest {
    private static final Task TASK = Task.named("fermi");
    private static final List<CrystalSystem> SYSTEMS = List.of(CrystalSystem.values());
    private static final Set<CrystalSystem> CUBIC = Set.of(CrystalSystem.CUBIC);

    /** 300 crystals, 60 of them again as supercells; systems by turns, every eighth unknown; words a, b, c, none by turns. */
    private static LabelledCrystals data() {
        List<Crystal> crystals = new ArrayList<>(CrystalsForTests.random(2, 300, 6));
        for (int i = 0; i < 60; i++) {
            crystals.add(CrystalTransforms.supercell(crystals.get(i), 1, 1, 2).withId("super-" + i));
        }
        return data(crystals);
    }

    private static LabelledCrystals data(List<Crystal> crystals) {
        int n = crystals.size();
        double[][] labels =
                IntStream.range(0, n).mapToObj(i -> new double[] {i}).toArray(double[][]::new);
        CrystalSystem[] systems = new CrystalSystem[n];
        String[] words = new String[n];
        for (int i = 0; i < n; i++) {
            systems[i] = i % 8 == 7 ? null : SYSTEMS.get(i % 7);
            words[i] = i % 4 == 3 ? null : List.of("a", "b", "c").get(i % 4);
        }
        return new LabelledCrystals(TASK, CrystalStore.of(crystals), labels, systems, words);
    }

    private static Set<String> compositions(LabelledCrystals data, int[] rows) {
        Set<String> found = new HashSet<>();
        Arrays.stream(rows)
                .forEach(i -> found.add(data.crystals().get(i).composition().reducedFormula()));
        return found;
    }

    private static void assertApart(LabelledCrystals data, LabelSplit split) {
        Set<String> train = compositions(data, split.train());
        Set<String> validation = compositions(data, split.validation());
        Set<String> test = compositions(data, split.test());
        assertTrue(Collections.disjoint(train, validation));
        assertTrue(Collections.disjoint(train, test));
        assertTrue(Collections.disjoint(validation, test));
        assertEquals(0, split.testedCompositionsSeen(data));
        for (int[] side : new int[][] {split.train(), split.validation(), split.test()}) {
            assertArrayEquals(Arrays.stream(side).sorted().distinct().toArray(), side);
        }
    }

    @Test
    void byComposition() {
        LabelledCrystals data = data();
        LabelSplit split = LabelSplit.of(data, SplitRule.composition(0.2, 0.3), 5);
        assertApart(data, split);
        assertEquals(data.size(), split.train().length + split.validation().length + split.test().length);
        double all =
                compositions(data, IntStream.range(0, data.size()).toArray()).size();
        assertTrue(all > 150, all + " compositions");
        // Three standard deviations of a share of 0.3 among 150 are 0.11.
        assertEquals(0.2, compositions(data, split.validation()).size() / all, 0.11);
        assertEquals(0.3, compositions(data, split.test()).size() / all, 0.11);
        LabelSplit again = LabelSplit.of(data, SplitRule.composition(0.2, 0.3), 5);
        assertArrayEquals(split.test(), again.test());
        assertFalse(Arrays.equals(
                split.test(),
                LabelSplit.of(data, SplitRule.composition(0.2, 0.3), 6).test()));
        assertEquals(
                split.train().length + " train, " + split.validation().length + " validate, " + split.test().length
                        + " test",
                split.summary());
    }

    @Test
    void otherCrystalsDoNotMatter() {
        LabelledCrystals data = data();
        LabelledCrystals half = data.subset(IntStream.range(0, 150).toArray());
        SplitRule rule = SplitRule.composition(0.2, 0.3);
        assertArrayEquals(
                Arrays.stream(LabelSplit.of(data, rule, 5).test())
                        .filter(i -> i < 150)
                        .toArray(),
                LabelSplit.of(half, rule, 5).test());
    }

    @Test
    void byThePublishedColumn() {
        LabelledCrystals data = data();
        LabelSplit split = LabelSplit.of(data, SplitRule.column("s", List.of("a"), List.of("b"), List.of("c")), 5);
        assertArrayEquals(IntStream.range(0, 360).filter(i -> i % 4 == 0).toArray(), split.train());
        assertArrayEquals(IntStream.range(0, 360).filter(i -> i % 4 == 1).toArray(), split.validation());
        assertArrayEquals(IntStream.range(0, 360).filter(i -> i % 4 == 2).toArray(), split.test());
        // Counted by hand: tested rows whose composition is among those of the other two sides.
        Set<String> seen = compositions(data, split.train());
        seen.addAll(compositions(data, split.validation()));
        long expected = Arrays.stream(split.test())
                .filter(i -> seen.contains(data.crystals().get(i).composition().reducedFormula()))
                .count();
        assertTrue(expected > 0);
        assertEquals(expected, split.testedCompositionsSeen(data));

        LabelSplit drawn = LabelSplit.of(data, SplitRule.column("s", List.of("a", "b"), List.of(), List.of("c")), 5);
        assertEquals(180, drawn.train().length + drawn.validation().length);
        assertEquals(0.1, drawn.validation().length / 180.0, 0.07);
        assertTrue(Collections.disjoint(compositions(data, drawn.train()), compositions(data, drawn.validation())));
    }

    @Test
    void onlySomeSystemsTrain() {
        LabelledCrystals data = data();
        LabelSplit split = LabelSplit.of(data, new SplitRule(new SplitRule.ByComposition(0.2, 0.2), CUBIC), 5);
        assertApart(data, split);
        for (int[] side : new int[][] {split.train(), split.validation()}) {
            for (int row : side) {
                assertEquals(CrystalSystem.CUBIC, data.systems()[row]);
            }
        }
        LabelSplit all = LabelSplit.of(data, SplitRule.composition(0.2, 0.2), 5);
        Set<Integer> tested = new HashSet<>(Arrays.stream(split.test()).boxed().toList());
        assertTrue(tested.containsAll(Arrays.stream(all.test()).boxed().toList()), "who tests anyway");
        Set<String> learned = compositions(data, split.train());
        learned.addAll(compositions(data, split.validation()));
        for (int i = 0; i < data.size(); i++) {
            boolean other = data.systems()[i] != null && data.systems()[i] != CrystalSystem.CUBIC;
            if (other) {
                boolean known =
                        learned.contains(data.crystals().get(i).composition().reducedFormula());
                assertEquals(!known, tested.contains(i), "row " + i);
            }
        }
        LabelSplit column = LabelSplit.of(
                data, new SplitRule(new SplitRule.ByColumn("s", List.of("a"), List.of("b"), List.of("c")), CUBIC), 5);
        assertArrayEquals(IntStream.range(0, 360).filter(i -> i % 4 == 2).toArray(), column.test());
        assertTrue(column.train().length < 30, column.summary());
    }

    @Test
    void everyRowTestsInOneFold() {
        LabelledCrystals data = data();
        List<LabelSplit> folds = LabelSplit.folds(data, SplitRule.composition(0.1, 0.1), 5, 3);
        int[] tested = new int[data.size()];
        for (LabelSplit fold : folds) {
            assertApart(data, fold);
            assertEquals(data.size(), fold.train().length + fold.validation().length + fold.test().length);
            double all = compositions(data, IntStream.range(0, data.size()).toArray())
                    .size();
            assertEquals(0.2, compositions(data, fold.test()).size() / all, 0.1);
            assertEquals(0.08, compositions(data, fold.validation()).size() / all, 0.06);
            Arrays.stream(fold.test()).forEach(i -> tested[i]++);
        }
        assertTrue(Arrays.stream(tested).allMatch(n -> n == 1));
        for (LabelSplit fold : LabelSplit.folds(
                data, new SplitRule(SplitRule.composition(0.1, 0.1).by(), CUBIC), 3, 3)) {
            assertApart(data, fold);
            assertTrue(Arrays.stream(fold.train()).allMatch(i -> data.systems()[i] == CrystalSystem.CUBIC));
        }
        assertThrows(
                IllegalArgumentException.class, () -> LabelSplit.folds(data, SplitRule.composition(0.1, 0.1), 1, 3));
    }

    @Test
    void splitsThatLeaveNothing() {
        LabelledCrystals data = data();
        TrainerException none = assertThrows(
                TrainerException.class,
                () -> LabelSplit.of(data, SplitRule.column("s", List.of("x"), List.of(), List.of("c")), 1));
        assertEquals(ExitCode.INPUT, none.exitCode());
        assertEquals(
                "task fermi: the split by column 's', which has [a, b, c] leaves 0 of 360 rows to train on and 90 to"
                        + " test on, expected some of each; use more data or another split",
                none.getMessage());
        assertThrows(TrainerException.class, () -> LabelSplit.of(data, SplitRule.composition(0.2, 0), 1));
        LabelledCrystals one = data.subset(new int[] {0});
        assertThrows(TrainerException.class, () -> LabelSplit.folds(one, SplitRule.composition(0, 0.1), 2, 1));
    }
}
