package unitcell.trainer.gan;

import unitcell.autograd.DropoutStreams;
import unitcell.trainer.learn.BatchGradients;

/**
 * What a step depends on beside its batch.
 *
 * @param seed of the run
 * @param step number of the step, from 0
 * @param detectAnomaly whether every intermediate result is checked
 */
record StepSetting(long seed, long step, boolean detectAnomaly) {
    /** Sets the discriminator's random numbers apart from the generator's. */
    private static final long DISCRIMINATOR = 0x6469736372696D69L;

    /** Odd, from the golden ratio: parts of a batch get seeds far apart. */
    private static final long PARTS = 0x9E3779B97F4A7C15L;

    /** For the part of a batch that begins with some crystal; the first part's is the whole's. */
    StepSetting ofPart(int first) {
        return new StepSetting(seed ^ first * PARTS, step, detectAnomaly);
    }

    /** For the generator's own update. */
    BatchGradients.Setting ofGenerator() {
        return new BatchGradients.Setting(seed, step, detectAnomaly);
    }

    /** For the discriminator's own update. */
    BatchGradients.Setting ofDiscriminator() {
        return new BatchGradients.Setting(seed ^ DISCRIMINATOR, step, detectAnomaly);
    }

    /** Dropout of the discriminator where it teaches. */
    DropoutStreams teaching() {
        return new DropoutStreams(seed ^ DISCRIMINATOR, step);
    }
}
