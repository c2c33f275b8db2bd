package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;

/** The meaning of a CIF: cells, symmetry, sites, and every named finding. */
class CifStructuresTest {
    private static CifStructures.Outcome read(String text) {
        return CifStructures.read(text, "f.cif", 1).get(0);
    }

    private static List<Finding.Kind> kinds(String text) {
        return read(text).findings().stream().map(Finding::kind).distinct().toList();
    }

    private static String withSites(String... rows) {
        return SeedCifs.P1.replaceAll("(?s)Na1 Na1\\+.*", "") + String.join("\n", rows) + "\n";
    }

    @Test
    void primitiveCellIsTakenAsWritten() {
        Crystal crystal = CifStructures.readOne(SeedCifs.P1, "f.cif");
        assertArrayEquals(new int[] {11, 17}, crystal.species());
        assertArrayEquals(new double[] {0, 0, 0, 0.5, 0.5, 0.5}, crystal.frac());
        assertArrayEquals(
                new double[] {5.64, 5.64, 5.64, 90, 90, 90}, crystal.lattice().parameters());
        assertEquals(List.of(), read(SeedCifs.P1).findings());
    }

    @Test
    void operationsFillTheCell() {
        Crystal salt = CifStructures.readOne(SeedCifs.ROCK_SALT, "f.cif");
        assertEquals("Na4Cl4", salt.composition().formula());
        assertEquals(5.64 / 2, salt.minimumDistance(), 1e-12);
        assertEquals(List.of(), read(SeedCifs.ROCK_SALT).findings());
    }

    @Test
    void roundedSpecialPositionsStaySpecial() {
        Crystal hcp = CifStructures.readOne(SeedCifs.HEXAGONAL, "f.cif");
        assertEquals(2, hcp.size());
        assertArrayEquals(new double[] {1.0 / 3, 2.0 / 3, 0.25, 2.0 / 3, 1.0 / 3, 0.75}, hcp.frac(), 1e-12);
        // Without symmetry the printed digits are taken as they are.
        String p1 = SeedCifs.HEXAGONAL.replaceAll("(?s)-y,x-y,z.*x-y,x,.5\\+z\n", "");
        assertArrayEquals(
                new double[] {0.3333, 0.6667, 0.25},
                CifStructures.readOne(p1, "f.cif").frac());
    }

    @Test
    void fractionsAreRecognisedWithinThePrintedPrecisionOnly() {
        assertEquals(1.0 / 3, SiteExpansion.exactFraction(0.3333, 4));
        assertEquals(0.3334, SiteExpansion.exactFraction(0.3334, 4));
        assertEquals(2.0 / 3, SiteExpansion.exactFraction(0.667, 3));
        assertEquals(0.67, SiteExpansion.exactFraction(0.67, 2));
        assertEquals(-1.0 / 6, SiteExpansion.exactFraction(-0.16667, 5));
        assertEquals(0.1875, SiteExpansion.exactFraction(0.188, 3));
        assertEquals(0.15840, SiteExpansion.exactFraction(0.15840, 5));
    }

    @Test
    void magneticSymmetryPlacesTheAtoms() {
        Crystal crystal = CifStructures.readOne(SeedCifs.MAGNETIC, "f.cif");
        assertEquals("Mn2O4", crystal.composition().formula());
    }

    @Test
    void oldAndNewTagsAreEquivalent() {
        Crystal expected = CifStructures.readOne(SeedCifs.ROCK_SALT, "f.cif");
        for (String tag : List.of("_symmetry_equiv_pos_as_xyz", "_space_group_symop.operation_xyz")) {
            String text = SeedCifs.ROCK_SALT.replace("_space_group_symop_operation_xyz", tag);
            assertEquals(expected, CifStructures.readOne(text, "f.cif"));
        }
        String single = SeedCifs.P1.replace("loop_", "_symmetry_equiv_pos_as_xyz x,y,z\nloop_");
        assertEquals(CifStructures.readOne(SeedCifs.P1, "f"), CifStructures.readOne(single, "f"));
    }

    @Test
    void errorsAreNamedAndAllReported() {
        String broken = SeedCifs.P1
                .replace("_cell_length_b 5.64\n", "_cell_length_b ?\n")
                .replace("_cell_angle_beta 90", "_cell_angle_beta -90")
                .replace("0 0 0 1", "0 . abc 1")
                .replace("0.5 1.0", "1e999 0.25");
        assertEquals(
                List.of(
                        Finding.Kind.CELL_MISSING,
                        Finding.Kind.CELL_RANGE,
                        Finding.Kind.COORDINATE_MISSING,
                        Finding.Kind.NUMBER,
                        Finding.Kind.PARTIAL_OCCUPANCY),
                kinds(broken));
        assertTrue(read(broken).crystal().isEmpty());
    }

    @Test
    void valuesOutOfRange() {
        Object[][] cases = {
            {"_cell_length_a 5.64(1)", "_cell_length_a 0.4", Finding.Kind.CELL_RANGE},
            {"_cell_length_a 5.64(1)", "_cell_length_a 501", Finding.Kind.CELL_RANGE},
            {"_cell_length_a 5.64(1)", "_cell_length_a 1e999", Finding.Kind.NUMBER},
            {"_cell_length_a 5.64(1)", "_cell_length_a nan", Finding.Kind.NUMBER},
            {"_cell_angle_gamma 90", "_cell_angle_gamma 179", Finding.Kind.CELL_RANGE},
            {"_cell_angle_gamma 90", "", Finding.Kind.CELL_MISSING},
            {"0.5 1.0", "0.5 0", Finding.Kind.OCCUPANCY_RANGE},
            {"0.5 1.0", "0.5 1.5", Finding.Kind.OCCUPANCY_RANGE},
            {"0.5 1.0", "0.5 x", Finding.Kind.OCCUPANCY_RANGE},
            {"0.5 1.0", "0.5 0.9", Finding.Kind.PARTIAL_OCCUPANCY},
            {"0.5 1.0", "? 1", Finding.Kind.COORDINATE_MISSING},
            {"0.5 1.0", "1e7 1", Finding.Kind.NUMBER},
            {"Cl1-", "Qq", Finding.Kind.UNKNOWN_ELEMENT},
            {"Cl1-", "119", Finding.Kind.UNKNOWN_ELEMENT},
        };
        for (Object[] c : cases) {
            String text = SeedCifs.P1.replace((String) c[0], (String) c[1]);
            assertEquals(c[2], read(text).reason().kind(), c[1].toString());
            assertTrue(read(text).reason().where().line() > 0);
        }
    }

    @Test
    void flatCellsAreRefused() {
        String flat = SeedCifs.P1
                .replace("alpha 90.(0)", "alpha 20.6")
                .replace("beta 90", "beta 83.6")
                .replace("gamma 90", "gamma 63.0000001");
        assertEquals(Finding.Kind.CELL_FLAT, read(flat).reason().kind());
        String impossible = SeedCifs.P1.replace("alpha 90.(0)", "alpha 10").replace("beta 90", "beta 30");
        assertEquals(Finding.Kind.CELL_FLAT, read(impossible).reason().kind());
    }

    @Test
    void symmetryThatIsNamedButNotListedIsRefused() {
        String named = SeedCifs.P1.replace("'P 1'", "'C 1 2/m 1'");
        assertEquals(Finding.Kind.SYMMETRY_MISSING, read(named).reason().kind());
        String numbered = SeedCifs.P1.replace("_symmetry_space_group_name_H-M 'P 1'", "_space_group_IT_number 12");
        assertEquals(Finding.Kind.SYMMETRY_MISSING, read(numbered).reason().kind());
        String silent = SeedCifs.P1.replace("_symmetry_space_group_name_H-M 'P 1'", "");
        assertEquals(List.of(Finding.Kind.SYMMETRY_ASSUMED_P1), kinds(silent));
        assertTrue(read(silent).crystal().isPresent());
    }

    @Test
    void symmetryProblemsAreNamed() {
        String wrong = SeedCifs.ROCK_SALT.replace("'-x, -y, -z'", "'-x, -y'");
        assertEquals(Finding.Kind.SYMMETRY_OPERATION, read(wrong).reason().kind());
        String open = SeedCifs.ROCK_SALT.replace("8 '-x+1/2, -y+1/2, -z'\n", "");
        assertEquals(List.of(Finding.Kind.SYMMETRY_INCONSISTENT), kinds(open));
        String onlyOne = SeedCifs.P1.replace("'P 1'", "'F m -3 m'") + "_symmetry_equiv_pos_as_xyz 'x,y,z'\n";
        assertEquals(List.of(Finding.Kind.SYMMETRY_INCONSISTENT), kinds(onlyOne));
    }

    @Test
    void coincidentSitesAreMergedOrRefused() {
        String twice = SeedCifs.ROCK_SALT + "Na2 Na 0.5 0.5 0.00005 1\n";
        CifStructures.Outcome merged = read(twice);
        assertEquals(8, merged.crystal().orElseThrow().size());
        assertEquals(Finding.Kind.DUPLICATE_SITE, merged.findings().get(0).kind());
        String mixed = SeedCifs.ROCK_SALT + "K1 K 0.5 0.5 0 1\n";
        assertEquals(Finding.Kind.MIXED_SITE, read(mixed).reason().kind());
        // Without symmetry operations nothing is merged: a generated structure is judged as it is.
        String p1 = SeedCifs.P1 + "Na2 Na 0 0 0.00001 1\n";
        assertEquals(3, read(p1).crystal().orElseThrow().size());
        assertEquals(List.of(Finding.Kind.ATOMS_TOO_CLOSE), kinds(p1));
    }

    @Test
    void elementsFromSymbolsAndLabels() {
        String[][] cases = {
            {"Fe3+", "Fe"},
            {"O2-", "O"},
            {"CL", "Cl"},
            {"cs", "Cs"},
            {"X", "X"},
            {"D", "H"},
            {"Ca2+", "Ca"},
            {"N5+", "N"},
        };
        for (String[] c : cases) {
            Crystal crystal = CifStructures.readOne(withSites("A " + c[0] + " 0 0 0 1"), "f");
            assertEquals(c[1], crystal.composition().formula(), c[0]);
        }
        String[][] labels = {
            {"Na1", "Na"}, {"OW2", "O"}, {"SiT", "Si"}, {"O-H1", "O"}, {"MgM2", "Mg"}, {"Ow", "O"}, {"HA", "H"},
            {"Ru(1)", "Ru"}, {"C1A", "C"}, {"X3", "X"}, {"D1", "H"}, {"Wat1", null}, {"T1", null}, {"M1", null},
            {"1", null}, {"Du", null},
        };
        for (String[] c : labels) {
            CifStructures.Outcome outcome = read(withSites(c[0] + " ? 0 0 0 1"));
            if (c[1] == null) {
                assertEquals(Finding.Kind.UNKNOWN_ELEMENT, outcome.reason().kind(), c[0]);
            } else {
                assertEquals(c[1], outcome.crystal().orElseThrow().composition().formula(), c[0]);
            }
        }
        assertEquals(List.of(Finding.Kind.HYDROGEN_ISOTOPE), kinds(withSites("D1 D 0 0 0 1")));
        assertEquals(List.of(Finding.Kind.ELEMENT_GUESSED), kinds(withSites("OW1 ? 0 0 0 1")));
    }

    @Test
    void declarationsAreCompared() {
        String formula = SeedCifs.P1.replace("loop_", "_chemical_formula_sum 'Na2 Cl1'\nloop_");
        assertEquals(List.of(Finding.Kind.FORMULA_MISMATCH), kinds(formula));
        String half = SeedCifs.P1.replace("loop_", "_chemical_formula_sum 'Na0.5 Cl0.5'\nloop_");
        assertEquals(List.of(), kinds(half));
        String volume = SeedCifs.P1.replace("loop_", "_cell_volume 42\nloop_");
        assertEquals(List.of(Finding.Kind.VOLUME_MISMATCH), kinds(volume));
        String good = SeedCifs.P1.replace("loop_", "_cell_volume 179.4(1)\nloop_");
        assertEquals(List.of(), kinds(good));
    }

    @Test
    void otherNotes() {
        assertEquals(List.of(Finding.Kind.OCCUPANCY_UNKNOWN), kinds(withSites("Na1 Na 0 0 0 ?")));
        String empty = SeedCifs.P1 + "loop_\n_geom_a\n_geom_b\n";
        assertEquals(List.of(Finding.Kind.EMPTY_LOOP), kinds(empty));
        String noAtoms = withSites().strip() + "\n";
        assertEquals(
                Finding.Kind.NO_STRUCTURE,
                org.junit.jupiter.api.Assertions.assertThrows(
                                InputException.class, () -> CifStructures.readOne(noAtoms, "f"))
                        .finding()
                        .kind());
    }
}
