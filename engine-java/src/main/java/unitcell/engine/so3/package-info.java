/**
 * The mathematics of rotations that the equivariant network stands on, in float64 and on the heap: real spherical
 * harmonics, Wigner matrices, edge frames and their derivatives, the generators of the rotation group, quadrature grids
 * on the sphere, and the order in which coefficients are stored.
 *
 * <p>One convention holds throughout, e3nn's: the polar axis is y, the components of degree l are ordered
 * {@code m = -l..l}, degree 1 is (x, y, z), and {@code D(R) Y(n) = Y(R n)}, so that {@code D^1 = R}. Feature
 * coefficients are degree-major, index {@code l*l + l + m}. Everything here is either a constant table, computed once
 * and immutable, or a static function that writes into arrays the caller owns; nothing allocates per edge.
 */
package unitcell.engine.so3;
