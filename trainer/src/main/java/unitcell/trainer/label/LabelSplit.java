package unitcell.trainer.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.random.RandomStream;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Seeds;
import unitcell.trainer.data.Split;

/**
 * Which rows train, which validate and which test; rows on no side are not used. Except where a published column decides,
 * all rows of one reduced composition that are used are on one side, so that no polymorph or supercell of a tested crystal
 * is trained on.
 *
 * @param train ascending
 * @param validation ascending
 * @param test ascending
 */
public record LabelSplit(int[] train, int[] validation, int[] test) {
    /** Share of the training compositions that validate where a rule says nothing about it. */
    static final double VALIDATION = 0.1;

    private static final int STREAM = RandomStream.streamId("label split");

    // Elements of the stream of each composition.
    private static final int SIDE = 0;
    private static final int VALIDATES = 1;

    private enum Side {
        TRAIN,
        VALIDATION,
        TEST,
        NONE
    }

    /**
     * As the rule says. Where only some crystal systems train, crystals of the others test, unless the rule goes by
     * composition and theirs trains or validates, or it goes by column and their word is not for testing; crystals of
     * unknown system never train.
     *
     * @param seed decides compositions; another seed, another split
     * @throws TrainerException if nothing is left to train or to test on
     */
    public static LabelSplit of(LabelledCrystals data, SplitRule rule, long seed) {
        String[] compositions = compositions(data);
        Side[] sides = new Side[data.size()];
        boolean others = false;
        switch (rule.by()) {
            case SplitRule.ByComposition c -> {
                others = true;
                for (int i = 0; i < sides.length; i++) {
                    double u = draw(compositions[i], seed, SIDE);
                    sides[i] = u < c.test() ? Side.TEST : u < c.test() + c.validation() ? Side.VALIDATION : Side.TRAIN;
                }
            }
            case SplitRule.ByColumn c -> {
                for (int i = 0; i < sides.length; i++) {
                    sides[i] = side(c, data.words()[i], compositions[i], seed);
                }
            }
        }
        return restricted(data, compositions, rule, sides, others);
    }

    private static Side side(SplitRule.ByColumn rule, String word, String composition, long seed) {
        if (word == null) {
            return Side.NONE;
        }
        if (rule.test().contains(word)) {
            return Side.TEST;
        }
        if (rule.validation().contains(word)) {
            return Side.VALIDATION;
        }
        if (!rule.train().contains(word)) {
            return Side.NONE;
        }
        boolean validates = rule.validation().isEmpty() && draw(composition, seed, VALIDATES) < VALIDATION;
        return validates ? Side.VALIDATION : Side.TRAIN;
    }

    /**
     * {@code k} splits whose tests are disjoint, no composition in two of them, and hold every row where all crystal
     * systems train. Of the compositions that do not test, the rule's share validates, a tenth where it has none.
     *
     * @param k at least 2
     * @throws TrainerException if nothing is left to train or to test on
     */
    public static List<LabelSplit> folds(LabelledCrystals data, SplitRule rule, int k, long seed) {
        if (k < 2) {
            throw new IllegalArgumentException(k + " folds, expected at least 2");
        }
        double share = rule.by() instanceof SplitRule.ByComposition c ? c.validation() : VALIDATION;
        String[] compositions = compositions(data);
        List<LabelSplit> folds = new ArrayList<>();
        for (int fold = 0; fold < k; fold++) {
            Side[] sides = new Side[data.size()];
            for (int i = 0; i < sides.length; i++) {
                boolean tests = (int) (k * draw(compositions[i], seed, SIDE)) == fold;
                boolean validates = draw(compositions[i], seed, VALIDATES) < share;
                sides[i] = tests ? Side.TEST : validates ? Side.VALIDATION : Side.TRAIN;
            }
            // Crystals of systems that do not train test in their own fold only.
            folds.add(restricted(data, compositions, rule, sides, false));
        }
        return List.copyOf(folds);
    }

    private static String[] compositions(LabelledCrystals data) {
        String[] compositions = new String[data.size()];
        Arrays.setAll(compositions, i -> Split.key(data.crystals().get(i)));
        return compositions;
    }

    private static double draw(String composition, long seed, int element) {
        return new RandomStream(Seeds.of(seed, composition), 0, STREAM).uniform(element);
    }

    private static LabelSplit restricted(
            LabelledCrystals data, String[] compositions, SplitRule rule, Side[] sides, boolean othersTest) {
        Set<CrystalSystem> systems = rule.trainSystems();
        if (!systems.isEmpty()) {
            restrict(data.systems(), compositions, systems, sides, othersTest);
        }
        LabelSplit split =
                new LabelSplit(rows(sides, Side.TRAIN), rows(sides, Side.VALIDATION), rows(sides, Side.TEST));
        split.requireUse(data, rule);
        return split;
    }

    private static void restrict(
            CrystalSystem[] found, String[] compositions, Set<CrystalSystem> wanted, Side[] sides, boolean othersTest) {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < sides.length; i++) {
            boolean learns = sides[i] == Side.TRAIN || sides[i] == Side.VALIDATION;
            if (learns && found[i] != null && wanted.contains(found[i])) {
                used.add(compositions[i]);
            } else if (learns) {
                sides[i] = Side.NONE;
            }
        }
        for (int i = 0; i < sides.length && othersTest; i++) {
            boolean other = sides[i] == Side.NONE && found[i] != null;
            if (other && !used.contains(compositions[i])) {
                sides[i] = Side.TEST;
            }
        }
    }

    private static int[] rows(Side[] sides, Side side) {
        int[] rows = new int[sides.length];
        int n = 0;
        for (int i = 0; i < sides.length; i++) {
            if (sides[i] == side) {
                rows[n++] = i;
            }
        }
        return Arrays.copyOf(rows, n);
    }

    private void requireUse(LabelledCrystals data, SplitRule rule) {
        if (train.length > 0 && test.length > 0) {
            return;
        }
        String by = switch (rule.by()) {
            case SplitRule.ByComposition _ -> "by composition";
            case SplitRule.ByColumn c ->
                "by column '" + c.column() + "', which has "
                        + Arrays.stream(data.words())
                                .filter(w -> w != null)
                                .distinct()
                                .sorted()
                                .limit(10)
                                .toList();
        };
        String of = rule.trainSystems().isEmpty() ? "" : ", training on " + rule.trainSystems() + " only";
        throw TrainerException.input("task " + data.task().name() + ": the split " + by + of + " leaves " + train.length
                + " of " + data.size() + " rows to train on and " + test.length
                + " to test on, expected some of each; use more data or another split");
    }

    /** How many tested rows have a composition that trains or validates: 0 unless a published column decides. */
    public int testedCompositionsSeen(LabelledCrystals data) {
        Set<String> seen = new HashSet<>();
        for (int[] side : new int[][] {train, validation}) {
            for (int row : side) {
                seen.add(Split.key(data.crystals().get(row)));
            }
        }
        return (int) Arrays.stream(test)
                .filter(row -> seen.contains(Split.key(data.crystals().get(row))))
                .count();
    }

    /** One line: how many rows are on each side. */
    public String summary() {
        return train.length + " train, " + validation.length + " validate, " + test.length + " test";
    }
}
