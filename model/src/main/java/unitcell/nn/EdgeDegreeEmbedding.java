package unitcell.nn;

import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SphericalOps;
import unitcell.engine.kernel.SphericalLayout;

/**
 * Describes the surroundings of each node: a radial function's (L+1)*C values as m=0 coefficients in each edge's frame,
 * rotated back, summed over incoming edges and divided by the average degree.
 */
public final class EdgeDegreeEmbedding {
    private static final String NAME = "edge_degree_embedding";

    private final SphericalLayout layout;
    private final RadialFunction radial;

    public EdgeDegreeEmbedding(ModelBuilder builder, AttentionConfig config) {
        SphericalLayout full = config.layout();
        this.layout = new SphericalLayout(full.lmax(), 0, full.mmax(), false);
        AtomEdgeEmbedding embedding = config.embedding(builder, NAME + ".");
        this.radial =
                config.radialFunction(builder, NAME + ".rad_func", embedding, (full.lmax() + 1) * config.channels());
    }

    /** [N, (L+1)^2, C]. */
    public Var forward(Tape tape, ParameterStore store, EdgeContext context, double averageDegree) {
        return tape.local(NAME, () -> {
            EdgeSpecies species = radial.species(tape, store, context.species());
            Var value = radial.forward(tape, store, context, species);
            if (context.envelope() != null) {
                value = PointwiseOps.scaleRows(tape, value, context.envelope());
            }
            return SphericalOps.rotateSegmentSum(
                    tape,
                    layout,
                    context.edges(),
                    1 / averageDegree,
                    value,
                    null,
                    context.frames().wigner());
        });
    }
}
