package unitcell.net;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonNull;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;

/**
 * Configurations by name. Each is written as what differs from the reference's own defaults, in its own key names.
 *
 * <p>Grids: the S2 activation is equivariant up to aliasing of the grid. Measured on unit-normal coefficients, the error
 * relative to the degrees above 0 is 2e-3, 2e-4 and 1e-5 at lmax 1 for 6, 8 and 10 points along each axis, 9e-3, 3e-4, 9e-5
 * and 4e-6 at lmax 2 for 8, 12, 14 and 18, and 2e-5 (lmax 4, mmax 2) and 3e-5 (lmax 6, mmax 2) for 18.
 */
public final class ModelPresets {
    private static final Map<String, Preset> PRESETS = new LinkedHashMap<>();

    private record Preset(String about, String json) {}

    static {
        add("tiny", "lmax 1, one layer: seconds on a CPU, for trying things out", """
            {"num_layers": 1, "sphere_channels": 16, "attn_hidden_channels": 16, "num_heads": 2,
             "attn_alpha_channels": 8, "attn_value_channels": 8, "ffn_hidden_channels": 32, "edge_channels": 16,
             "lmax_list": [1], "mmax_list": [1], "grid_resolution": 10, "max_radius": 4.0, "max_neighbors": 0,
             "alpha_drop": 0.0, "drop_path_rate": 0.0}\
            """);
        add("mini", "lmax 1, two layers: minutes on two CPU cores", """
            {"num_layers": 2, "sphere_channels": 32, "attn_hidden_channels": 24, "num_heads": 4,
             "attn_alpha_channels": 8, "attn_value_channels": 8, "ffn_hidden_channels": 48, "edge_channels": 32,
             "lmax_list": [1], "mmax_list": [1], "grid_resolution": 10, "max_radius": 4.5, "max_neighbors": 0,
             "alpha_drop": 0.0, "drop_path_rate": 0.0}\
            """);
        add("small", "lmax 2, three layers: learns from the whole pre-training set on two CPU cores", """
            {"num_layers": 3, "sphere_channels": 48, "attn_hidden_channels": 32, "num_heads": 4,
             "attn_alpha_channels": 16, "attn_value_channels": 12, "ffn_hidden_channels": 64, "edge_channels": 48,
             "lmax_list": [2], "mmax_list": [2], "grid_resolution": 14, "max_radius": 4.5, "max_neighbors": 0,
             "alpha_drop": 0.0, "drop_path_rate": 0.0}\
            """);
        add("medium", "lmax 4, six layers: many CPU cores or a GPU", """
            {"num_layers": 6, "sphere_channels": 96, "attn_hidden_channels": 64, "num_heads": 8,
             "attn_alpha_channels": 32, "attn_value_channels": 16, "ffn_hidden_channels": 128, "edge_channels": 96,
             "lmax_list": [4], "mmax_list": [2], "grid_resolution": 18, "max_radius": 5.0, "max_neighbors": 0,
             "alpha_drop": 0.1, "drop_path_rate": 0.05}\
            """);
        add("paper", "lmax 6, twelve layers, 142 M parameters: the sizes of the paper; a GPU", """
            {"grid_resolution": 18, "max_neighbors": 0}\
            """);
    }

    private ModelPresets() {}

    private static void add(String name, String about, String json) {
        PRESETS.put(name, new Preset(about, json));
    }

    /** Names, smallest network first. */
    public static List<String> names() {
        return List.copyOf(PRESETS.keySet());
    }

    /** One line about a preset. */
    public static String about(String name) {
        return preset(name).about();
    }

    /**
     * The configuration called {@code name}.
     *
     * @throws IllegalArgumentException naming the presets that there are
     */
    public static EquiformerV2Config of(String name) {
        try {
            return ModelConfigJson.read(
                    Json.parse("preset " + name, preset(name).json()).asObject());
        } catch (JsonException e) {
            throw new IllegalStateException("preset " + name + " does not parse", e);
        }
    }

    /** The same network on the reference's default grid, as the published code uses it. */
    public static EquiformerV2Config withReferenceGrid(EquiformerV2Config config) {
        return with(config, Map.of("grid_resolution", JsonNull.NULL));
    }

    /**
     * The same network with other dropout: of attention weights and of channels with this probability, of whole branches
     * with half of it.
     */
    public static EquiformerV2Config withDropout(EquiformerV2Config config, double probability) {
        Json drop = JsonNumber.of(probability);
        return with(
                config,
                Map.of("alpha_drop", drop, "proj_drop", drop, "drop_path_rate", JsonNumber.of(probability / 2)));
    }

    private static EquiformerV2Config with(EquiformerV2Config config, Map<String, Json> changes) {
        try {
            JsonObject.Builder json = JsonObject.builder();
            ModelConfigJson.write(config)
                    .members()
                    .forEach((key, value) -> json.put(key, changes.getOrDefault(key, value)));
            return ModelConfigJson.read(json.build());
        } catch (JsonException e) {
            throw new IllegalStateException("a configuration does not survive its JSON", e);
        }
    }

    private static Preset preset(String name) {
        Preset preset = PRESETS.get(name);
        if (preset == null) {
            throw new IllegalArgumentException("there is no preset '" + name + "', expected one of " + names());
        }
        return preset;
    }
}
