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
import unitcell.autograd.Tape;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Tensor;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.SafeTensorsWriter;

class GeneratorTest {
    private final Device device = Devices.open("cpu-scalar", 1);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        device.close();
    }

    private static EquiformerV2Config config(String more) {
        try {
            return ModelConfigJson.read(Json.parse("test", """
                            {"num_layers": 1, "sphere_channels": 6, "attn_hidden_channels": 4, "num_heads": 2,
                             "attn_alpha_channels": 3, "attn_value_channels": 2, "ffn_hidden_channels": 5,
                             "edge_channels": 4, "lmax_list": [2], "mmax_list": [2], "use_gate_act": true,
                             "max_radius": 3.5, "max_neighbors": 0 %s}""".formatted(more)).asObject());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private Generator generator(String more, long seed) {
        return new Generator(
                device, DType.F64, new ModelMetadata(config(more), 12, 5, ModelMetadata.Displacement.CARTESIAN), seed);
    }

    private static Crystal crystal() {
        double[] frac = {0.02, 0, 0.01, 0.5, 0.48, 0, 0.5, 0, 0.55, 0, 0.51, 0.5};
        return new Crystal("c", Lattice.ofParameters(4.1, 4.4, 3.9, 85, 95, 100), new int[] {11, 0, 17, 8}, frac);
    }

    private double[][] outputs(Generator generator, Crystal... crystals) {
        GraphBatch batch = GraphBatches.of(List.of(crystals), GraphBatches.rule(generator.config()));
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            Generator.Output output = generator.forward(tape, batch);
            return new double[][] {output.logits().value().toDoubles(), generator.cartesian(output, batch)};
        }
    }

    @Test
    void logitsStayAndDisplacementsTurnWithTheCrystal() {
        RandomGenerator random = RandomCells.generator(5);
        double[] r = RandomCells.rotation(random);
        try (Generator generator = generator("", 3)) {
            double[][] before = outputs(generator, crystal());
            double[][] after = outputs(generator, CrystalTransforms.rotate(crystal(), r));
            assertArrayEquals(before[0], after[0], 1e-9);
            for (int i = 0; i < 4; i++) {
                for (int k = 0; k < 3; k++) {
                    double turned = r[3 * k] * before[1][3 * i]
                            + r[3 * k + 1] * before[1][3 * i + 1]
                            + r[3 * k + 2] * before[1][3 * i + 2];
                    assertEquals(turned, after[1][3 * i + k], 1e-9);
                }
            }
        }
    }

    @Test
    void aBatchSaysOfEachCrystalWhatItSaysAlone() {
        Crystal other = CrystalTransforms.supercell(crystal(), 1, 1, 2);
        try (Generator generator = generator("", 3)) {
            double[][] together = outputs(generator, other, crystal());
            double[][] alone = outputs(generator, crystal());
            double[] logits = java.util.Arrays.copyOfRange(together[0], 8 * 118, 12 * 118);
            assertArrayEquals(alone[0], logits, 1e-12);
            // A supercell is the same crystal: each copy of an atom gets the same answer.
            assertArrayEquals(alone[0], java.util.Arrays.copyOfRange(together[0], 0, 4 * 118), 1e-9);
            assertArrayEquals(alone[1], java.util.Arrays.copyOfRange(together[1], 12, 24), 1e-9);
        }
    }

    @Test
    void refusesAnElementWithoutARow() {
        try (Generator generator = generator(", \"max_num_elements\": 12", 3)) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> outputs(generator, crystal()));
            assertTrue(e.getMessage().contains("atomic number 17"), e.getMessage());
        }
    }

    @Test
    void headsHaveTheReferencesNames() {
        try (Generator generator = generator("", 3)) {
            List<String> names = generator.store().parameters().stream()
                    .map(unitcell.autograd.Parameter::name)
                    .toList();
            assertTrue(names.contains("output_block.so3_linear_2.weight"));
            assertTrue(names.contains("force_block.proj.weight"));
            assertArrayEquals(
                    new long[] {3, 118, 5},
                    generator
                            .store()
                            .get("output_block.so3_linear_2.weight")
                            .value()
                            .shape());
        }
    }

    @Test
    void weightsComeBackBitForBit() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (Generator one = generator("", 3);
                Generator two = generator("", 4)) {
            ModelWeights.save(file, one.store(), one.store().values(), Map.of("note", "test"));
            ModelWeights.load(file, two.store(), two.store().values());
            assertArrayEquals(
                    one.store().values().toDoubles(), two.store().values().toDoubles());
            assertArrayEquals(outputs(one, crystal())[0], outputs(two, crystal())[0]);
        }
    }

    @Test
    void weightsThatDoNotFitAreRefusedWithTheDifference() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (Generator generator = generator("", 3)) {
            SafeTensorsWriter writer = new SafeTensorsWriter();
            for (var p : generator.store().parameters()) {
                Tensor value = generator.store().get(p.name()).value();
                if (p.name().equals("norm.affine_bias")) {
                    continue; // missing
                }
                long[] shape = p.shape();
                if (p.name().equals("sphere_embedding.weight")) {
                    shape = new long[] {shape[1], shape[0]};
                }
                writer.add(p.name(), value.toDoubles(), shape);
            }
            writer.add("energy_block.bias", new double[2], 2);
            writer.add("blocks.0.norm_1.expand_index", new long[9], 9); // one of the reference's buffers
            writer.write(file);
            double[] before = generator.store().values().toDoubles();
            ModelMismatchException e = assertThrows(
                    ModelMismatchException.class,
                    () -> ModelWeights.load(
                            file, generator.store(), generator.store().values()));
            assertTrue(e.getMessage().contains("1 missing (norm.affine_bias)"), e.getMessage());
            assertTrue(e.getMessage().contains("1 not in the model (energy_block.bias)"), e.getMessage());
            assertTrue(
                    e.getMessage().contains("sphere_embedding.weight is [6, 119], expected [119, 6]"), e.getMessage());
            assertArrayEquals(before, generator.store().values().toDoubles());
        }
    }

    @Test
    void metadataComesBack() throws IOException {
        Path file = folder.resolve("model.json");
        ModelMetadata metadata = new ModelMetadata(config(""), 12.5, 5.25, ModelMetadata.Displacement.FRACTIONAL);
        metadata.write(file);
        assertEquals(metadata, ModelMetadata.read(file));
    }
}
