package unitcell.trainer.reconstruct;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.data.Corruption.MaskType;

/**
 * Spoils crystals whose truth is known, completes them, and hands both to whoever scores or draws them. What is drawn
 * depends on the seed, the condition's mask and each crystal's id, so trials repeat exactly, and two amounts of noise
 * displace the same atoms in the same directions.
 *
 * @param reconstructor completes
 * @param maskRatio share of sites that a random mask hides
 * @param seed of masks and noise
 */
public record ReconstructionTrials(Reconstructor reconstructor, double maskRatio, long seed) {
    /** Trials spoil crystals as no epoch of training and no validation does. */
    static final long EPOCH = 0xFFFFFFFDL;

    /** Each mask with each noise of the paper's table: random sites and whole species, 0.1 and 0.2. */
    public static final List<Condition> STANDARD = List.of(
            new Condition(MaskType.RANDOM, 0.1),
            new Condition(MaskType.SPECIES, 0.1),
            new Condition(MaskType.RANDOM, 0.2),
            new Condition(MaskType.SPECIES, 0.2));

    /** Receives a trial: the truth with what was spoilt, and what the network made of it. */
    @FunctionalInterface
    public interface Sink {
        void completed(Corrupted spoilt, Reconstruction result) throws IOException;
    }

    /**
     * Runs one condition over crystals, in constant memory.
     *
     * @param crystals the truth, read as it is needed
     * @throws unitcell.trainer.TrainerException if a crystal has a species that the model does not know
     */
    public void run(Iterator<Crystal> crystals, Condition condition, Sink sink) throws IOException {
        reconstructor.each(
                new Iterator<Corrupted>() {
                    @Override
                    public boolean hasNext() {
                        return crystals.hasNext();
                    }

                    @Override
                    public Corrupted next() {
                        return spoilt(crystals.next(), condition, maskRatio, seed);
                    }
                },
                Corrupted::input,
                sink::completed);
    }

    /**
     * One crystal as a trial spoils it.
     *
     * @param maskRatio share of sites that a random mask hides
     * @param seed of mask and noise
     */
    public static Corrupted spoilt(Crystal crystal, Condition condition, double maskRatio, long seed) {
        return condition.corruption(maskRatio).apply(crystal, seed, EPOCH, 0);
    }
}
