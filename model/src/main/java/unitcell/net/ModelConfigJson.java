package unitcell.net;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonNull;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.nn.ModelBuilder.WeightInit;
import unitcell.nn.TransformerBlock.Regularisation;

/**
 * Model configurations as JSON with EquiformerV2's own key names. Missing keys take the defaults of the paper's network;
 * keys of the reference that have no meaning here ({@link #IGNORED}) are accepted and dropped; anything else is refused.
 *
 * <ul>
 *   <li>{@code lmax_list}, {@code mmax_list}: lists of one number.
 *   <li>{@code grid_resolution}: null asks for the reference's default grid, which aliases visibly where mmax &lt; lmax.
 *   <li>{@code max_neighbors}: 0 keeps all, which the reference cannot say.
 *   <li>Accepted and dropped: {@code use_pbc}, {@code otf_graph} (crystals are periodic, graphs made here),
 *       {@code regress_forces} (heads belong to the command), {@code num_sphere_samples}, {@code num_distance_basis} (the
 *       reference always uses 600 Gaussians).
 *   <li>{@code envelope_exponent}: not the reference's; exponent of the smooth polynomial cutoff, 0 for none.
 * </ul>
 */
public final class ModelConfigJson {
    /** Keys of the reference that do not change what the network computes from a given graph. */
    static final Set<String> IGNORED =
            Set.of("use_pbc", "regress_forces", "otf_graph", "num_sphere_samples", "num_distance_basis");

    private static final List<String> KNOWN = List.of(
            "max_neighbors",
            "max_radius",
            "max_num_elements",
            "num_layers",
            "sphere_channels",
            "attn_hidden_channels",
            "num_heads",
            "attn_alpha_channels",
            "attn_value_channels",
            "ffn_hidden_channels",
            "norm_type",
            "lmax_list",
            "mmax_list",
            "grid_resolution",
            "edge_channels",
            "use_atom_edge_embedding",
            "share_atom_edge_embedding",
            "use_m_share_rad",
            "distance_function",
            "attn_activation",
            "use_s2_act_attn",
            "use_attn_renorm",
            "ffn_activation",
            "use_gate_act",
            "use_grid_mlp",
            "use_sep_s2_act",
            "alpha_drop",
            "drop_path_rate",
            "proj_drop",
            "weight_init",
            "envelope_exponent");

    private ModelConfigJson() {}

    /**
     * Reads a configuration.
     *
     * @throws JsonException naming the place of an unknown key, a wrong type or a value that the network does not have
     */
    public static EquiformerV2Config read(JsonObject json) throws JsonException {
        refuseUnknown(json);
        requireWord(json, "distance_function", "gaussian");
        requireWord(json, "attn_activation", "silu", "scaled_silu");
        requireWord(json, "ffn_activation", "silu", "scaled_silu");
        if (json.getBoolean("use_s2_act_attn", false)) {
            throw new JsonException(
                    json.get("use_s2_act_attn").where(),
                    "use_s2_act_attn is true, which the reference network refuses too; expected false");
        }
        try {
            return config(json);
        } catch (IllegalArgumentException e) {
            throw new JsonException(json.where(), e.getMessage());
        }
    }

    /**
     * Reads a file that holds a configuration, or an object with one under the key {@code config}.
     *
     * @throws IOException if it cannot be read or is no configuration, in one line with the place
     */
    public static EquiformerV2Config readFile(Path file) throws IOException {
        JsonObject json = Json.parse(file).asObject();
        return read(json.has("config") ? json.getObject("config") : json);
    }

    private static void refuseUnknown(JsonObject json) throws JsonException {
        Set<String> accepted = new LinkedHashSet<>(KNOWN);
        accepted.addAll(IGNORED);
        for (String key : json.keys()) {
            if (!accepted.contains(key)) {
                throw new JsonException(
                        json.get(key).where(),
                        "unknown key '" + key + "' in a model configuration; did you mean '" + Nearest.of(key, accepted)
                                + "'?");
            }
        }
    }

    private static EquiformerV2Config config(JsonObject json) throws JsonException {
        int lmax = single(json, "lmax_list", 6);
        return new EquiformerV2Config(
                json.getInt("max_neighbors", 500),
                json.getDouble("max_radius", 5),
                json.getInt("max_num_elements", 119),
                json.getInt("num_layers", 12),
                json.getInt("sphere_channels", 128),
                json.getInt("attn_hidden_channels", 128),
                json.getInt("num_heads", 8),
                json.getInt("attn_alpha_channels", 32),
                json.getInt("attn_value_channels", 16),
                json.getInt("ffn_hidden_channels", 512),
                EquivariantNorm.of(json.getString("norm_type", "rms_norm_sh")),
                lmax,
                single(json, "mmax_list", Math.min(2, lmax)),
                gridResolution(json),
                json.getInt("edge_channels", 128),
                json.getBoolean("use_atom_edge_embedding", true),
                json.getBoolean("share_atom_edge_embedding", false),
                json.getBoolean("use_m_share_rad", false),
                json.getBoolean("use_attn_renorm", true),
                json.getBoolean("use_gate_act", false),
                json.getBoolean("use_grid_mlp", false),
                json.getBoolean("use_sep_s2_act", true),
                new Regularisation(
                        json.getDouble("alpha_drop", 0.1),
                        json.getDouble("drop_path_rate", 0.05),
                        json.getDouble("proj_drop", 0)),
                weightInit(json),
                json.getInt("envelope_exponent", 0));
    }

    private static void requireWord(JsonObject json, String key, String... accepted) throws JsonException {
        if (json.has(key) && !List.of(accepted).contains(json.getString(key))) {
            throw new JsonException(
                    json.get(key).where(),
                    key + " is '" + json.getString(key) + "', expected " + String.join(" or ", accepted));
        }
    }

    /** The reference allows several resolutions; it is only ever used with one. */
    private static int single(JsonObject json, String key, int fallback) throws JsonException {
        if (!json.has(key)) {
            return fallback;
        }
        JsonArray array = json.getArray(key);
        if (array.size() != 1) {
            throw new JsonException(array.where(), key + " has " + array.size() + " entries, expected one");
        }
        return array.ints()[0];
    }

    private static int gridResolution(JsonObject json) throws JsonException {
        if (!json.has("grid_resolution") || json.get("grid_resolution") instanceof JsonNull) {
            return 0;
        }
        int resolution = json.getInt("grid_resolution");
        if (resolution <= 0) {
            throw new JsonException(
                    json.get("grid_resolution").where(),
                    "grid_resolution is " + resolution + ", expected null or a positive even number");
        }
        return resolution;
    }

    private static WeightInit weightInit(JsonObject json) throws JsonException {
        requireWord(json, "weight_init", "normal", "uniform");
        return WeightInit.valueOf(json.getString("weight_init", "normal").toUpperCase(Locale.ROOT));
    }

    /** Writes every key that {@link #read} understands. */
    public static JsonObject write(EquiformerV2Config c) {
        JsonObject.Builder json = JsonObject.builder()
                .put("max_neighbors", c.maxNeighbors())
                .put("max_radius", c.maxRadius())
                .put("max_num_elements", c.maxNumElements())
                .put("num_layers", c.numLayers())
                .put("sphere_channels", c.sphereChannels())
                .put("attn_hidden_channels", c.attnHiddenChannels())
                .put("num_heads", c.numHeads())
                .put("attn_alpha_channels", c.attnAlphaChannels())
                .put("attn_value_channels", c.attnValueChannels())
                .put("ffn_hidden_channels", c.ffnHiddenChannels())
                .put("norm_type", c.norm().key())
                .put("lmax_list", JsonArray.of(c.lmax()))
                .put("mmax_list", JsonArray.of(c.mmax()));
        Json resolution = c.gridResolution() == 0 ? JsonNull.NULL : JsonNumber.of((long) c.gridResolution());
        return json.put("grid_resolution", resolution)
                .put("edge_channels", c.edgeChannels())
                .put("use_atom_edge_embedding", c.useAtomEdgeEmbedding())
                .put("share_atom_edge_embedding", c.shareAtomEdgeEmbedding())
                .put("use_m_share_rad", c.useMShareRad())
                .put("distance_function", "gaussian")
                .put("attn_activation", "silu")
                .put("use_s2_act_attn", false)
                .put("use_attn_renorm", c.useAttnRenorm())
                .put("ffn_activation", "silu")
                .put("use_gate_act", c.useGateAct())
                .put("use_grid_mlp", c.useGridMlp())
                .put("use_sep_s2_act", c.useSepS2Act())
                .put("alpha_drop", c.regularisation().alphaDrop())
                .put("drop_path_rate", c.regularisation().dropPath())
                .put("proj_drop", c.regularisation().projDrop())
                .put("weight_init", c.weightInit().name().toLowerCase(Locale.ROOT))
                .put("envelope_exponent", c.envelopeExponent())
                .build();
    }
}
