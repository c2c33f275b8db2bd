package unitcell.trainer.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SphericalOps;
import unitcell.autograd.ops.SphericalOps.EdgeFrames;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.memory.Scope;
import unitcell.engine.so3.EdgeFrame;
import unitcell.net.EquiformerV2;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Geometry;
import unitcell.net.GraphBatch;
import unitcell.net.Heads;
import unitcell.net.ModelConfigJson;
import unitcell.nn.EdgeContext;
import unitcell.nn.EquivariantGraphAttention;
import unitcell.nn.FeedForwardNetwork;
import unitcell.nn.ModelBuilder;
import unitcell.nn.SO3Grid;

/**
 * A whole reference model: energies, forces, every activation, the gradients of all weights, and the gradient of the
 * positions with frames detached (as the reference) and in full.
 *
 * <p>Edges may come in any order; they are sorted by target here and put back for comparison.
 */
final class GoldenModel {
    private final EquiformerV2Config config;
    private final double averageNodes;
    private final double averageDegree;
    private final SafeTensorsFile weights;
    private final SafeTensorsFile io;
    private final EquiformerV2 network;
    private final FeedForwardNetwork energyBlock;
    private final EquivariantGraphAttention forceBlock;
    private final ModelBuilder builder;
    private final int[] order;

    /**
     * @param io inputs and reference values, see the reference files' own description
     */
    GoldenModel(
            EquiformerV2Config config,
            double averageNodes,
            double averageDegree,
            SafeTensorsFile weights,
            SafeTensorsFile io)
            throws IOException {
        this.config = config;
        this.averageNodes = averageNodes;
        this.averageDegree = averageDegree;
        this.weights = weights;
        this.io = io;
        this.builder = new ModelBuilder(config.weightInit());
        this.network = new EquiformerV2(builder, config);
        this.energyBlock = network.scalarHead(builder, "energy_block", 1);
        this.forceBlock = network.vectorHead(builder, "force_block");
        long[] edgeIndex = io.longs("edge_index");
        int edges = edgeIndex.length / 2;
        this.order = IntStream.range(0, edges)
                .boxed()
                .sorted(Comparator.comparingLong(e -> edgeIndex[edges + e]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Reads the model's description. */
    static GoldenModel open(Path meta, SafeTensorsFile weights, SafeTensorsFile io) throws IOException {
        JsonObject json = Json.parse(meta).asObject();
        return new GoldenModel(
                ModelConfigJson.read(json.getObject("config")),
                json.getDouble("avg_num_nodes"),
                json.getDouble("avg_degree"),
                weights,
                io);
    }

    /** Values and gradients of one run. */
    record Result(Map<String, double[]> values, Map<String, double[]> weightGradients, double[] positionGradient) {}

    /** Runs the model forward and backward; values are by the names of the reference files. */
    Result run(Device device, DType dtype, boolean detachFrames) throws IOException {
        Map<String, double[]> values = new LinkedHashMap<>();
        try (ParameterStore store = builder.build(device, dtype, 0);
                Scope scope = new Scope(device.pool(), "constant");
                Tape tape = new Tape(device, dtype, Tape.Mode.EVALUATE)) {
            load(store);
            SO3Grid grid = SO3Grid.create(scope, dtype, config.layout(), config.gridResolution());
            GoldenObserver observer = new GoldenObserver(config, order, values);
            tape.observeWith(observer);
            GraphBatch batch = batch();
            Var position = Var.input(tape.of(batch.position(), batch.nodes(), 3));
            EdgeContext context = context(tape, batch, position, detachFrames);
            observer.geometry(context, grid);
            Tensor crystal = batch.crystalTensor(tape);
            Var x = network.forward(tape, store, grid, context, crystal, batch.crystals(), averageDegree);
            Var atoms = Heads.scalars(tape, energyBlock.forward(tape, store, grid, x));
            Var energy = Heads.pool(tape, atoms, batch.crystalStart(), Heads.Pooling.SUM, averageNodes);
            Var forces = Heads.vector(tape, forceBlock.forward(tape, store, grid, context, x));
            Var loss = PointwiseOps.add(tape, dot(tape, energy, "cE"), dot(tape, forces, "cF"));
            values.put("energy", energy.value().toDoubles());
            values.put("forces", forces.value().toDoubles());
            values.put("loss", loss.value().toDoubles());
            observer.block0(tape, store, context, this::weight);
            tape.backward(loss);
            Map<String, double[]> gradients = new LinkedHashMap<>();
            for (Parameter p : store.parameters()) {
                gradients.put(p.name(), store.get(p.name()).grad().toDoubles());
            }
            return new Result(values, gradients, position.grad().toDoubles());
        }
    }

    private double[] weight(String name) {
        try {
            return weights.doubles(name);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void load(ParameterStore store) throws IOException {
        List<Parameter> parameters = store.parameters();
        for (Parameter p : parameters) {
            weights.require(p.name(), unitcell.engine.io.StoredType.F64, p.shape());
            store.get(p.name()).value().copyFrom(weights.doubles(p.name()));
        }
        if (weights.names().size() != parameters.size()) {
            throw new IOException(weights.path() + ": holds " + weights.names().size() + " tensors, the model has "
                    + parameters.size() + " parameters");
        }
    }

    private GraphBatch batch() throws IOException {
        long[] natoms = io.longs("natoms");
        int[] start = new int[natoms.length + 1];
        for (int b = 0; b < natoms.length; b++) {
            start[b + 1] = start[b] + (int) natoms[b];
        }
        int edges = order.length;
        int nodes = start[natoms.length];
        long[] edgeIndex = io.longs("edge_index");
        long[] offsets = io.longs("cell_offsets");
        double[] vectors = io.doubles("edge_vec");
        int[] source = new int[edges];
        int[] targetStart = new int[nodes + 1];
        int[] shift = new int[3 * edges];
        double[] vector = new double[3 * edges];
        for (int e = 0; e < edges; e++) {
            source[e] = (int) edgeIndex[order[e]];
            targetStart[(int) edgeIndex[edges + order[e]] + 1]++;
            for (int k = 0; k < 3; k++) {
                shift[3 * e + k] = (int) offsets[3 * order[e] + k];
                vector[3 * e + k] = vectors[3 * order[e] + k];
            }
        }
        for (int i = 0; i < nodes; i++) {
            targetStart[i + 1] += targetStart[i];
        }
        int[] species = java.util.Arrays.stream(io.longs("atomic_numbers"))
                .mapToInt(Math::toIntExact)
                .toArray();
        return new GraphBatch(
                natoms.length,
                start,
                species,
                io.doubles("pos"),
                io.doubles("cell"),
                source,
                targetStart,
                shift,
                vector);
    }

    /** Geometry with the frames of the file, and their derivative for the random helper vectors held fixed. */
    private EdgeContext context(Tape tape, GraphBatch batch, Var position, boolean detachFrames) throws IOException {
        int edges = batch.edges();
        EdgeIndex index = batch.edgeIndex(tape);
        Var cell = Var.constant(tape.of(batch.cell(), batch.crystals(), 3, 3));
        Tensor shift = tape.of(batch.shiftAsReal(), edges, 3);
        Var vector = SphericalOps.edgeVector(tape, index, position, cell, batch.crystalTensor(tape), shift);
        double[] rotation = new double[9 * edges];
        double[] given = io.doubles("edge_rot_mat");
        double[] random = io.doubles("rand_like");
        double[] jacobian = new double[9 * edges];
        double[] distance = new double[edges];
        for (int e = 0; e < edges; e++) {
            System.arraycopy(given, 9 * order[e], rotation, 9 * e, 9);
            double[] made = new double[9];
            distance[e] = EdgeFrame.reference(batch.vector(), 3 * e, random, 3 * order[e], made, 0);
            EdgeFrame.referenceAngularJacobian(batch.vector(), 3 * e, random, 3 * order[e], made, 0, jacobian, 9 * e);
        }
        EdgeFrames frames = SphericalOps.edgeFrame(
                tape,
                config.lmax(),
                vector,
                tape.of(distance, edges),
                tape.of(rotation, edges, 9),
                tape.of(jacobian, edges, 9));
        EdgeFrames used = detachFrames ? Geometry.detached(frames) : frames;
        EdgeContext context = new EdgeContext(index, used, tape.of(batch.species(), batch.nodes()));
        tape.observe("edge_vec", vector);
        return network.prepare(tape, context);
    }

    private Var dot(Tape tape, Var v, String coefficients) throws IOException {
        Var c = Var.constant(tape.of(io.doubles(coefficients), v.value().shape()));
        return LossOps.sum(tape, PointwiseOps.multiply(tape, v, c));
    }
}
