package unitcell.net.check;

import java.util.List;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.SphericalOps;
import unitcell.autograd.ops.SphericalOps.EdgeFrames;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.random.RandomStream;
import unitcell.net.Generator;
import unitcell.net.Geometry;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.Heads;
import unitcell.nn.EdgeContext;

/**
 * A {@link Generator} as a model under check: species logits as scalars, what its displacement head says as vectors, mean
 * logits as what it says of a crystal. Edge frames are the network's own, or turned about their edges at random.
 */
public final class GeneratorModel implements EquivarianceCheck.Model {
    private static final int ROLL = RandomStream.streamId("roll of edge frames");

    private final Device device;
    private final Generator generator;
    private final NeighborRule rule;
    private final RandomStream roll;

    /**
     * @param device where the generator's parameters are
     * @param rule which atoms are neighbours
     */
    public GeneratorModel(Device device, Generator generator, NeighborRule rule) {
        this(device, generator, rule, null);
    }

    private GeneratorModel(Device device, Generator generator, NeighborRule rule, RandomStream roll) {
        this.device = device;
        this.generator = generator;
        this.rule = rule;
        this.roll = roll;
    }

    /** The same network with every edge's frame turned about the edge by a random angle. */
    public GeneratorModel rolled(long seed) {
        return new GeneratorModel(device, generator, rule, new RandomStream(seed, 0, ROLL));
    }

    @Override
    public EquivarianceCheck.Prediction predict(Crystal crystal) {
        GraphBatch batch = GraphBatches.of(List.of(crystal), rule);
        try (Tape tape = new Tape(device, generator.store().dtype(), Tape.Mode.INFERENCE)) {
            Generator.Output output = roll == null
                    ? generator.forward(tape, batch)
                    : generator.forward(tape, rolled(tape, batch), batch.crystalTensor(tape), batch.crystals());
            Var means = Heads.pool(tape, output.logits(), batch.crystalStart(), Heads.Pooling.MEAN, 1);
            return new EquivarianceCheck.Prediction(
                    output.logits().value().toDoubles(),
                    output.displacement().value().toDoubles(),
                    means.value().toDoubles());
        }
    }

    private EdgeContext rolled(Tape tape, GraphBatch batch) {
        EdgeContext own = Geometry.fixed(tape, generator.config().lmax(), batch);
        int edges = batch.edges();
        Tensor vector = tape.of(batch.vector(), edges, 3);
        Tensor distance = tape.empty(edges);
        Tensor rotation = tape.empty(edges, 9);
        tape.kernels().spherical().edgeFrame(vector, distance, rotation, null);
        double[] frames = rotation.toDoubles();
        for (int e = 0; e < edges; e++) {
            roll(frames, 9 * e, 2 * Math.PI * roll.uniform(e));
        }
        rotation.copyFrom(frames);
        EdgeFrames turned =
                SphericalOps.edgeFrame(tape, generator.config().lmax(), Var.constant(vector), distance, rotation, null);
        return new EdgeContext(own.edges(), turned, own.species(), own.envelope(), own.runs());
    }

    /** Turns a frame, row-major at {@code at}, about the y axis, to which it takes its edge. */
    private static void roll(double[] frames, int at, double angle) {
        double c = Math.cos(angle);
        double s = Math.sin(angle);
        for (int k = 0; k < 3; k++) {
            double x = frames[at + k];
            double z = frames[at + 6 + k];
            frames[at + k] = c * x + s * z;
            frames[at + 6 + k] = c * z - s * x;
        }
    }
}
