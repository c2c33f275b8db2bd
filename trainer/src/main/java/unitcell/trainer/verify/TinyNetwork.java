package unitcell.trainer.verify;

import java.util.List;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.net.EquiformerV2;
import unitcell.net.Geometry;
import unitcell.net.GraphBatch;
import unitcell.net.Heads;
import unitcell.net.ModelConfigJson;
import unitcell.nn.EdgeContext;
import unitcell.nn.EquivariantGraphAttention;
import unitcell.nn.FeedForwardNetwork;
import unitcell.nn.ModelBuilder;
import unitcell.nn.SO3Grid;

/** A whole network, small enough to differentiate it by finite differences in every parameter. */
final class TinyNetwork {
    private static final String BASE = """
            "max_radius": 6, "max_num_elements": 3, "num_layers": 1, "sphere_channels": 3,
            "attn_hidden_channels": 3, "num_heads": 2, "attn_alpha_channels": 2, "attn_value_channels": 2,
            "ffn_hidden_channels": 3, "edge_channels": 3, "alpha_drop": 0, "drop_path_rate": 0""";

    private final String name;
    private final ModelBuilder builder;
    private final EquiformerV2 network;
    private final FeedForwardNetwork scalars;
    private final EquivariantGraphAttention vectors;

    private TinyNetwork(String name, String options) {
        this.name = name;
        try {
            var config = ModelConfigJson.read(
                    Json.parse(name, "{" + BASE + ", " + options + "}").asObject());
            this.builder = new ModelBuilder(config.weightInit());
            this.network = new EquiformerV2(builder, config);
            this.scalars = network.scalarHead(builder, "energy_block", 2);
            this.vectors = network.vectorHead(builder, "force_block");
        } catch (JsonException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One network for each choice that changes which operations run. */
    static List<TinyNetwork> variants() {
        return List.of(
                new TinyNetwork("separable S2, layer_norm_sh, grid network", """
                        "lmax_list": [2], "mmax_list": [1], "norm_type": "layer_norm_sh", "use_grid_mlp": true"""),
                new TinyNetwork("separable S2, rms_norm_sh", """
                        "lmax_list": [2], "mmax_list": [2], "grid_resolution": 8"""),
                new TinyNetwork("gates, layer_norm, shared species tables", """
                        "lmax_list": [2], "mmax_list": [1], "norm_type": "layer_norm", "use_gate_act": true,
                        "share_atom_edge_embedding": true"""),
                new TinyNetwork("S2, radial weights shared over m, no attention norm, no species on edges", """
                        "lmax_list": [3], "mmax_list": [2], "use_sep_s2_act": false, "use_m_share_rad": true,
                        "use_attn_renorm": false, "use_atom_edge_embedding": false"""),
                new TinyNetwork("smooth cutoff, grid network without separate scalars", """
                        "lmax_list": [2], "mmax_list": [0], "envelope_exponent": 5, "use_sep_s2_act": false,
                        "use_grid_mlp": true"""));
    }

    String name() {
        return name;
    }

    ParameterStore parameters(Device device) {
        return builder.build(device, DType.F64, 1);
    }

    /** A scalar from both heads. */
    Var forward(Tape tape, ParameterStore store, GraphBatch graph, Var position, Var cell) {
        var config = network.config();
        SO3Grid grid = SO3Grid.onTape(tape, config.layout(), config.gridResolution());
        EdgeContext bare = Geometry.from(tape, config.lmax(), graph, position, cell, Geometry.Flow.FULL);
        EdgeContext context = network.prepare(tape, bare);
        Var x = network.forward(tape, store, grid, context, graph.crystalTensor(tape), graph.crystals(), 2);
        Var s = Heads.scalars(tape, scalars.forward(tape, store, grid, x));
        Var v = Heads.vector(tape, vectors.forward(tape, store, grid, context, x));
        return OpCases.mixed(tape, s, v);
    }
}
