package unitcell.crystal.validity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.validity.ValidityRules.Verdict;

/** The rule of distances at its edges. */
class StructureValidityTest {
    private static final ValidityRules RULES = ValidityRules.of(OxidationStates.SMACT14);

    /** Na at the origin and Cl at x along a. */
    private static Crystal pair(Lattice lattice, double x) {
        return new Crystal("pair", lattice, new int[] {11, 17}, new double[] {0, 0, 0, x, 0, 0});
    }

    private static boolean isValid(Crystal crystal) {
        return RULES.structure(crystal);
    }

    @Test
    void distanceCountsFromHalfAnAngstrom() {
        Lattice cell = Lattice.cubic(4);
        assertEquals(true, isValid(pair(cell, 0.125)));
        assertEquals(false, isValid(pair(cell, 0.1249)));
        assertEquals(Optional.of("atoms 0 and 1 are 0.000 A apart"), RULES.structureFault(pair(cell, 0)));
    }

    @Test
    void distanceGoesThroughTheFaces() {
        Lattice cell = Lattice.cubic(4);
        assertEquals(false, isValid(pair(cell, 0.9)));
        assertEquals(false, isValid(pair(cell, -3.1)));
        assertEquals(false, isValid(pair(cell, 2)));
        assertEquals(true, isValid(pair(cell, 2.5)));
    }

    @Test
    void distanceIsFoundInSkewedCells() {
        // c is almost 3 a: the nearest image is found three cells away.
        Lattice skewed = Lattice.ofRows(4, 0, 0, 0, 4, 0, 12.3, 0, 1);
        Crystal crystal =
                new Crystal("skewed", skewed, new int[] {11, 17}, new double[] {0, 0, 0, 3 - 0.3 * 12.3 / 4, 0, 0.3});
        assertEquals(Optional.of("atoms 0 and 1 are 0.300 A apart"), RULES.structureFault(crystal));
    }

    @Test
    void ownImagesDoNotCount() {
        Lattice flat = Lattice.ofRows(0.3, 0, 0, 0, 5, 0, 0, 0, 5);
        assertEquals(true, isValid(new Crystal("one", flat, new int[] {11}, new double[3])));
        Crystal two = new Crystal("two", flat, new int[] {11, 17}, new double[] {0, 0, 0, 0, 0.5, 0});
        assertEquals(true, isValid(two));
    }

    @Test
    void volumeCounts() {
        Crystal crystal = new Crystal("tiny", Lattice.cubic(0.46), new int[] {11}, new double[3]);
        assertEquals(Optional.of("cell of 0.0973 A^3"), RULES.structureFault(crystal));
        assertEquals(true, isValid(crystal.withLattice(Lattice.cubic(0.47))));
    }

    @Test
    void cellsBeyondMeasureAreInvalid() {
        // A million images within the distance asked for.
        Lattice hopeless = Lattice.ofRows(1e-6, 0, 0, 0, 1e3, 0, 0, 0, 1e3);
        assertEquals(false, isValid(pair(hopeless, 0.5)));
        assertEquals(true, isValid(pair(Lattice.cubic(4), 3e12 + 0.5)));
    }

    @Test
    void verdictOfBothRules() {
        Crystal salt = pair(Lattice.cubic(4), 0.5);
        assertEquals(new Verdict(true, true), RULES.judge(salt));
        assertEquals(true, RULES.judge(salt).valid());
        assertEquals(new Verdict(true, false), RULES.judge(salt.withSpecies(new int[] {11, 10})));
        assertEquals(new Verdict(false, true), RULES.judge(pair(Lattice.cubic(4), 0)));
        assertEquals(false, new Verdict(false, true).valid());
    }
}
