package unitcell.trainer.data;

import java.util.Locale;
import unitcell.crystal.Crystal;
import unitcell.engine.random.RandomStream;

/**
 * Moves the atoms of a real crystal by next to nothing, so that a discriminator cannot know it by its exact coordinates:
 * each Cartesian component by {@code scale} times the crystal's shortest distance and a random number. What is drawn
 * depends on (seed, epoch, crystal id) alone. Immutable, safe for several threads.
 *
 * @param scale in units of the shortest distance, periodic images included; 0 for none
 * @param shape distribution of the random number
 */
public record InstanceNoise(double scale, Shape shape) {
    private static final int STREAM = RandomStream.streamId("instance noise");

    /** Distributions. */
    public enum Shape {
        /** Uniform in [-1, 1], as the published code draws it. */
        UNIFORM,
        /** Standard normal, as the paper's text says. */
        NORMAL;

        /** Lower case, for options and files. */
        public String slug() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public InstanceNoise {
        if (!(scale >= 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException(
                    "instance noise is " + scale + ", expected 0 or more (in units of the shortest distance)");
        }
    }

    /**
     * The crystal with its atoms moved, wrapped into the cell.
     *
     * @param epoch pass over the data, or another number that tells draws apart; in [0, 2^32)
     */
    public Crystal apply(Crystal crystal, long seed, long epoch) {
        if (scale == 0) {
            return crystal;
        }
        double length = scale * crystal.minimumDistance();
        double[] moved = new double[3 * crystal.size()];
        RandomStream random = new RandomStream(Seeds.of(seed, crystal.id()), epoch, STREAM);
        for (int i = 0; i < moved.length; i++) {
            moved[i] = length * (shape == Shape.NORMAL ? random.normal(i) : 2 * random.uniform(i) - 1);
        }
        return Corruption.displaced(crystal, moved);
    }
}
