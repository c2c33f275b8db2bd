package unitcell.trainer.gan;

import java.util.Optional;
import unitcell.trainer.data.TrainingBatch;

/**
 * What one step needs.
 *
 * @param spoilt what the generator is to complete
 * @param real the same crystals as they are, but for the instance noise; present where the discriminator learns
 */
record GanBatch(TrainingBatch spoilt, Optional<JudgedCrystals> real) {}
