package unitcell.trainer.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.SphericalOps;
import unitcell.crystal.Crystal;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelMetadata;
import unitcell.net.SpeciesRanking;

class FakeCrystalsTest {
    private final Device device = Devices.open("cpu-scalar", 1);

    @AfterEach
    void close() {
        device.close();
    }

    @ParameterizedTest
    @EnumSource(ModelMetadata.Displacement.class)
    void takeTheDisplacementBackAndKeepTheMostProbableSpecies(ModelMetadata.Displacement displacement) {
        GraphBatch noisy = Games.batch(4).graph();
        try (Generator generator = Games.generator(device, DType.F64, displacement);
                Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            Generator.Output output = generator.forward(tape, noisy);
            FakeCrystals fakes = FakeCrystals.of(tape, generator, output, noisy, GraphBatches.rule(Games.model()))
                    .orElseThrow();
            double[] moved = generator.cartesian(output, noisy);
            double[] position = fakes.position().value().toDoubles();
            float[] logits = output.logits().value().toFloats();
            double largest = 0;
            for (int b = 0; b < 4; b++) {
                Crystal fake = fakes.crystals().get(b);
                int from = noisy.crystalStart()[b];
                for (int i = 0; i < fake.size(); i++) {
                    assertEquals(new SpeciesRanking(logits, from + i, Generator.CLASSES).best(), fake.species(i));
                    double[] step = new double[3];
                    for (int k = 0; k < 3; k++) {
                        int at = 3 * (from + i) + k;
                        assertEquals(fake.cartesian()[3 * i + k], position[at], 1e-12);
                        step[k] = noisy.position()[at] - moved[at] - position[at];
                        largest = Math.max(largest, Math.abs(moved[at]));
                    }
                    for (double whole : fake.lattice().toFractional(step)) {
                        assertEquals(Math.rint(whole), whole, 1e-9, "moved by whole lattice vectors");
                    }
                    for (int k = 0; k < 3; k++) {
                        assertTrue(fake.frac(i, k) >= 0 && fake.frac(i, k) < 1);
                    }
                }
            }
            assertTrue(largest > 1e-3, "displacements up to " + largest);
        }
    }

    @Test
    void edgesFollowThePositions() {
        GraphBatch noisy = Games.batch(4).graph();
        try (Generator generator = Games.generator(device, DType.F64);
                Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            FakeCrystals fakes = FakeCrystals.of(
                            tape, generator, generator.forward(tape, noisy), noisy, GraphBatches.rule(Games.model()))
                    .orElseThrow();
            GraphBatch graph = fakes.batch();
            assertTrue(graph.edges() > 20);
            Var vector = SphericalOps.edgeVector(
                    tape,
                    graph.edgeIndex(tape),
                    fakes.position(),
                    Var.constant(tape.of(graph.cell(), 4, 3, 3)),
                    graph.crystalTensor(tape),
                    tape.of(graph.shiftAsReal(), graph.edges(), 3));
            assertArrayEquals(graph.vector(), vector.value().toDoubles(), 1e-12);
        }
    }

    @Test
    void aNetworkWithoutFiniteOutputsCompletesNothing() {
        GraphBatch noisy = Games.batch(2).graph();
        try (Generator generator = Games.generator(device, DType.F64);
                Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            Generator.Output output = generator.forward(tape, noisy);
            output.displacement().value().set(1, Double.NaN);
            assertTrue(FakeCrystals.of(tape, generator, output, noisy, GraphBatches.rule(Games.model()))
                    .isEmpty());
        }
    }
}
