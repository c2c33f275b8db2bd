package unitcell.trainer.reconstruct.guide;

import java.util.Comparator;

/**
 * A change of a composition: one element has a site less, another one more. Ordered by cost, then by elements.
 *
 * @param from index of the element that has a site less
 * @param to index of the element that has a site more
 * @param cost what the best assignment's sum of scores loses
 */
record Exchange(int from, int to, long cost) implements Comparable<Exchange> {
    /** Comes after all changes that gain and before all others. */
    static final Exchange BEFORE_LOSSES = new Exchange(-1, -1, 0);

    private static final Comparator<Exchange> ORDER = Comparator.comparingLong(Exchange::cost)
            .thenComparingInt(Exchange::from)
            .thenComparingInt(Exchange::to);

    @Override
    public int compareTo(Exchange other) {
        return ORDER.compare(this, other);
    }
}
