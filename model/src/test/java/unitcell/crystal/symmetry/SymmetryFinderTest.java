package unitcell.crystal.symmetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;

class SymmetryFinderTest {
    private static final SymmetryFinder FINDER = new SymmetryFinder();

    @Test
    void textbookStructures() {
        for (TextbookStructure s : TextbookStructure.all()) {
            for (double tolerance : new double[] {1e-3, 0.01, 0.1}) {
                Symmetry found = new SymmetryFinder(tolerance).find(s.crystal());
                assertEquals(s.system(), found.system(), s + " at " + tolerance);
                assertEquals(s.pointGroupOrder(), found.pointGroupOrder(), s + " at " + tolerance);
                assertEquals(s.cells(), found.cells(), s + " at " + tolerance);
            }
        }
    }

    @Test
    void inversionCentres() {
        for (TextbookStructure s : TextbookStructure.all()) {
            String name = s.crystal().id();
            boolean acentric = name.contains("P1") || name.contains("quartz") || name.contains("ZnS");
            assertEquals(!acentric, FINDER.find(s.crystal()).hasInversion(), name);
        }
    }

    @Test
    void descriptionsDoNotMatter() {
        RandomGenerator random = RandomCells.generator(2);
        for (TextbookStructure s : TextbookStructure.all()) {
            for (int round = 0; round < 4; round++) {
                Crystal other = s.crystal();
                int[] repeats = {1 + random.nextInt(2), 1 + random.nextInt(3), 1 + random.nextInt(2)};
                other = CrystalTransforms.supercell(other, repeats[0], repeats[1], repeats[2]);
                other = CrystalTransforms.permute(other, RandomCells.permutation(random, other.size()));
                other = CrystalTransforms.changeBasis(other, RandomCells.unimodular(random, 4));
                other = CrystalTransforms.rotate(other, RandomCells.rotation(random));
                other = CrystalTransforms.translate(other, random.nextDouble(), 4, -random.nextDouble());
                Symmetry found = FINDER.find(other);
                assertEquals(s.system(), found.system(), s.toString());
                assertEquals(s.pointGroupOrder(), found.pointGroupOrder(), s.toString());
                assertEquals(s.cells() * repeats[0] * repeats[1] * repeats[2], found.cells(), s.toString());
            }
        }
    }

    @Test
    void noiseWithinTheToleranceIsForgivenAndBeyondItIsNot() {
        RandomGenerator random = RandomCells.generator(4);
        for (TextbookStructure s : TextbookStructure.all()) {
            assertEquals(s.system(), FINDER.system(shaken(s.crystal(), 0.01, random)), s.toString());
            if (s.crystal().size() > 2) {
                assertEquals(CrystalSystem.TRICLINIC, FINDER.system(shaken(s.crystal(), 0.8, random)), s.toString());
            }
        }
    }

    // Every Cartesian coordinate moved by up to the given length in angstrom.
    private static Crystal shaken(Crystal crystal, double length, RandomGenerator random) {
        double[] cartesian = crystal.cartesian();
        for (int i = 0; i < cartesian.length; i++) {
            cartesian[i] += length * (2 * random.nextDouble() - 1);
        }
        return crystal.withFrac(crystal.lattice().toFractional(cartesian));
    }

    @Test
    void strainLowersTheSymmetry() {
        Crystal salt = TextbookStructure.all().stream()
                .filter(s -> s.toString().startsWith("halite"))
                .findFirst()
                .orElseThrow()
                .crystal();
        assertEquals(CrystalSystem.TETRAGONAL, FINDER.system(inCell(salt, 5.64, 5.64, 6.2, 90, 90, 90)));
        assertEquals(CrystalSystem.ORTHORHOMBIC, FINDER.system(inCell(salt, 5.64, 5.2, 6.2, 90, 90, 90)));
        assertEquals(CrystalSystem.MONOCLINIC, FINDER.system(inCell(salt, 5.64, 5.2, 6.2, 90, 97, 90)));
        assertEquals(CrystalSystem.TRICLINIC, FINDER.system(inCell(salt, 5.64, 5.2, 6.2, 82, 97, 101)));
        assertEquals(CrystalSystem.TRIGONAL, FINDER.system(inCell(salt, 5.64, 5.64, 5.64, 84, 84, 84)));
        // A strain within the tolerance.
        assertEquals(CrystalSystem.CUBIC, FINDER.system(inCell(salt, 5.64, 5.64, 5.66, 90, 90, 90)));
    }

    private static Crystal inCell(
            Crystal crystal, double a, double b, double c, double alpha, double beta, double gamma) {
        return crystal.withLattice(Lattice.ofParameters(a, b, c, alpha, beta, gamma));
    }

    @Test
    void orderOfTheSpeciesCounts() {
        // Two kinds of atoms on the sites of a cube: layers of them are tetragonal.
        Lattice lattice = Lattice.ofParameters(2.7, 2.7, 5.4, 90, 90, 90);
        Crystal layers = new Crystal("CuAu", lattice, new int[] {29, 79}, new double[] {0, 0, 0, 0, 0, 0.5});
        assertEquals(CrystalSystem.TETRAGONAL, FINDER.system(layers));
        assertEquals(CrystalSystem.CUBIC, FINDER.system(layers.withSpecies(new int[] {29, 29})));
        assertEquals(2, FINDER.find(layers.withSpecies(new int[] {29, 29})).cells());
    }

    @Test
    void operationsMapTheCrystalOntoItself() {
        for (TextbookStructure s : TextbookStructure.all()) {
            if (s.cells() > 1) {
                continue;
            }
            // Operations are those of the reduced cell, so start from it.
            Crystal cell = TranslationLattice.reduced(s.crystal());
            for (Symmetry.Operation operation : FINDER.find(cell).operations()) {
                for (int i = 0; i < cell.size(); i++) {
                    assertTrue(hits(cell, i, operation), s + " atom " + i);
                }
            }
        }
    }

    private static boolean hits(Crystal cell, int atom, Symmetry.Operation operation) {
        int[] u = operation.rotation();
        for (int j = 0; j < cell.size(); j++) {
            double worst = 0;
            for (int k = 0; k < 3; k++) {
                double f = operation.translation()[k] - cell.frac(j, k);
                for (int i = 0; i < 3; i++) {
                    f += cell.frac(atom, i) * u[3 * i + k];
                }
                worst = Math.max(worst, Math.abs(f - Math.rint(f)));
            }
            if (worst < 1e-6 && cell.species(j) == cell.species(atom)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void pointGroupsByTheirMatrices() {
        int[] identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        int[] threefold = {0, 1, 0, 0, 0, 1, 1, 0, 0};
        int[] squared = {0, 0, 1, 1, 0, 0, 0, 1, 0};
        assertEquals(
                CrystalSystem.TRIGONAL,
                PointGroup.system(List.of(identity, threefold, squared)).orElseThrow());
        assertTrue(PointGroup.system(List.of(identity, threefold)).isEmpty());
    }

    @Test
    void impossibleRequestsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new SymmetryFinder(0));
        assertThrows(IllegalArgumentException.class, () -> new SymmetryFinder(Double.NaN));
        Crystal po = new Crystal("Po", Lattice.cubic(3), new int[] {84}, new double[3]);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> FINDER.system(CrystalTransforms.supercell(po, 11, 10, 10)))
                .getMessage();
        assertEquals("crystal 'Po' has 1100 atoms, symmetry is searched for at most 1000", message);
        Crystal needle = po.withLattice(Lattice.ofParameters(0.1, 0.1, 500, 90, 90, 90));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> FINDER.system(needle))
                .getMessage()
                .endsWith("is too elongated for its symmetry to be searched"));
        Crystal skewed = po.withLattice(Lattice.ofRows(1, 0, 0, 1e200, 1, 0, 0, 0, 1));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> FINDER.system(skewed))
                .getMessage()
                .endsWith("is too skewed for its symmetry to be searched"));
    }
}
