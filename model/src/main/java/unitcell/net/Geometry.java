package unitcell.net;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.SphericalOps;
import unitcell.autograd.ops.SphericalOps.EdgeFrames;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.nn.EdgeContext;

/** Makes the edges of a batch ready for the network, with or without gradients to positions and cells. */
public final class Geometry {
    private Geometry() {}

    /** Which way gradients flow from the network to positions and cells. */
    public enum Flow {
        /** None: edge vectors are constants computed in float64. */
        FIXED,
        /** Through lengths, frames and Wigner matrices: the true derivative. */
        FULL,
        /** Through lengths only, frames detached, as the reference does. */
        DETACHED_FRAMES
    }

    /** Edges with constant geometry. */
    public static EdgeContext fixed(Tape tape, int lmax, GraphBatch batch) {
        EdgeIndex edges = batch.edgeIndex(tape);
        Var vector = Var.constant(tape.of(batch.vector(), edges.edges(), 3));
        EdgeFrames frames = SphericalOps.edgeFrame(tape, lmax, vector);
        return new EdgeContext(edges, frames, tape.of(batch.species(), batch.nodes()));
    }

    /** Edges computed from positions [N, 3] and cells [B, 3, 3]. */
    public static EdgeContext from(Tape tape, int lmax, GraphBatch batch, Var position, Var cell, Flow flow) {
        if (flow == Flow.FIXED) {
            return fixed(tape, lmax, batch);
        }
        EdgeIndex edges = batch.edgeIndex(tape);
        Tensor shift = tape.of(batch.shiftAsReal(), edges.edges(), 3);
        Var vector = SphericalOps.edgeVector(tape, edges, position, cell, batch.crystalTensor(tape), shift);
        EdgeFrames frames = SphericalOps.edgeFrame(tape, lmax, vector);
        if (flow == Flow.DETACHED_FRAMES) {
            frames = detached(frames);
        }
        return new EdgeContext(edges, frames, tape.of(batch.species(), batch.nodes()));
    }

    /** The same lengths with gradients, the same rotations without. */
    public static EdgeFrames detached(EdgeFrames frames) {
        return new EdgeFrames(frames.distance(), frames.wigner().detach());
    }
}
