package unitcell.tests;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import unitcell.autograd.Parameter;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Geometry;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.Heads;
import unitcell.net.ModelMetadata;
import unitcell.net.PropertyNetwork;
import unitcell.net.Readout;
import unitcell.net.SoftSpecies;
import unitcell.nn.EdgeContext;
import unitcell.nn.SpeciesInput;
import unitcell.trainer.data.BundledCrystals;

/** A step of a network on whole crystals, as fine-tuning and a discriminator make it. */
public final class PropertyStep {
    private static final int OUTPUTS = 3;

    private PropertyStep() {}

    /** Whether species are given or flow from logits through a softmax. */
    public enum Species {
        HARD,
        SOFT
    }

    /**
     * Outputs, gradients of positions, of logits where species are soft and of all parameters, and the updated parameters.
     *
     * @param learns names of parameters that are not held fixed
     */
    public static Map<String, double[]> run(
            Device device, DType dtype, EquiformerV2Config config, Species species, Predicate<String> learns) {
        Map<String, double[]> results = new LinkedHashMap<>();
        GraphBatch batch = GraphBatches.of(BundledCrystals.read().subList(0, 2), GraphBatches.rule(config));
        try (PropertyNetwork network = network(device, dtype, config)) {
            network.store().setTrainable(learns);
            try (Tape tape = new Tape(device, dtype, Tape.Mode.EVALUATE)) {
                Var position = Var.input(tape.of(batch.position(), batch.nodes(), 3));
                Var cell = Var.constant(tape.of(batch.cell(), batch.crystals(), 3, 3));
                EdgeContext edges = Geometry.from(tape, config.lmax(), batch, position, cell, Geometry.Flow.FULL);
                Var logits =
                        Var.input(tape.of(numbers(batch.nodes() * (SoftSpecies.SPECIES - 1), 2), batch.nodes(), 118));
                if (species == Species.SOFT) {
                    edges = edges.withSpecies(SpeciesInput.soft(tape, SoftSpecies.softmax(tape, logits)));
                }
                Var out = network.forward(tape, edges, batch);
                results.put("output", out.value().toDoubles());
                tape.backward(loss(tape, out));
                results.put("position", position.grad().toDoubles());
                if (species == Species.SOFT) {
                    results.put("logits", logits.grad().toDoubles());
                }
            }
            for (Parameter p : network.store().parameters()) {
                results.put(p.name(), network.store().get(p.name()).grad().toDoubles());
            }
            new AdamW(network.store(), new AdamW.Settings(0.9, 0.999, 1e-8, 0.01)).step(1e-3, 0.5);
            for (Parameter p : network.store().parameters()) {
                results.put(
                        "updated " + p.name(),
                        network.store().get(p.name()).value().toDoubles());
            }
        }
        return results;
    }

    /** All losses of labels at once. */
    private static Var loss(Tape tape, Var out) {
        int crystals = (int) out.value().dim(0);
        double[] shares = new double[crystals * OUTPUTS];
        Arrays.setAll(shares, i -> (i % OUTPUTS + 1) / 6.0);
        double[] ones = new double[crystals];
        Arrays.fill(ones, 1);
        double[] labels = numbers(crystals * OUTPUTS, 3);
        Var absolute = LossOps.absoluteError(tape, 0.5, out, tape.of(labels, crystals, OUTPUTS));
        Var huber = LossOps.huberError(tape, 0.7, 0.3, out, tape.of(labels, crystals, OUTPUTS));
        Var soft = LossOps.softCrossEntropy(tape, out, tape.of(shares, crystals, OUTPUTS), tape.of(ones, crystals));
        return PointwiseOps.add(tape, PointwiseOps.add(tape, absolute, huber), soft);
    }

    /** Every parameter moved a little, so that no bias is zero and no scale one. */
    private static PropertyNetwork network(Device device, DType dtype, EquiformerV2Config config) {
        ModelMetadata metadata = new ModelMetadata(config, 15, 5, ModelMetadata.Displacement.CARTESIAN);
        PropertyNetwork network =
                new PropertyNetwork(device, dtype, metadata, new Readout(OUTPUTS, Heads.Pooling.SUM, 4), 3);
        int seed = 0;
        for (Parameter p : network.store().parameters()) {
            double[] values = network.store().get(p.name()).value().toDoubles();
            double[] moved = numbers(values.length, 100 + seed++);
            // Rounded, so that float32 and float64 networks start from the same numbers.
            Arrays.setAll(values, i -> (float) (values[i] + 0.1 * moved[i]));
            network.store().get(p.name()).value().copyFrom(values);
        }
        return network;
    }

    /** In [-1, 1), the same in float32. */
    private static double[] numbers(int count, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[count];
        Arrays.setAll(values, i -> (float) random.nextDouble(-1, 1));
        return values;
    }
}
