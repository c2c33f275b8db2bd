package unitcell.trainer.demo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import unitcell.net.ModelPresets;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.data.DatasetReader;
import unitcell.trainer.pretrain.OptimiserOptions;
import unitcell.trainer.pretrain.PretrainLoss;
import unitcell.trainer.pretrain.PretrainOptions;

/** What the demo trains: the one place where that is chosen, with a few minutes on two processors in mind. */
public final class DemoOptions {
    /** Sizes of the network. */
    public static final String PRESET = "small";

    /** Share of compositions that are never trained on. */
    static final double HELD_OUT = 0.05;

    private static final OptimiserOptions OPTIMISER = new OptimiserOptions(2e-3, 1e-3, 20, 0.01, 10, 0.999, 5);
    private static final long EDGES_PER_BATCH = 2000;
    private static final long VALIDATE_EVERY = 50;
    private static final int VALIDATION_LIMIT = 60;

    private DemoOptions() {}

    /**
     * Options of the training.
     *
     * @param timeLimit time for training
     * @param seed of everything random
     */
    public static PretrainOptions pretrain(Duration timeLimit, long seed) {
        return new PretrainOptions(
                new PretrainOptions.Data(
                        List.of(DatasetReader.BUNDLED),
                        Optional.empty(),
                        DataFilter.STANDARD,
                        HELD_OUT,
                        VALIDATION_LIMIT),
                ModelPresets.of(PRESET),
                Corruption.standard(),
                new PretrainLoss.Settings(200, 1, false),
                OPTIMISER,
                new PretrainOptions.Schedule(
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.of(timeLimit),
                        VALIDATE_EVERY,
                        Duration.ofMinutes(1),
                        2),
                false,
                EDGES_PER_BATCH,
                seed);
    }
}
