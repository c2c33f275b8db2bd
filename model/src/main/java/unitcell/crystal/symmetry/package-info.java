/**
 * Symmetry of crystals: the seven crystal systems, the symmetry operations of a structure within a tolerance, and the
 * system that follows from them.
 */
package unitcell.crystal.symmetry;
