package unitcell.trainer.verify;

import java.util.List;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelMetadata;

/**
 * A small network whose equivariance is checked.
 *
 * @param name what is special about it
 * @param metadata its options
 * @param trainingSteps optimiser steps before the check; with none, random numbers are added to the fresh parameters, so
 *     that no bias is zero and no scale one
 */
record EquivarianceNetwork(String name, ModelMetadata metadata, int trainingSteps) {
    private static final String BASE = """
            "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2, "attn_alpha_channels": 4,
            "attn_value_channels": 4, "ffn_hidden_channels": 8, "edge_channels": 8, "alpha_drop": 0,
            "drop_path_rate": 0""";

    /** Enough for the network to have moved far from where it started. */
    private static final int STEPS = 20;

    /** One network for each choice that changes what is computed. */
    static List<EquivarianceNetwork> variants() {
        String gates = """
                "num_layers": 2, "lmax_list": [2], "mmax_list": [2], "use_gate_act": true, "norm_type": "rms_norm_sh",
                "max_radius": 4, "max_neighbors": 0""";
        String sphere = """
                "num_layers": 2, "lmax_list": [2], "mmax_list": [2], "grid_resolution": 14, "norm_type": "rms_norm_sh",
                "max_radius": 4, "max_neighbors": 0""";
        return List.of(
                of("gates, rms_norm_sh, lmax 2, mmax 2", gates, 0),
                of("gates, rms_norm_sh, lmax 2, mmax 2, trained for " + STEPS + " steps", gates, STEPS),
                of("gates, layer_norm, lmax 4, mmax 2, shared species tables, 6 nearest", """
                        "num_layers": 1, "lmax_list": [4], "mmax_list": [2], "use_gate_act": true,
                        "norm_type": "layer_norm", "share_atom_edge_embedding": true, "max_radius": 5,
                        "max_neighbors": 6""", 0),
                of("gates, layer_norm_sh, lmax 6, mmax 3, radial weights shared over m, smooth cutoff", """
                        "num_layers": 1, "lmax_list": [6], "mmax_list": [3], "use_gate_act": true,
                        "norm_type": "layer_norm_sh", "use_m_share_rad": true, "envelope_exponent": 5,
                        "max_radius": 4, "max_neighbors": 0""", 0),
                of("separable S2 on 14 x 14, rms_norm_sh, lmax 2, mmax 2", sphere, 0),
                of(
                        "separable S2 on 14 x 14, rms_norm_sh, lmax 2, mmax 2, trained for " + STEPS + " steps",
                        sphere,
                        STEPS),
                of("separable S2 on 18 x 18, layer_norm_sh, lmax 4, mmax 2, smooth cutoff", """
                        "num_layers": 1, "lmax_list": [4], "mmax_list": [2], "grid_resolution": 18,
                        "norm_type": "layer_norm_sh", "envelope_exponent": 5, "max_radius": 3,
                        "max_neighbors": 0""", 0),
                of("S2 on the reference's default grid, layer_norm, lmax 3, mmax 1, no attention norm", """
                        "num_layers": 1, "lmax_list": [3], "mmax_list": [1], "use_sep_s2_act": false,
                        "norm_type": "layer_norm", "use_attn_renorm": false, "max_radius": 3, "max_neighbors": 0""", 0),
                of("grid network on 10 x 10, layer_norm_sh, lmax 2, mmax 1, 8 nearest", """
                        "num_layers": 1, "lmax_list": [2], "mmax_list": [1], "grid_resolution": 10,
                        "norm_type": "layer_norm_sh", "use_grid_mlp": true, "max_radius": 5, "max_neighbors": 8""", 0),
                of("grid network without separate scalars, lmax 1, mmax 0, no species on edges", """
                        "num_layers": 1, "lmax_list": [1], "mmax_list": [0], "grid_resolution": 8,
                        "norm_type": "rms_norm_sh", "use_grid_mlp": true, "use_sep_s2_act": false,
                        "use_atom_edge_embedding": false, "max_radius": 4, "max_neighbors": 0""", 0));
    }

    /** @param options members of a configuration that come to the small sizes */
    static EquivarianceNetwork of(String name, String options, int trainingSteps) {
        try {
            EquiformerV2Config config = ModelConfigJson.read(
                    Json.parse(name, "{" + BASE + ", " + options + "}").asObject());
            ModelMetadata metadata = new ModelMetadata(config, 12, 4, ModelMetadata.Displacement.CARTESIAN);
            return new EquivarianceNetwork(name, metadata, trainingSteps);
        } catch (JsonException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether something is computed on a grid on the sphere, and is equivariant only as far as the grid is fine. */
    static boolean usesGrid(EquiformerV2Config config) {
        return !config.useGateAct() || config.useGridMlp();
    }

    /** The same network on a grid of {@code resolution} points along each axis. */
    static ModelMetadata onGrid(ModelMetadata metadata, int resolution) {
        JsonObject.Builder json = JsonObject.builder();
        ModelConfigJson.write(metadata.config())
                .members()
                .forEach((key, value) ->
                        json.put(key, key.equals("grid_resolution") ? JsonNumber.of((long) resolution) : value));
        try {
            return new ModelMetadata(
                    ModelConfigJson.read(json.build()),
                    metadata.averageDegree(),
                    metadata.averageNodes(),
                    metadata.displacement());
        } catch (JsonException e) {
            throw new IllegalStateException("a configuration does not survive its JSON", e);
        }
    }
}
