/**
 * Periodic neighbour graphs: which atoms, and which of their images, lie within a cutoff of each atom.
 *
 * <p>A {@link unitcell.crystal.graph.NeighborGraph} is plain arrays in compressed-row form, edges grouped by target, as
 * the network consumes it; turning graphs into tensors and batches is done elsewhere. Dimension letters: N atoms, E
 * edges. Lengths in angstrom.
 */
package unitcell.crystal.graph;
