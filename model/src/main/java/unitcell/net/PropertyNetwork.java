package unitcell.net;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.memory.Scope;
import unitcell.nn.EdgeContext;
import unitcell.nn.FeedForwardNetwork;
import unitcell.nn.ModelBuilder;
import unitcell.nn.SO3Grid;

/**
 * The network that says something of whole crystals: an EquiformerV2 backbone with a scalar head ({@code output_block},
 * K numbers for each atom) that is pooled over the atoms of each crystal. It is the fine-tuned network of Liu et al.
 * (arXiv 2312.14485), their stability classifier, and the discriminator of their Wasserstein GAN. The backbone's
 * parameters carry the {@link Generator}'s names, so that it starts from a pre-trained one.
 *
 * <p>Its outputs do not change when the crystal is turned, moved or written down in another cell; with a true mean they
 * are the same for a supercell.
 *
 * <p>Memory convention: the network owns its parameters and grids until it is closed; results belong to the tape.
 */
public final class PropertyNetwork implements AutoCloseable {
    private final ModelMetadata metadata;
    private final Readout readout;
    private final EquiformerV2 backbone;
    private final FeedForwardNetwork head;
    private final ParameterStore store;
    private final Scope scope;
    private final SO3Grid grid;

    /**
     * Makes a network with fresh parameters.
     *
     * @param metadata sizes, and the average degree that scales the edge-degree embedding
     * @param seed of the parameters' start
     */
    public PropertyNetwork(Device device, DType dtype, ModelMetadata metadata, Readout readout, long seed) {
        EquiformerV2Config config = metadata.config();
        this.metadata = metadata;
        this.readout = readout;
        ModelBuilder builder = new ModelBuilder(config.weightInit());
        this.backbone = new EquiformerV2(builder, config);
        this.head = backbone.scalarHead(builder, Generator.SPECIES_HEAD, readout.outputs());
        this.store = builder.build(device, dtype, seed);
        this.scope = new Scope(device.pool(), "model");
        this.grid = SO3Grid.create(scope, dtype, config.layout(), config.gridResolution());
    }

    /** Sizes, options and data-dependent constants. */
    public ModelMetadata metadata() {
        return metadata;
    }

    /** Number of outputs, and how atoms become a crystal. */
    public Readout readout() {
        return readout;
    }

    /** The parameters. */
    public ParameterStore store() {
        return store;
    }

    /** Outputs [B, K] of crystals with constant geometry. */
    public Var forward(Tape tape, GraphBatch batch) {
        metadata.requireSpecies(batch);
        return forward(tape, Geometry.fixed(tape, metadata.config().lmax(), batch), batch);
    }

    /** Outputs [B, K] of edges from {@link Geometry}, which may carry gradients to positions, cells and species. */
    public Var forward(Tape tape, EdgeContext context, GraphBatch batch) {
        EdgeContext edges = backbone.prepare(tape, context);
        Var features = backbone.forward(
                tape, store, grid, edges, batch.crystalTensor(tape), batch.crystals(), metadata.averageDegree());
        return tape.local("output", () -> {
            Var atoms = Heads.scalars(tape, head.forward(tape, store, grid, features));
            return Heads.pool(tape, atoms, batch.crystalStart(), readout.pooling(), readout.divisor());
        });
    }

    @Override
    public void close() {
        scope.close();
        store.close();
    }
}
