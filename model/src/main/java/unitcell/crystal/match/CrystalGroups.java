package unitcell.crystal.match;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.match.Comparison.Different;
import unitcell.crystal.match.Comparison.Matched;
import unitcell.crystal.match.Comparison.Reason;

/**
 * Sorts crystals into groups of equal structures as they come, and so counts the different ones.
 *
 * <p>The first crystal of a group stands for it: a crystal joins the first group of its formula whose first member it
 * fits ({@link StructureMatcher#fits}), otherwise it founds a group. These are the groups of pymatgen's {@code
 * group_structures}. Memory: one reduced cell for each group. Not safe to share between threads.
 */
public final class CrystalGroups {
    private final StructureMatcher matcher;
    private final Map<Composition, List<Integer>> byFormula = new HashMap<>();
    private final List<PreparedCrystal> first = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private long added;
    private long undecided;

    public CrystalGroups(StructureMatcher matcher) {
        this.matcher = matcher;
    }

    /**
     * Adds a crystal.
     *
     * @return the number of its group, from 0; a new number if it equals none before it
     */
    public int add(Crystal crystal) {
        return add(PreparedCrystal.of(crystal));
    }

    /** Like {@link #add(Crystal)} for a crystal prepared before. */
    public int add(PreparedCrystal crystal) {
        added++;
        List<Integer> candidates = byFormula.computeIfAbsent(crystal.formula(), f -> new ArrayList<>());
        for (int group : candidates) {
            Comparison result = matcher.compareFit(first.get(group), crystal);
            if (result instanceof Matched) {
                sizes.set(group, sizes.get(group) + 1);
                return group;
            }
            undecided += isUndecided(result) ? 1 : 0;
        }
        int group = first.size();
        candidates.add(group);
        first.add(crystal);
        sizes.add(1);
        return group;
    }

    static boolean isUndecided(Comparison result) {
        return result instanceof Different different && different.reason() == Reason.BEYOND_LIMITS;
    }

    /** Number of crystals added. */
    public long added() {
        return added;
    }

    /** Number of groups: of different structures. */
    public int groups() {
        return first.size();
    }

    /** Number of members of each group; a copy. */
    public int[] sizes() {
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The crystal that founded a group. */
    public PreparedCrystal first(int group) {
        return first.get(group);
    }

    /** Groups divided by crystals added, in (0, 1]; NaN before the first. */
    public double uniqueness() {
        return added == 0 ? Double.NaN : (double) groups() / added;
    }

    /** Comparisons that were given up at a bound of {@link StructureMatcher} and count as different. */
    public long undecided() {
        return undecided;
    }
}
