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
 * @param species what is known of the atoms' species
 * @param envelope [E] smooth cutoff, or null for none
 * @param runs the edges in runs of targets, where memory does not allow attention over all of them at once; else empty
 */
public record EdgeContext(EdgeIndex edges, EdgeFrames frames, SpeciesInput species, Var envelope, List<EdgeRun> runs) {
    /** All edges at once, without an envelope; species are atomic numbers, I32 [N], 0 the mask. */
    public EdgeContext(EdgeIndex edges, EdgeFrames frames, Tensor species) {
        this(edges, frames, new SpeciesInput.Hard(species), null, List.of());
    }

    /** The same with an envelope. */
    public EdgeContext withEnvelope(Var smooth) {
        return new EdgeContext(edges, frames, species, smooth, runs);
    }

    /** The same with other species. */
    public EdgeContext withSpecies(SpeciesInput other) {
        return new EdgeContext(edges, frames, other, envelope, runs);
    }

    /** The same in runs. */
    public EdgeContext withRuns(List<EdgeRun> parts) {
        return new EdgeContext(edges, frames, species, envelope, parts);
    }
}
