package unitcell.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.autograd.Parameter;
import unitcell.autograd.Tape;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;

class PropertyNetworkTest {
    private final Device device = Devices.open("cpu-scalar", 1);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        device.close();
    }

    private static ModelMetadata metadata(int channels) {
        try {
            EquiformerV2Config config = ModelConfigJson.read(
                    Json.parse("test", """
                        {"num_layers": 1, "sphere_channels": %d, "attn_hidden_channels": 4, "num_heads": 2,
                         "attn_alpha_channels": 3, "attn_value_channels": 2, "ffn_hidden_channels": 5,
                         "edge_channels": 4, "lmax_list": [2], "mmax_list": [2], "use_gate_act": true,
                         "max_radius": 3.5, "max_neighbors": 0}\
                        """.formatted(channels)).asObject());
            return new ModelMetadata(config, 12, 5, ModelMetadata.Displacement.CARTESIAN);
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private PropertyNetwork network(Readout readout, long seed) {
        return new PropertyNetwork(device, DType.F64, metadata(6), readout, seed);
    }

    private static Crystal crystal() {
        double[] frac = {0.02, 0, 0.01, 0.5, 0.48, 0, 0.5, 0, 0.55, 0, 0.51, 0.5};
        return new Crystal("c", Lattice.ofParameters(4.1, 4.4, 3.9, 85, 95, 100), new int[] {11, 26, 17, 8}, frac);
    }

    private double[] outputs(PropertyNetwork network, Crystal... crystals) {
        GraphBatch batch = GraphBatches.of(
                List.of(crystals), GraphBatches.rule(network.metadata().config()));
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            return network.forward(tape, batch).value().toDoubles();
        }
    }

    @Test
    void aCrystalHasItsPropertiesHoweverItIsWrittenDown() {
        RandomGenerator random = RandomCells.generator(5);
        try (PropertyNetwork network = network(Readout.mean(3), 3)) {
            double[] once = outputs(network, crystal());
            assertEquals(3, once.length);
            assertArrayEquals(
                    once, outputs(network, CrystalTransforms.rotate(crystal(), RandomCells.rotation(random))), 1e-9);
            Crystal supercell = CrystalTransforms.supercell(crystal(), 1, 2, 1);
            assertArrayEquals(once, outputs(network, supercell), 1e-9);
            double[] together = outputs(network, supercell, crystal());
            assertArrayEquals(once, new double[] {together[3], together[4], together[5]}, 1e-12);
        }
    }

    @Test
    void aSumGrowsWithTheCellAndADivisorScalesIt() {
        double[] mean;
        try (PropertyNetwork network = network(Readout.mean(2), 3)) {
            mean = outputs(network, crystal());
        }
        try (PropertyNetwork network = network(new Readout(2, Heads.Pooling.SUM, 10), 3)) {
            double[] once = outputs(network, crystal());
            double[] twice = outputs(network, CrystalTransforms.supercell(crystal(), 2, 1, 1));
            for (int k = 0; k < 2; k++) {
                assertEquals(4 * mean[k] / 10, once[k], 1e-12); // 4 atoms
                assertEquals(2 * once[k], twice[k], 1e-9);
            }
        }
    }

    @Test
    void takesThePreTrainedBackboneAndKeepsItsOwnHead() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (Generator generator = new Generator(device, DType.F64, metadata(6), 7);
                PropertyNetwork network = network(Readout.mean(2), 3)) {
            ModelWeights.save(file, generator.store(), generator.store().values(), Map.of());
            double[] head = value(network, "output_block.so3_linear_2.weight");
            ModelWeights.loadBackbone(file, network.store(), network.store().values());
            for (Parameter p : network.store().parameters()) {
                double[] expected = p.name().startsWith("output_block.")
                        ? null
                        : generator.store().get(p.name()).value().toDoubles();
                if (expected != null) {
                    assertArrayEquals(expected, value(network, p.name()), p.name());
                }
            }
            assertArrayEquals(head, value(network, "output_block.so3_linear_2.weight"));
        }
    }

    @Test
    void refusesABackboneOfAnotherSize() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (Generator generator = new Generator(device, DType.F64, metadata(8), 7);
                PropertyNetwork network = network(Readout.mean(2), 3)) {
            ModelWeights.save(file, generator.store(), generator.store().values(), Map.of());
            double[] before = network.store().values().toDoubles();
            ModelMismatchException e = assertThrows(
                    ModelMismatchException.class,
                    () -> ModelWeights.loadBackbone(
                            file, network.store(), network.store().values()));
            assertTrue(
                    e.getMessage().contains("sphere_embedding.weight is [119, 8], expected [119, 6]"), e.getMessage());
            assertArrayEquals(before, network.store().values().toDoubles());
        }
    }

    @Test
    void readoutComesBackFromJson() throws JsonException {
        Readout readout = new Readout(51, Heads.Pooling.SUM, 77.81317);
        assertEquals(readout, Readout.fromJson(readout.toJson()));
    }

    private static double[] value(PropertyNetwork network, String name) {
        return network.store().get(name).value().toDoubles();
    }
}
