package unitcell.tests;

import java.util.List;
import java.util.SplittableRandom;
import unitcell.autograd.Parameter;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelMetadata;

/** Tiny networks that between them use every kernel family in every variant. */
public final class Networks {
    private static final String BASE = """
        "num_layers": 1, "sphere_channels": 10, "attn_hidden_channels": 9, "num_heads": 3,
        "attn_alpha_channels": 5, "attn_value_channels": 3, "ffn_hidden_channels": 11, "edge_channels": 12,
        "max_neighbors": 0\
        """;

    /** Options beside the sizes; no number of channels is a multiple of a vector's lanes. */
    public static final List<String> OPTIONS = List.of("""
        "lmax_list": [3], "mmax_list": [2], "grid_resolution": 14, "norm_type": "rms_norm_sh", "max_radius": 4,
        "alpha_drop": 0.2, "drop_path_rate": 0.2, "proj_drop": 0.2, "envelope_exponent": 5\
        """, """
        "lmax_list": [4], "mmax_list": [4], "use_gate_act": true, "norm_type": "layer_norm_sh", "max_radius": 3.5,
        "use_m_share_rad": true, "alpha_drop": 0, "drop_path_rate": 0\
        """, """
        "lmax_list": [2], "mmax_list": [1], "grid_resolution": 10, "use_grid_mlp": true, "norm_type": "layer_norm",
        "share_atom_edge_embedding": true, "max_radius": 4, "alpha_drop": 0, "drop_path_rate": 0\
        """);

    private Networks() {}

    public static EquiformerV2Config config(String options) {
        try {
            return ModelConfigJson.read(
                    Json.parse("test", "{" + BASE + ", " + options + "}").asObject());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    /** A network whose every parameter was moved a little, so that no bias is zero and no scale one. */
    public static Generator generator(Device device, DType dtype, EquiformerV2Config config) {
        ModelMetadata metadata = new ModelMetadata(config, 15, 5, ModelMetadata.Displacement.CARTESIAN);
        Generator generator = new Generator(device, dtype, metadata, 3);
        SplittableRandom random = new SplittableRandom(8);
        for (Parameter p : generator.store().parameters()) {
            double[] values = generator.store().get(p.name()).value().toDoubles();
            for (int i = 0; i < values.length; i++) {
                // Rounded, so that float32 and float64 networks start from the same numbers.
                values[i] = (float) (values[i] + random.nextDouble(-0.1, 0.1));
            }
            generator.store().get(p.name()).value().copyFrom(values);
        }
        return generator;
    }
}
