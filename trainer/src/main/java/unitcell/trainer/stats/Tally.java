package unitcell.trainer.stats;

import java.util.Arrays;

/**
 * A ratio of two sums over crystals, hits over cases or distances over atoms, with its resamples. Constant memory.
 */
public final class Tally {
    private final double[] above = new double[Resampling.COUNT + 1];
    private final double[] below = new double[Resampling.COUNT + 1];
    private long crystals;

    /**
     * Adds a crystal.
     *
     * @param weights of the crystal, from {@link Resampling#weights}
     * @param hits what it adds to the numerator
     * @param cases what it adds to the denominator; 0 leaves the crystal out
     */
    public void add(byte[] weights, double hits, double cases) {
        if (cases == 0) {
            return;
        }
        crystals++;
        for (int b = 0; b < above.length; b++) {
            above[b] += weights[b] * hits;
            below[b] += weights[b] * cases;
        }
    }

    /** Crystals that had cases. */
    public long crystals() {
        return crystals;
    }

    /** The sum of hits. */
    public double hits() {
        return above[0];
    }

    /** The sum of cases. */
    public double cases() {
        return below[0];
    }

    /** Hits over cases; NaN where there are none. */
    public double ratio() {
        return above[0] / below[0];
    }

    /** The ratio in each resample, [{@link Resampling#COUNT}]; NaN where a resample has no cases. */
    public double[] resampled() {
        double[] ratios = new double[Resampling.COUNT];
        Arrays.setAll(ratios, b -> above[b + 1] / below[b + 1]);
        return ratios;
    }
}
