package unitcell.net;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.engine.Tensor;
import unitcell.engine.random.RandomStream;
import unitcell.nn.SpeciesInput;

/**
 * From a generator's logits of species, [N, 118], to distributions over the rows of a network's species tables, [N, 119],
 * through which gradients reach the generator: a second network reads them by {@link SpeciesInput#soft}. Column z belongs to
 * atomic number z; column 0, the mask, has no share.
 *
 * <p>Memory convention: results belong to the tape. Choices and noise are made on the host: the straight-through variants
 * copy N x 118 numbers from the device, the Gumbel variants as many to it.
 */
public final class SoftSpecies {
    /** Columns of a distribution: the mask and every chemical element. */
    public static final int SPECIES = Generator.CLASSES + 1;

    private static final int NOISE = RandomStream.streamId("gumbel noise of species");
    private static final double HALF_STEP = 0x1p-54;

    private SoftSpecies() {}

    /** The softmax of the logits. */
    public static Var softmax(Tape tape, Var logits) {
        return withMask(tape, PointwiseOps.softmax(tape, logits));
    }

    /** One-hot at the largest logit (the first of equal ones), with the gradient of the softmax. */
    public static Var straightThrough(Tape tape, Var logits) {
        return withMask(tape, hard(tape, PointwiseOps.softmax(tape, logits)));
    }

    /**
     * A sample of the relaxed categorical distribution (E. Jang et al., arXiv 1611.01144): softmax((logits + g) /
     * temperature) with Gumbel noise g. Its largest entry is distributed as the softmax of the logits says.
     *
     * @param temperature positive; towards 0 rows become one-hot
     * @param seed with {@code step} decides the noise, independent of device and threads
     * @param step in [0, 2^32)
     */
    public static Var gumbel(Tape tape, Var logits, double temperature, long seed, long step) {
        return withMask(tape, relaxed(tape, logits, temperature, seed, step));
    }

    /** One-hot at the largest entry of {@link #gumbel}, with its gradient. */
    public static Var gumbelStraightThrough(Tape tape, Var logits, double temperature, long seed, long step) {
        return withMask(tape, hard(tape, relaxed(tape, logits, temperature, seed, step)));
    }

    /**
     * Distributions with those of atoms whose species is known replaced by one-hot rows.
     *
     * @param probabilities [N, 119]
     * @param species atomic number of each atom, 0 where it is not known
     */
    public static Var withKnown(Tape tape, Var probabilities, int[] species) {
        double[] unknown = new double[species.length];
        double[] oneHot = new double[species.length * SPECIES];
        for (int n = 0; n < species.length; n++) {
            unknown[n] = species[n] == 0 ? 1 : 0;
            if (species[n] != 0) {
                oneHot[n * SPECIES + species[n]] = 1;
            }
        }
        Var chosen = PointwiseOps.scaleRows(tape, probabilities, tape.of(unknown, species.length), null);
        return PointwiseOps.add(tape, chosen, Var.constant(tape.of(oneHot, species.length, SPECIES)));
    }

    private static Var withMask(Tape tape, Var shares) {
        return PointwiseOps.intoColumns(tape, shares, SPECIES, 1);
    }

    private static Var relaxed(Tape tape, Var logits, double temperature, long seed, long step) {
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException("temperature is " + temperature + ", expected a positive number");
        }
        RandomStream random = new RandomStream(seed, step, NOISE);
        double[] noise = new double[Math.toIntExact(logits.value().size())];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = -Math.log(-Math.log(random.uniform(i) + HALF_STEP));
        }
        Var gumbel = Var.constant(tape.of(noise, logits.value().shape()));
        Var noisy = PointwiseOps.axpby(tape, 1 / temperature, logits, 1 / temperature, gumbel);
        return PointwiseOps.softmax(tape, noisy);
    }

    private static Var hard(Tape tape, Var shares) {
        double[] values = shares.value().toDoubles();
        int width = Math.toIntExact(shares.value().dim(1));
        double[] oneHot = new double[values.length];
        for (int row = 0; row < values.length; row += width) {
            int best = row;
            for (int i = row; i < row + width; i++) {
                best = values[i] > values[best] ? i : best;
            }
            // What is not a number shows in the result.
            oneHot[best] = Double.isNaN(values[row]) ? Double.NaN : 1;
        }
        Tensor chosen = tape.of(oneHot, shares.value().shape());
        return PointwiseOps.straightThrough(tape, chosen, shares);
    }
}
