package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.net.EquiformerV2Config;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelPresets;
import unitcell.trainer.cases.KernelSizes;
import unitcell.trainer.data.BundledCrystals;

/**
 * Sizes at which every kernel is verified.
 *
 * @param name what is special about them
 * @param network whether they are those of a network, so large that gradients that are added are left to the other sizes
 */
record KernelShapes(String name, KernelSizes sizes, boolean network) {
    /** Widths that are no multiple of anything, and three heads. */
    private static final String ODD = """
            "sphere_channels": 17, "attn_hidden_channels": 7, "num_heads": 3, "attn_alpha_channels": 5,
            "attn_value_channels": 3, "ffn_hidden_channels": 9, "edge_channels": 13""";
    /** Widths of one. */
    private static final String ONE = """
            "sphere_channels": 1, "attn_hidden_channels": 1, "num_heads": 1, "attn_alpha_channels": 1,
            "attn_value_channels": 1, "ffn_hidden_channels": 1, "edge_channels": 1""";
    /** Widths that vectors divide. */
    private static final String EVEN = """
            "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2, "attn_alpha_channels": 8,
            "attn_value_channels": 4, "ffn_hidden_channels": 12, "edge_channels": 16""";

    /** All of them: networks, graphs with odd sizes, every highest degree up to 6, hardly anything. */
    static List<KernelShapes> all(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<KernelShapes> all = new ArrayList<>();
        all.add(network("small", 6));
        all.add(network("medium", 2));
        GraphBatch ragged = RaggedGraph.random(random, 70, 401);
        all.add(of("ragged", config(3, 2, ODD, "\"norm_type\": \"layer_norm_sh\""), ragged, 1003));
        all.add(of("lmax 6", config(6, 2, EVEN, "\"norm_type\": \"layer_norm\""), ragged, 4096));
        GraphBatch few = RaggedGraph.random(random, 9, 33);
        all.add(of("lmax 5, mmax 5", config(5, 5, ODD, "\"use_m_share_rad\": true"), few, 257));
        all.add(of("lmax 4", config(4, 3, EVEN, "\"norm_type\": \"layer_norm_sh\""), few, 64));
        all.add(of("width 1", config(1, 0, ONE, "\"norm_type\": \"rms_norm_sh\""), few, 1));
        all.add(of("poles and self-images", config(2, 1, ODD, ""), RaggedGraph.create(random), 31));
        all.add(of("one atom without edges", config(2, 2, EVEN, ""), RaggedGraph.empty(1), 2));
        all.add(of("no edges", config(1, 1, ODD, ""), RaggedGraph.empty(5), 3));
        return all;
    }

    private static KernelShapes of(String name, EquiformerV2Config config, GraphBatch batch, long parameters) {
        return new KernelShapes(name, new KernelSizes(config, batch, parameters), false);
    }

    /** A preset on the first bundled crystals. */
    private static KernelShapes network(String preset, int crystals) {
        EquiformerV2Config config = ModelPresets.of(preset);
        GraphBatch batch = GraphBatches.of(BundledCrystals.read().subList(0, crystals), GraphBatches.rule(config));
        return new KernelShapes("network " + preset, new KernelSizes(config, batch, 100_003), true);
    }

    private static EquiformerV2Config config(int lmax, int mmax, String widths, String more) {
        String json = "{\"num_layers\": 1, \"max_radius\": 5, \"lmax_list\": [" + lmax + "], \"mmax_list\": [" + mmax
                + "], " + widths + (more.isEmpty() ? "" : ", " + more) + "}";
        try {
            return ModelConfigJson.read(Json.parse("sizes", json).asObject());
        } catch (JsonException e) {
            throw new IllegalStateException("sizes of lmax " + lmax + " do not parse", e);
        }
    }
}
