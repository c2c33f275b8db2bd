/** Crystals: elements, lattices, structures. Lengths in angstrom, angles in degrees, everything in float64. */
package unitcell.crystal;
