package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.autograd.DropoutStreams;
import unitcell.autograd.Parameter;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SegmentOps;
import unitcell.autograd.optim.AdamW;
import unitcell.crystal.Crystal;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Tensor;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.Geometry;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.Heads;
import unitcell.trainer.data.BatchBuilder;
import unitcell.trainer.data.BundledCrystals;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.TrainingBatch;

/**
 * A training step of whole networks on every backend: the loss, the gradients of all parameters, of positions and of cells,
 * and the parameters after an update. Float32 kernels are held against the float64 specification, and results must not
 * depend on the number of threads.
 */
class BackendParityTest {
    private static final double FORWARD = 1e-5;
    private static final double BACKWARD = 3e-4;

    /** Gradients that are smaller than this share of the largest are sums that cancel, and compared with that. */
    private static final double CANCELLED = 1e-4;

    private static TrainingBatch batch(EquiformerV2Config config) {
        List<Corruption.Corrupted> spoilt = new ArrayList<>();
        for (Crystal crystal : BundledCrystals.read().subList(0, 8)) {
            spoilt.add(Corruption.standard().apply(crystal, 5, 0, 0));
        }
        return BatchBuilder.of(spoilt, GraphBatches.rule(config));
    }

    /** Everything that a step computes, by name: "loss" first. */
    static Map<String, double[]> step(String name, int threads, DType dtype, EquiformerV2Config config) {
        TrainingBatch batch = batch(config);
        Map<String, double[]> results = new LinkedHashMap<>();
        try (Device device = Devices.open(name, threads);
                Generator generator = Networks.generator(device, dtype, config)) {
            generator.store().zeroGradients();
            try (Tape tape = new Tape(device, dtype, Tape.Mode.TRAIN, new DropoutStreams(1, 2), true)) {
                GraphBatch graph = batch.graph();
                Var position = Var.input(tape.of(graph.position(), graph.nodes(), 3));
                Var cell = Var.input(tape.of(graph.cell(), graph.crystals(), 3, 3));
                Var loss = loss(tape, generator, batch, position, cell);
                results.put("loss", loss.value().toDoubles());
                tape.backward(loss);
                results.put("position", position.grad().toDoubles());
                results.put("cell", cell.grad().toDoubles());
            }
            for (Parameter p : generator.store().parameters()) {
                results.put(p.name(), generator.store().get(p.name()).grad().toDoubles());
            }
            new AdamW(generator.store(), new AdamW.Settings(0.9, 0.999, 1e-8, 0.01)).step(1e-3, 0.5);
            results.put("updated", generator.store().values().toDoubles());
        }
        return results;
    }

    /** The most memory that a step holds at once. */
    static long peakBytes(String name, EquiformerV2Config config) {
        TrainingBatch batch = batch(config);
        try (Device device = Devices.open(name, 1);
                Generator generator = Networks.generator(device, DType.F32, config)) {
            device.pool().resetPeak();
            try (Tape tape = new Tape(device, DType.F32, Tape.Mode.TRAIN)) {
                GraphBatch graph = batch.graph();
                Var position = Var.input(tape.of(graph.position(), graph.nodes(), 3));
                Var cell = Var.input(tape.of(graph.cell(), graph.crystals(), 3, 3));
                tape.backward(loss(tape, generator, batch, position, cell));
            }
            return device.pool().statistics().peakBytes();
        }
    }

    /** Both losses of pre-training and one on pooled logits, with gradients to positions and cells. */
    private static Var loss(Tape tape, Generator generator, TrainingBatch batch, Var position, Var cell) {
        GraphBatch graph = batch.graph();
        int n = graph.nodes();
        int lmax = generator.config().lmax();
        Tensor crystal = graph.crystalTensor(tape);
        Generator.Output output = generator.forward(
                tape, Geometry.from(tape, lmax, graph, position, cell, Geometry.Flow.FULL), crystal, graph.crystals());
        double[] weight = new double[n];
        Arrays.fill(weight, 1.0 / n);
        Var species = LossOps.crossEntropy(tape, output.logits(), tape.of(batch.target(), n), tape.of(weight, n));
        Tensor inverse = tape.of(batch.inverseCell(), graph.crystals(), 3, 3);
        Var fractional = SegmentOps.crystalMatrix(tape, output.displacement(), inverse, crystal);
        Var moved = LossOps.squaredError(tape, 10.0 / n, fractional, tape.of(batch.fractionalNoise(), n, 3));
        Var means = Heads.pool(tape, output.logits(), graph.crystalStart(), Heads.Pooling.MEAN, 1);
        Tensor zero = tape.zeros(means.value().shape());
        Var pooled = LossOps.squaredError(tape, 1e-3, means, zero);
        return PointwiseOps.add(tape, PointwiseOps.add(tape, species, moved), pooled);
    }

    static double largest(double[] values) {
        double largest = 0;
        for (double v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }

    static double error(double[] found, double[] exact, double scale) {
        double largest = 0;
        for (int i = 0; i < exact.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - exact[i]));
        }
        return largest / scale;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void float32KernelsKeepToTheSpecification(int network) {
        EquiformerV2Config config = Networks.config(Networks.OPTIONS.get(network));
        Map<String, double[]> exact = step("cpu-scalar", 1, DType.F64, config);
        Map<String, double[]> plain = step("cpu-scalar", 1, DType.F32, config);
        Map<String, double[]> fast = step("cpu", 2, DType.F32, config);
        assertEquals(exact.keySet(), fast.keySet());
        double most = exact.entrySet().stream()
                .filter(e -> !e.getKey().equals("loss") && !e.getKey().equals("updated"))
                .mapToDouble(e -> largest(e.getValue()))
                .max()
                .orElseThrow();
        List<String> wrong = new ArrayList<>();
        for (String key : exact.keySet()) {
            double[] truth = exact.get(key);
            // The updated arenas of the two types are padded differently.
            if (!key.equals("updated")) {
                double scale = key.equals("loss") ? largest(truth) : Math.max(largest(truth), CANCELLED * most);
                double base = key.equals("loss") ? FORWARD : BACKWARD;
                double bound = Math.max(base, 2 * error(plain.get(key), truth, scale));
                double found = error(fast.get(key), truth, scale);
                if (!(found <= bound)) {
                    wrong.add(key + ": " + found + " > " + bound);
                }
            }
        }
        assertEquals(List.of(), wrong);
        // A parameter that no gradient reaches would pass all of this. In heads some have none: they feed degrees that
        // nobody reads, or scalars that are replaced.
        List<String> untouched = exact.keySet().stream()
                .filter(key -> !key.startsWith(Generator.SPECIES_HEAD) && !key.startsWith(Generator.DISPLACEMENT_HEAD))
                .filter(key -> largest(exact.get(key)) == 0)
                .toList();
        assertEquals(List.of(), untouched);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void resultsDoNotDependOnTheNumberOfThreads(int network) {
        EquiformerV2Config config = Networks.config(Networks.OPTIONS.get(network));
        assertTrue(batch(config).graph().edges() > 300, "too few edges to be shared");
        Map<String, double[]> one = step("cpu", 1, DType.F32, config);
        for (int threads : new int[] {2, 3}) {
            Map<String, double[]> more = step("cpu", threads, DType.F32, config);
            for (String key : one.keySet()) {
                assertArrayEquals(one.get(key), more.get(key), key + " with " + threads + " threads");
            }
        }
    }
}
