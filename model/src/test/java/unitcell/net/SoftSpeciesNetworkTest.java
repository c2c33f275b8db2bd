package unitcell.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.autograd.Parameter;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.check.GradCheck;
import unitcell.autograd.ops.LossOps;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.nn.EdgeContext;
import unitcell.nn.SpeciesInput;

/** Distributions over species through a whole network, all edges at once and in runs of targets. */
class SoftSpeciesNetworkTest {
    /** Tables of every block; tables that all blocks share, with an envelope; none but the sphere's. */
    private static final List<String> OPTIONS = List.of(
            "\"use_gate_act\": true",
            "\"share_atom_edge_embedding\": true, \"envelope_exponent\": 5, \"grid_resolution\": 18",
            "\"use_atom_edge_embedding\": false, \"use_gate_act\": true");

    private static final int[] SPECIES = {11, 26, 0, 8};
    private static final int ROWS = 30;

    private final Device device = Devices.open("cpu-scalar", 1);

    @AfterEach
    void close() {
        System.clearProperty(EdgeBudget.PROPERTY);
        device.close();
    }

    private static PropertyNetwork network(Device device, int options) {
        try {
            EquiformerV2Config config =
                    ModelConfigJson.read(Json.parse("test", """
                        {"num_layers": 2, "sphere_channels": 5, "attn_hidden_channels": 4, "num_heads": 2,
                         "attn_alpha_channels": 3, "attn_value_channels": 2, "ffn_hidden_channels": 5,
                         "edge_channels": 4, "lmax_list": [2], "mmax_list": [1], "max_radius": 3.5,
                         "max_neighbors": 0, "max_num_elements": %d, %s}\
                        """.formatted(ROWS, OPTIONS.get(options)))
                            .asObject());
            ModelMetadata metadata = new ModelMetadata(config, 12, 5, ModelMetadata.Displacement.CARTESIAN);
            PropertyNetwork network = new PropertyNetwork(device, DType.F64, metadata, Readout.mean(2), 3);
            // Tables of blocks start so small that a mistake in them would not show.
            SplittableRandom random = new SplittableRandom(9);
            for (Parameter p : network.store().parameters()) {
                double[] values = network.store().get(p.name()).value().toDoubles();
                Arrays.setAll(values, i -> values[i] + random.nextDouble(-0.3, 0.3));
                network.store().get(p.name()).value().copyFrom(values);
            }
            return network;
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private static GraphBatch batch(PropertyNetwork network) {
        double[] frac = {0.02, 0, 0.01, 0.5, 0.48, 0, 0.5, 0, 0.55, 0, 0.51, 0.5};
        int[] placed = SPECIES.clone();
        placed[2] = 17;
        Crystal crystal = new Crystal("c", Lattice.ofParameters(4.1, 4.4, 3.9, 85, 95, 100), placed, frac);
        GraphBatch batch = GraphBatches.of(
                List.of(crystal), GraphBatches.rule(network.metadata().config()));
        batch.species()[2] = SPECIES[2]; // a masked atom
        return batch;
    }

    private static double[] oneHot() {
        double[] p = new double[SPECIES.length * ROWS];
        for (int n = 0; n < SPECIES.length; n++) {
            p[n * ROWS + SPECIES[n]] = 1;
        }
        return p;
    }

    private static EdgeContext context(Tape tape, PropertyNetwork network, GraphBatch batch, Var position) {
        Var cell = Var.constant(tape.of(batch.cell(), batch.crystals(), 3, 3));
        int lmax = network.metadata().config().lmax();
        return Geometry.from(tape, lmax, batch, position, cell, Geometry.Flow.FULL);
    }

    /** Output, gradients of positions and of every parameter; of probabilities too where they are soft. */
    private Map<String, double[]> step(PropertyNetwork network, boolean soft) {
        Map<String, double[]> results = new LinkedHashMap<>();
        GraphBatch batch = batch(network);
        network.store().zeroGradients();
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
            Var position = Var.input(tape.of(batch.position(), batch.nodes(), 3));
            EdgeContext context = context(tape, network, batch, position);
            Var p = Var.input(tape.of(oneHot(), SPECIES.length, ROWS));
            if (soft) {
                context = context.withSpecies(SpeciesInput.soft(tape, p));
            }
            Var out = network.forward(tape, context, batch);
            results.put("output", out.value().toDoubles());
            tape.backward(LossOps.squaredError(tape, 1, out, tape.of(new double[] {3, -2}, 1, 2)));
            results.put("position", position.grad().toDoubles());
            if (soft) {
                results.put("probabilities", p.grad().toDoubles());
            }
        }
        for (Parameter p : network.store().parameters()) {
            results.put(p.name(), network.store().get(p.name()).grad().toDoubles());
        }
        return results;
    }

    private static void assertSame(Map<String, double[]> expected, Map<String, double[]> found) {
        for (Map.Entry<String, double[]> e : expected.entrySet()) {
            double largest = Arrays.stream(e.getValue()).map(Math::abs).max().orElseThrow();
            assertArrayEquals(e.getValue(), found.get(e.getKey()), 1e-11 * (largest + 1e-3), e.getKey());
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1000000", "0, 7", "1, 1000000", "1, 7", "2, 1000000", "2, 7"})
    void oneHotDistributionsGiveWhatSpeciesGive(int options, int edges) {
        try (PropertyNetwork network = network(device, options)) {
            System.setProperty(EdgeBudget.PROPERTY, String.valueOf(edges));
            Map<String, double[]> hard = step(network, false);
            Map<String, double[]> soft = step(network, true);
            assertSame(hard, soft);
            double[] table = soft.get("sphere_embedding.weight");
            assertTrue(Arrays.stream(table, 0, 5).anyMatch(g -> Math.abs(g) > 1e-6), "the mask's row");
            assertTrue(Arrays.stream(soft.get("probabilities")).allMatch(g -> g != 0), "a gradient everywhere");
        }
    }

    @Test
    void runsOfTargetsGiveWhatAllEdgesAtOnceGive() {
        for (int options = 0; options < OPTIONS.size(); options++) {
            try (PropertyNetwork network = network(device, options)) {
                System.setProperty(EdgeBudget.PROPERTY, "1000000");
                Map<String, double[]> whole = step(network, true);
                System.setProperty(EdgeBudget.PROPERTY, "1");
                assertSame(whole, step(network, true));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void gradientsOfDistributionsAndPositionsAreDerivatives(int options) {
        try (PropertyNetwork network = network(device, options)) {
            System.setProperty(EdgeBudget.PROPERTY, options == 2 ? "1000000" : "9");
            GraphBatch batch = batch(network);
            SplittableRandom random = new SplittableRandom(2);
            double[] p = new double[SPECIES.length * ROWS];
            Arrays.setAll(p, i -> random.nextDouble(0, 2.0 / ROWS));
            GradCheck.Report report = new GradCheck(device, new GradCheck.Options(1e-6, 1e-6, 1e-5, false, 60, 1))
                    .check(
                            (tape, in) -> {
                                EdgeContext edges = context(tape, network, batch, in.get(1))
                                        .withSpecies(SpeciesInput.soft(tape, in.get(0)));
                                return network.forward(tape, edges, batch);
                            },
                            List.of(
                                    new GradCheck.Input("probabilities", p, SPECIES.length, ROWS),
                                    new GradCheck.Input("position", batch.position(), SPECIES.length, 3)));
            assertTrue(report.passed(), report.worst());
            assertEquals(60 + 12, report.compared());
        }
    }

    /** Without gradients the parts of the network release what they made. */
    @Test
    void inferenceGivesTheSame() {
        try (PropertyNetwork network = network(device, 1)) {
            GraphBatch batch = batch(network);
            double[] trained = step(network, true).get("output");
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
                Var p = Var.constant(tape.of(oneHot(), SPECIES.length, ROWS));
                EdgeContext edges = Geometry.fixed(
                                tape, network.metadata().config().lmax(), batch)
                        .withSpecies(SpeciesInput.soft(tape, p));
                assertArrayEquals(
                        trained, network.forward(tape, edges, batch).value().toDoubles(), 1e-12);
            }
        }
    }

    @Test
    void refusesDistributionsOverOtherSpecies() {
        try (PropertyNetwork network = network(device, 0);
                Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            GraphBatch batch = batch(network);
            EdgeContext edges = Geometry.fixed(tape, network.metadata().config().lmax(), batch)
                    .withSpecies(SpeciesInput.soft(tape, Var.constant(tape.zeros(SPECIES.length, 119))));
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> network.forward(tape, edges, batch));
            assertEquals(
                    "probabilities of 119 species do not fit a network with tables of 30 (max_num_elements)",
                    e.getMessage());
        }
    }
}
