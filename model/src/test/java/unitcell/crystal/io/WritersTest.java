package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;

class WritersTest {
    @Test
    void cifReadsBackBitForBit() {
        RandomGenerator random = RandomCells.generator(7);
        for (int trial = 0; trial < 200; trial++) {
            double[] p = RandomCells.lattice(random, 3, 20).parameters();
            Lattice lattice = Lattice.ofParameters(p[0], p[1], p[2], p[3], p[4], p[5]);
            Crystal crystal = RandomCells.crystal(random, lattice, 1 + random.nextInt(12));
            double[] frac = crystal.frac();
            frac[0] = -1e-17 * random.nextDouble();
            frac[1] = 12345.678 * random.nextDouble();
            crystal = crystal.withFrac(frac);
            Crystal back = CifStructures.readOne(CifWriter.write(crystal), "f");
            assertEquals(crystal, back);
            assertArrayEquals(crystal.lattice().parameters(), back.lattice().parameters());
        }
    }

    @Test
    void aRotatedCrystalComesBackInStandardOrientation() {
        RandomGenerator random = RandomCells.generator(8);
        Crystal crystal = RandomCells.crystal(random, RandomCells.lattice(random, 4, 8), 5);
        Crystal rotated = CrystalTransforms.rotate(crystal, RandomCells.rotation(random));
        Crystal back = CifStructures.readOne(CifWriter.write(rotated), "f");
        assertArrayEquals(crystal.frac(), back.frac());
        assertEquals(crystal.minimumDistance(), back.minimumDistance(), 1e-9);
    }

    @Test
    void maskedSitesAndOddNamesSurvive() {
        Crystal crystal =
                new Crystal("a b/\u03b1'\"#;", Lattice.cubic(4), new int[] {0, 8}, new double[] {0, 0, 0, .5, .5, .5});
        String text = CifWriter.write(crystal);
        assertTrue(text.contains("\n  X  X0  1  0.0  0.0  0.0  1\n"));
        assertTrue(text.startsWith("data_a_b/_'\"#;\n"));
        assertEquals(crystal, CifStructures.readOne(text, "f"));
        assertTrue(CifWriter.write(crystal.withId("")).startsWith("data_OX\n"));
    }

    @Test
    void extendedXyzHoldsLatticeAndPositions() {
        Crystal crystal = new Crystal(
                "salt \"1\"", Lattice.ofRows(4, 0, 0, 1, 5, 0, 0, 0.5, 6), new int[] {11, 17}, new double[] {
                    0, 0, 0, .5, .5, .5
                });
        assertEquals(
                "2\nLattice=\"4.0 0.0 0.0 1.0 5.0 0.0 0.0 0.5 6.0\" Properties=species:S:1:pos:R:3 pbc=\"T T T\""
                        + " id=\"salt _1_\"\nNa 0.0 0.0 0.0\nCl 2.5 2.75 3.0\n",
                ExtXyzWriter.write(crystal));
    }
}
