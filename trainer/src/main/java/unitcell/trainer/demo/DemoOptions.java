package unitcell.trainer.demo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelConfigJson;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.data.DatasetReader;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.pretrain.PretrainLoss;
import unitcell.trainer.pretrain.PretrainOptions;

/** What the demo trains: the one place where that is chosen, with a few minutes on two processors in mind. */
public final class DemoOptions {
    /** Small and with lmax 1: in minutes, more steps teach more than higher degrees do. */
    private static final String MODEL = """
        {"num_layers": 2, "sphere_channels": 64, "attn_hidden_channels": 32, "num_heads": 4,
         "attn_alpha_channels": 16, "attn_value_channels": 16, "ffn_hidden_channels": 128, "edge_channels": 32,
         "lmax_list": [1], "mmax_list": [1], "grid_resolution": 10, "max_radius": 4.5, "max_neighbors": 0,
         "alpha_drop": 0.0, "drop_path_rate": 0.0}\
        """;

    /** The network in a few words. */
    public static final String ABOUT = "two layers, lmax 1, 64 channels";

    /** Share of compositions that are never trained on. */
    static final double HELD_OUT = 0.05;

    private static final OptimiserOptions OPTIMISER = new OptimiserOptions(2e-3, 1e-3, 20, 0.01, 10, 0.995, 5);
    private static final long EDGES_PER_BATCH = 1500;
    private static final long VALIDATE_EVERY = 100;
    private static final int VALIDATION_LIMIT = 100;
    /** Visible species are there to be copied: what is hidden should weigh more. */
    static final double MASKED_WEIGHT = 5;

    /** Between the two amounts that are tried afterwards. */
    static final double NOISE = 0.15;

    /** As in the paper. */
    static final double POSITION_WEIGHT = 200;

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
                model(),
                Corruption.standard().withSigma(NOISE),
                new PretrainLoss.Settings(POSITION_WEIGHT, MASKED_WEIGHT, false),
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

    private static EquiformerV2Config model() {
        try {
            return ModelConfigJson.read(Json.parse("the demo's network", MODEL).asObject());
        } catch (JsonException e) {
            throw new IllegalStateException("the demo's network does not parse", e);
        }
    }
}
