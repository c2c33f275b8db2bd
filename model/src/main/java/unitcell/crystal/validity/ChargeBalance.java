package unitcell.crystal.validity;

import java.util.Arrays;

/** Whether charges can cancel when every element takes one of its oxidation states. */
final class ChargeBalance {
    private ChargeBalance() {}

    /**
     * Whether {@code sum(counts[i] * state[i]) = 0} for some choice of one state for each element.
     *
     * <p>Keeps the set of sums that the elements so far can reach, as bits, so that the time grows with the number of
     * elements, states and atoms and not with the number of combinations.
     *
     * @param counts [n] positive numbers of atoms
     * @param states [n][any] states to choose from; an element without any makes the answer no
     * @throws IllegalArgumentException if there are more than some 10^8 atoms
     */
    static boolean isPossible(int[] counts, int[][] states) {
        // Counted from the lowest sum there is, every step is upwards: what passes the target cannot return to it.
        long lowest = 0;
        long highest = 0;
        for (int i = 0; i < counts.length; i++) {
            if (states[i].length == 0) {
                return false;
            }
            lowest += (long) counts[i] * Arrays.stream(states[i]).min().getAsInt();
            highest += (long) counts[i] * Arrays.stream(states[i]).max().getAsInt();
        }
        if (lowest > 0 || highest < 0) {
            return false;
        }
        if (-lowest >= Integer.MAX_VALUE) {
            throw new IllegalArgumentException("too many atoms to balance their charges: " + Arrays.toString(counts));
        }
        int target = (int) -lowest;
        long[] reached = new long[target / Long.SIZE + 1];
        reached[0] = 1;
        for (int i = 0; i < counts.length; i++) {
            int min = Arrays.stream(states[i]).min().getAsInt();
            long[] next = new long[reached.length];
            for (int state : states[i]) {
                orShifted(next, reached, (long) counts[i] * (state - min));
            }
            reached = next;
        }
        return (reached[target / Long.SIZE] >>> (target % Long.SIZE) & 1) != 0;
    }

    /** {@code to |= from << distance}, dropping what does not fit. */
    private static void orShifted(long[] to, long[] from, long distance) {
        if (distance / Long.SIZE >= to.length) {
            return;
        }
        int words = (int) (distance / Long.SIZE);
        int bits = (int) (distance % Long.SIZE);
        for (int k = to.length - 1; k >= words; k--) {
            long word = from[k - words] << bits;
            if (bits > 0 && k > words) {
                word |= from[k - words - 1] >>> (Long.SIZE - bits);
            }
            to[k] |= word;
        }
    }
}
