package unitcell.nn;

import java.util.List;
import unitcell.autograd.Var;
import unitcell.autograd.ops.SphericalOps.EdgeFrames;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;

/**
 * What every layer needs to know of the edges of a batch.
 *
 * @param edges connectivity
 * @param frames lengths and Wigner matrices, each with or without gradients
 * @param species I32 [N], atomic numbers; 0 is the mask
 * @param envelope [E] smooth cutoff, or null for none
 * @param runs the edges in runs of targets, where memory does not allow attention over all of them at once; else empty
 */
public record EdgeContext(EdgeIndex edges, EdgeFrames frames, Tensor species, Var envelope, List<EdgeRun> runs) {
    /** All edges at once, without an envelope. */
    public EdgeContext(EdgeIndex edges, EdgeFrames frames, Tensor species) {
        this(edges, frames, species, null, List.of());
    }

    /** The same with an envelope. */
    public EdgeContext withEnvelope(Var smooth) {
        return new EdgeContext(edges, frames, species, smooth, runs);
    }

    /** The same in runs. */
    public EdgeContext withRuns(List<EdgeRun> parts) {
        return new EdgeContext(edges, frames, species, envelope, parts);
    }
}
