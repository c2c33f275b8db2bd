package unitcell.net;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.memory.Scope;
import unitcell.nn.EdgeContext;
import unitcell.nn.EquivariantGraphAttention;
import unitcell.nn.FeedForwardNetwork;
import unitcell.nn.ModelBuilder;
import unitcell.nn.SO3Grid;

/**
 * The network that is pre-trained and that completes crystals: an EquiformerV2 backbone with a scalar head
 * ({@code output_block}, one logit for each chemical element) and a vector head ({@code force_block}, a displacement),
 * both on the features after the final norm, as in the generator of Liu et al. (arXiv 2312.14485). Parameters carry that
 * network's names.
 *
 * <p>The displacement is the noise that the network believes to be in a position: subtracting it restores the atom. It
 * turns with the crystal; {@link #cartesian} gives it in angstrom whatever coordinates the network was trained in.
 *
 * <p>Memory convention: the generator owns its parameters and grids until it is closed; results belong to the tape.
 */
public final class Generator implements AutoCloseable {
    /** Species classes: class k is atomic number k + 1. */
    public static final int CLASSES = 118;

    /** Name of the species head. */
    public static final String SPECIES_HEAD = "output_block";

    /** Name of the displacement head. */
    public static final String DISPLACEMENT_HEAD = "force_block";

    private final ModelMetadata metadata;
    private final EquiformerV2 backbone;
    private final FeedForwardNetwork species;
    private final EquivariantGraphAttention displacement;
    private final ParameterStore store;
    private final Scope scope;
    private final SO3Grid grid;

    /**
     * What the network says about a batch.
     *
     * @param logits [N, 118], class k being atomic number k + 1
     * @param displacement [N, 3]; {@link ModelMetadata.Displacement} says in which coordinates
     */
    public record Output(Var logits, Var displacement) {}

    /**
     * Makes a generator with fresh parameters.
     *
     * @param metadata sizes, and the average degree that scales the edge-degree embedding
     * @param seed of the parameters' start
     */
    public Generator(Device device, DType dtype, ModelMetadata metadata, long seed) {
        EquiformerV2Config config = metadata.config();
        this.metadata = metadata;
        ModelBuilder builder = new ModelBuilder(config.weightInit());
        this.backbone = new EquiformerV2(builder, config);
        this.species = backbone.scalarHead(builder, SPECIES_HEAD, CLASSES);
        this.displacement = backbone.vectorHead(builder, DISPLACEMENT_HEAD);
        this.store = builder.build(device, dtype, seed);
        this.scope = new Scope(device.pool(), "model");
        this.grid = SO3Grid.create(scope, dtype, config.layout(), config.gridResolution());
    }

    /** Sizes, options and data-dependent constants. */
    public ModelMetadata metadata() {
        return metadata;
    }

    public EquiformerV2Config config() {
        return metadata.config();
    }

    /** The parameters. */
    public ParameterStore store() {
        return store;
    }

    /**
     * Species logits and displacements of a batch whose geometry is constant; masked atoms have species 0.
     *
     * @throws IllegalArgumentException if the species tables have no row for some atom
     */
    public Output forward(Tape tape, GraphBatch batch) {
        metadata.requireSpecies(batch);
        EdgeContext context = Geometry.fixed(tape, config().lmax(), batch);
        return forward(tape, context, batch.crystalTensor(tape), batch.crystals());
    }

    /**
     * Species logits and displacements of edges from {@link Geometry}, which may carry gradients to positions and cells.
     *
     * @param crystal I32 [N], the crystal of each node
     * @param crystals B
     */
    public Output forward(Tape tape, EdgeContext context, Tensor crystal, int crystals) {
        EdgeContext edges = backbone.prepare(tape, context);
        Var features = backbone.forward(tape, store, grid, edges, crystal, crystals, metadata.averageDegree());
        Var logits = tape.local("species", () -> Heads.scalars(tape, species.forward(tape, store, grid, features)));
        Var moved = tape.local(
                "displacement", () -> Heads.vector(tape, displacement.forward(tape, store, grid, edges, features)));
        return new Output(logits, moved);
    }

    /** Displacements [N*3] in angstrom from the head's output [N, 3]. */
    public double[] cartesian(Output output, GraphBatch batch) {
        double[] moved = output.displacement().value().toDoubles();
        if (metadata.displacement() == ModelMetadata.Displacement.CARTESIAN) {
            return moved;
        }
        int[] crystal = batch.crystalOfNode();
        double[] out = new double[moved.length];
        for (int k = 0; k < moved.length; k++) {
            for (int axis = 0; axis < 3; axis++) {
                out[k] += moved[k / 3 * 3 + axis] * batch.cell()[9 * crystal[k / 3] + 3 * axis + k % 3];
            }
        }
        return out;
    }

    @Override
    public void close() {
        scope.close();
        store.close();
    }
}
