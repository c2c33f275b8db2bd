package unitcell.crystal.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;

/** Uniqueness and novelty of hand-made structures. */
class KnownStructuresTest {
    private static final Lattice FCC = Lattice.ofRows(0, 2.8, 2.8, 2.8, 0, 2.8, 2.8, 2.8, 0);
    private static final double[] CENTRE = {0, 0, 0, 0.5, 0.5, 0.5};
    private static final double[] QUARTER = {0, 0, 0, 0.25, 0.25, 0.25};

    private static Crystal crystal(String id, Lattice lattice, int a, int b, double[] frac) {
        return new Crystal(id, lattice, new int[] {a, b}, frac);
    }

    private final StructureMatcher matcher = new StructureMatcher(MatchTolerance.STRICT);
    private final Crystal rockSalt = crystal("rock salt", FCC, 11, 17, CENTRE);
    private final Crystal zincBlende = crystal("zinc blende", FCC, 11, 17, QUARTER);
    private final Crystal cscl = crystal("CsCl type", Lattice.cubic(3.5), 11, 17, CENTRE);
    private final Crystal otherSalt = crystal("KCl", FCC, 19, 17, CENTRE);
    private final Crystal supercell =
            CrystalTransforms.supercell(rockSalt, 1, 2, 2).withId("supercell");

    @Test
    void groupsOfEqualStructures() {
        CrystalGroups groups = new CrystalGroups(matcher);
        assertTrue(Double.isNaN(groups.uniqueness()));
        int[] numbers = List.of(rockSalt, cscl, supercell, otherSalt, zincBlende, rockSalt, cscl).stream()
                .mapToInt(groups::add)
                .toArray();
        assertArrayEquals(new int[] {0, 1, 0, 2, 3, 0, 1}, numbers);
        assertArrayEquals(new int[] {3, 2, 1, 1}, groups.sizes());
        assertEquals(4, groups.groups());
        assertEquals(7, groups.added());
        assertEquals(4.0 / 7, groups.uniqueness());
        assertEquals("CsCl type", groups.first(1).id());
        assertEquals(0, groups.undecided());
    }

    @Test
    void noveltyAgainstAReference() {
        KnownStructures known = new KnownStructures(matcher);
        known.add(supercell);
        known.add(cscl);
        known.add(otherSalt);
        assertEquals(3, known.size());
        assertEquals(2, known.formulas());
        assertEquals(Optional.of("supercell"), known.find(rockSalt));
        assertFalse(known.isNovel(rockSalt));
        assertEquals(Optional.of("CsCl type"), known.find(CrystalTransforms.supercell(cscl, 2, 2, 2)));
        assertTrue(known.isNovel(zincBlende)); // known formula, other structure
        assertTrue(known.isNovel(crystal("LiCl", FCC, 3, 17, CENTRE)));
        assertTrue(known.knowsFormula(Composition.parse("Na7Cl7")));
        assertFalse(known.knowsFormula(Composition.parse("Na7Cl8")));
        // Added after the formula was asked for.
        known.add(zincBlende);
        assertEquals(Optional.of("zinc blende"), known.find(zincBlende));
        assertEquals(Optional.of("supercell"), known.find(rockSalt));
    }

    @Test
    void structuresBeyondTheLimitsAreCounted() {
        Crystal large = CrystalTransforms.supercell(rockSalt, 7, 7, 6).withId("large");
        KnownStructures known = new KnownStructures(matcher);
        known.add(large);
        assertTrue(known.isNovel(rockSalt));
        assertTrue(known.isNovel(rockSalt));
        assertEquals(2, known.undecided());
        CrystalGroups groups = new CrystalGroups(matcher);
        groups.add(large);
        groups.add(large);
        assertEquals(2, groups.groups());
        assertEquals(1, groups.undecided());
    }
}
