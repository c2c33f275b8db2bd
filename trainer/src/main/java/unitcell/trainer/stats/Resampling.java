package unitcell.trainer.stats;

import unitcell.engine.random.RandomStream;

/**
 * A bootstrap over crystals that needs no crystal twice: in each resample every crystal counts a Poisson(1) number of
 * times (Hanley and MacGibbon, Comput. Methods Programs Biomed. 83, 57, 2006; Chamandy et al., 2012). The weights of a
 * crystal depend on seed and index alone, so that everything measured on it, under any condition and by any model,
 * is resampled together: atoms of one crystal stay together, and differences between models are paired.
 *
 * @param seed of the weights
 */
public record Resampling(long seed) {
    /** Resamples. */
    public static final int COUNT = 400;

    private static final int STREAM = RandomStream.streamId("report resampling");

    /** Weights of a crystal, [{@link #COUNT} + 1]; the first is 1, that of the sample itself. */
    public byte[] weights(long crystal) {
        RandomStream random = new RandomStream(seed, 0, STREAM);
        byte[] weights = new byte[COUNT + 1];
        weights[0] = 1;
        for (int b = 1; b <= COUNT; b++) {
            weights[b] = poisson(random.uniform(crystal * COUNT + b - 1));
        }
        return weights;
    }

    /** The count that a uniform number in [0, 1) stands for. */
    static byte poisson(double uniform) {
        double term = Math.exp(-1);
        double sum = term;
        byte count = 0;
        while (uniform >= sum && count < 20) {
            count++;
            term /= count;
            sum += term;
        }
        return count;
    }
}
