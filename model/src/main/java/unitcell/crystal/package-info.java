/**
 * Crystals as values: elements, lattices, compositions and structures, their periodic geometry and their symmetries of
 * description (permutation, rotation, change of lattice basis, supercell).
 *
 * <p>Units and conventions: lengths in angstrom, angles in degrees, everything in float64. Lattice vectors are the
 * <em>rows</em> of a 3x3 matrix stored row-major in a {@code double[9]}; a fractional coordinate {@code f} stands for
 * the Cartesian position {@code f @ matrix}. Values are immutable; arrays are copied on the way in and out unless the
 * accessor says otherwise. Nothing here knows files, tensors or graphs.
 */
package unitcell.crystal;
