/**
 * The numeric contract by family. A backend implements every family; autograd calls nothing else.
 *
 * <p>Conventions that hold for every kernel:
 *
 * <ul>
 *   <li>Dimension letters: N nodes, E edges, B crystals, C channels, L lmax, M mmax, H heads, K radial basis,
 *       S = (L+1)^2 coefficients, R reduced coefficients (|m| &lt;= M).
 *   <li>All floating tensors of a call share one element type; index tensors are {@code I32}; offsets are 64-bit.
 *   <li>Forward kernels overwrite their outputs. Backward kernels receive a {@link unitcell.engine.kernel.Sink} for each
 *       gradient: null means not wanted, otherwise the sink says whether to overwrite or to add.
 *   <li>Outputs never alias inputs unless a kernel says so.
 *   <li>Results do not depend on the number of threads: every element is summed in one fixed order.
 *   <li>Nothing is allocated for the caller; scratch space belongs to the backend.
 *   <li>Edges are any subset of a batch's edges, sorted by target, with consistent {@link
 *       unitcell.engine.kernel.EdgeIndex}: edge tensors of a whole batch need never exist at once.
 * </ul>
 */
package unitcell.engine.kernel;
