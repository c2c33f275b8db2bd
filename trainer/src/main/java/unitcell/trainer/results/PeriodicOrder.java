package unitcell.trainer.results;

import java.util.Comparator;
import unitcell.crystal.Element;

/** Likeness of elements, as far as their places in the periodic table tell. */
final class PeriodicOrder {
    /**
     * Group by group from left to right, within a group from top to bottom; in group 3 scandium and yttrium come first,
     * then the lanthanides and the actinides.
     */
    static final Comparator<Element> BY_GROUP = Comparator.comparingInt(Element::group)
            .thenComparingInt(Element::period)
            .thenComparingInt(Element::z);

    private PeriodicOrder() {}

    /** Whether two elements share a group; lanthanides and actinides all belong to group 3. */
    static boolean sameGroup(int a, int b) {
        return Element.of(a).group() == Element.of(b).group();
    }

    /** Whether two elements stand side by side in a period. */
    static boolean neighbours(int a, int b) {
        return Math.abs(a - b) == 1 && Element.of(a).period() == Element.of(b).period();
    }

    /** Whether they share a group or stand side by side. */
    static boolean alike(int a, int b) {
        return sameGroup(a, b) || neighbours(a, b);
    }
}
