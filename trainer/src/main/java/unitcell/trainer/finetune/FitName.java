package unitcell.trainer.finetune;

import java.util.Locale;

/**
 * Which of a run's fits.
 *
 * @param init what it starts from
 * @param seed of its head, its dropout and the order of its batches; of a fit from scratch also of all other parameters
 * @param fold which part of the data tests, from 0
 */
public record FitName(Init init, long seed, int fold) {
    /** What predictions come from. */
    public enum Init {
        /** A pre-trained network. */
        PRETRAINED,
        /** Fresh parameters. */
        SCRATCH,
        /** No network: {@link unitcell.trainer.label.Dummy}. */
        DUMMY;

        /** As in files: {@code pretrained}. */
        public String slug() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Name of its folder: {@code pretrained-s0-f0}. */
    @Override
    public String toString() {
        return init.slug() + "-s" + seed + "-f" + fold;
    }
}
