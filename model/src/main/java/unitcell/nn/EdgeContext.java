package unitcell.nn;

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
 */
public record EdgeContext(EdgeIndex edges, EdgeFrames frames, Tensor species, Var envelope) {}
