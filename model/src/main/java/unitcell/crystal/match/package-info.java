/**
 * Whether two crystals are the same structure, within tolerances: the comparison by which generative models of crystals
 * are scored (match rate, rms displacement, uniqueness, novelty). {@link unitcell.crystal.match.StructureMatcher} is the
 * entry point; {@link unitcell.crystal.match.CrystalGroups} counts the different structures among many and {@link
 * unitcell.crystal.match.KnownStructures} tells new ones from known ones.
 *
 * <p>What is computed is what {@code StructureMatcher} of pymatgen computes (S. P. Ong et al., Comput. Mater. Sci. 68,
 * 314, 2013), so that numbers can be compared with published ones: same reduced cells, same candidates, same tolerances.
 * {@code structure-pairs.jsonl.gz} among the test data holds its answers.
 *
 * <p>Lengths in angstrom, angles in degrees, lattice vectors as rows. Memory: plain Java arrays; work spaces live as
 * long as one comparison.
 */
package unitcell.crystal.match;
