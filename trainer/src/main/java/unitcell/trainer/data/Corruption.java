package unitcell.trainer.data;

import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.Lattice;
import unitcell.engine.random.RandomStream;

/**
 * Spoils a crystal for self-supervised learning, as Liu et al. (arXiv 2312.14485) do: hides the species of some sites and
 * moves every site by Gaussian noise.
 *
 * <p>Mask: with probability {@code wholeSpecies} every site that has the species of a random seed site, otherwise
 * {@code ceil(maskRatio * N)} random sites. Noise: each Cartesian component N(0, (sigma d_min)^2), d_min being the
 * crystal's shortest distance; positions are wrapped into the cell afterwards.
 *
 * <p>By default the choice of mask is drawn for each crystal, sites are drawn without replacement, every site is eligible
 * and d_min counts periodic images. {@link Rules#RELEASED_CODE} does as the published code does: the choice is one for a
 * whole batch, sites are drawn with replacement and never the last one, d_min sees no periodic images; cells with one
 * atom have then neither a mask nor a noise scale and are refused.
 *
 * <p>What is drawn depends on (seed, epoch, crystal id) alone. Immutable, safe for several threads.
 *
 * @param maskRatio share of sites that a random mask hides, in [0, 1]
 * @param wholeSpecies probability of hiding a whole species, in [0, 1]
 * @param sigma standard deviation of the noise in units of d_min, 0 for none
 * @param rules which reading of the method
 */
public record Corruption(double maskRatio, double wholeSpecies, double sigma, Rules rules) {
    private static final int KIND = RandomStream.streamId("corruption kind");
    private static final int SITES = RandomStream.streamId("corruption sites");
    private static final int NOISE = RandomStream.streamId("corruption noise");

    /** Two readings of the method. */
    public enum Rules {
        /** As the method is meant. */
        CORRECTED,
        /** As the published code does it. */
        RELEASED_CODE
    }

    /** How sites were chosen for hiding. */
    public enum MaskType {
        /** Random sites. */
        RANDOM,
        /** All sites of one species. */
        SPECIES,
        /** Sites that a user named or that were unknown in the input. */
        GIVEN,
        /** None. */
        NONE;

        /** Lower case, for tables. */
        public String slug() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * A spoilt crystal.
     *
     * @param original the truth
     * @param type how sites were chosen
     * @param masked which sites are hidden, [N]
     * @param input the crystal as the network sees it: hidden sites have species 0, positions carry the noise, wrapped
     * @param noise Cartesian displacements from the truth, angstrom, [N*3]
     * @param noiseScale standard deviation of one component, angstrom
     */
    public record Corrupted(
            Crystal original, MaskType type, boolean[] masked, Crystal input, double[] noise, double noiseScale) {
        /** Number of hidden sites. */
        public int maskedCount() {
            int count = 0;
            for (boolean m : masked) {
                count += m ? 1 : 0;
            }
            return count;
        }
    }

    public Corruption {
        probability(maskRatio, "mask ratio");
        probability(wholeSpecies, "probability of hiding a whole species");
        if (!(sigma >= 0 && Double.isFinite(sigma))) {
            throw new IllegalArgumentException(
                    "noise is " + sigma + ", expected 0 or more (in units of the shortest distance)");
        }
    }

    private static void probability(double value, String what) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " is " + value + ", expected a number in [0, 1]");
        }
    }

    /** The paper's numbers: 15 % of the sites or, half the time, a whole species; noise of 0.1 d_min. */
    public static Corruption standard() {
        return new Corruption(0.15, 0.5, 0.1, Rules.CORRECTED);
    }

    /** The same masks with another amount of noise. */
    public Corruption withSigma(double newSigma) {
        return new Corruption(maskRatio, wholeSpecies, newSigma, rules);
    }

    /** Whether the released code's rules can treat a crystal; the corrected ones can treat any. */
    public boolean accepts(Crystal crystal) {
        return rules == Rules.CORRECTED || crystal.size() > 1;
    }

    /**
     * Spoils a crystal.
     *
     * @param seed of the run
     * @param epoch pass over the data, or another number that tells draws apart; in [0, 2^32)
     * @param batch number of the batch within the epoch; matters under the released code's rules only
     */
    public Corrupted apply(Crystal crystal, long seed, long epoch, int batch) {
        long own = Seeds.of(seed, crystal.id());
        long kindSeed = rules == Rules.CORRECTED ? own : seed;
        int kindElement = rules == Rules.CORRECTED ? 0 : batch;
        boolean species = new RandomStream(kindSeed, epoch, KIND).bernoulli(kindElement, wholeSpecies);
        RandomStream sites = new RandomStream(own, epoch, SITES);
        boolean[] masked = species ? speciesMask(crystal, sites) : randomMask(crystal, sites);
        return apply(crystal, species ? MaskType.SPECIES : MaskType.RANDOM, masked, seed, epoch);
    }

    /** Spoils a crystal with a mask given by the caller; {@code masked} is [N]. */
    public Corrupted apply(Crystal crystal, MaskType type, boolean[] masked, long seed, long epoch) {
        double scale = sigma == 0 ? 0 : sigma * shortestDistance(crystal);
        double[] noise = new double[3 * crystal.size()];
        if (scale > 0) {
            new RandomStream(Seeds.of(seed, crystal.id()), epoch, NOISE).fillNormal(noise, 0);
        }
        for (int i = 0; i < noise.length; i++) {
            noise[i] *= scale;
        }
        return new Corrupted(crystal, type, masked.clone(), displaced(hidden(crystal, masked), noise), noise, scale);
    }

    private static Crystal hidden(Crystal crystal, boolean[] masked) {
        int[] species = crystal.species();
        for (int i = 0; i < species.length; i++) {
            species[i] = masked[i] ? Element.UNKNOWN_Z : species[i];
        }
        return crystal.withSpecies(species);
    }

    /** The crystal with every site moved by a Cartesian displacement [N*3] and wrapped into the cell. */
    public static Crystal displaced(Crystal crystal, double[] displacement) {
        double[] step = crystal.lattice().toFractional(displacement);
        double[] frac = crystal.frac();
        for (int i = 0; i < frac.length; i++) {
            frac[i] = Crystal.wrap(frac[i] + step[i]);
        }
        return crystal.withFrac(frac);
    }

    // The released code draws below N-1: its upper bound is exclusive by mistake.
    private int eligible(Crystal crystal) {
        return rules == Rules.CORRECTED ? crystal.size() : crystal.size() - 1;
    }

    private boolean[] speciesMask(Crystal crystal, RandomStream random) {
        int z = crystal.species(random.below(0, eligible(crystal)));
        boolean[] masked = new boolean[crystal.size()];
        for (int i = 0; i < masked.length; i++) {
            masked[i] = crystal.species(i) == z;
        }
        return masked;
    }

    private boolean[] randomMask(Crystal crystal, RandomStream random) {
        boolean[] masked = new boolean[crystal.size()];
        // A hair less than the product, so that rounding never turns 0.15 * 20 into 4 sites.
        int count = (int) Math.ceil(maskRatio * crystal.size() - 1e-9);
        if (rules == Rules.CORRECTED) {
            for (int i : random.sample(crystal.size(), count)) {
                masked[i] = true;
            }
        } else {
            for (int k = 0; k < count; k++) {
                masked[random.below(k, eligible(crystal))] = true;
            }
        }
        return masked;
    }

    private double shortestDistance(Crystal crystal) {
        return rules == Rules.CORRECTED ? crystal.minimumDistance() : shortestInsideCell(crystal);
    }

    private static double shortestInsideCell(Crystal crystal) {
        Lattice lattice = crystal.lattice();
        double[] r = lattice.toCartesian(crystal.frac());
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < r.length; i += 3) {
            for (int j = 0; j < i; j += 3) {
                double dx = r[i] - r[j];
                double dy = r[i + 1] - r[j + 1];
                double dz = r[i + 2] - r[j + 2];
                best = Math.min(best, Math.sqrt(dx * dx + dy * dy + dz * dz));
            }
        }
        if (best == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "crystal '" + crystal.id() + "' has one atom: the released code's rules give it no noise scale");
        }
        return best;
    }

    @Override
    public String toString() {
        return "mask " + maskRatio + ", whole species " + wholeSpecies + ", noise " + sigma + " d_min, "
                + rules.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + " rules";
    }
}
