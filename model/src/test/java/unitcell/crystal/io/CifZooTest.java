package unitcell.crystal.io;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.SharedData;

/**
 * A hundred CIFs from the wild against three other readers (gemmi, pymatgen, ASE): the same number of atoms, formula and
 * volume wherever two of them agree and the structure is ordered. Every deviation is listed here with its reason, and
 * so is every file on which they do not agree.
 */
class CifZooTest {
    /** What this reader does where it does not follow two others, or where no two agree. */
    private static final Map<String, String> SPECIAL = Map.ofEntries(
            // The space group is named, its operations are not listed: refused, the others look the group up.
            entry("crystals__C10H10Fe-Ferrocene.cif", "symmetry-missing"),
            entry("crystals__S8-Sulfur-gamma.cif", "symmetry-missing"),
            entry("crystals__W2C.cif", "symmetry-missing"),
            entry("diffpy__TeI-unkocc.cif", "symmetry-missing"),
            // gemmi and ASE do not know magnetic operations and read the asymmetric unit only, pymatgen the whole cell.
            entry("pymatgen-test-__magnetic.ncl.example.GdB4.mcif", "20 Gd4B16"),
            // A byte that is not UTF-8: gemmi refuses, ASE misses the magnetic operations, pymatgen agrees with us.
            entry("pymatgen-test-__bad-unicode-gh-2947.mcif", "64 Ni32O32"),
            // Cell vectors in one plane: three readers accept a volume of zero.
            entry("pymatgen-test-__bad_superflat_inf_loop.cif", "cell-flat"),
            // A quoted string over several lines: gemmi refuses too.
            entry("diffpy__LiCl-bad.cif", "syntax"),
            // A control character: all refuse.
            entry("pycifrw__ctrl-z-test.cif", "syntax"),
            // Operations without a group's closure and no space group name: gemmi applies none, pymatgen all.
            entry("diffpy__customsg.cif", "4 C4"),
            // No cell: ASE makes up a unit cube.
            entry("pycifrw__loop_example.cif", "cell-missing"),
            // Macromolecules, ligands, reflections, dictionaries: no fractional coordinates.
            entry("gemmi__3dg1_final.cif", "no-structure"),
            entry("gemmi__HEN.cif", "no-structure"),
            entry("gemmi__cc12-hkl.cif", "no-structure"),
            entry("gemmi__ener_lib.cif", "no-structure"),
            entry("gemmi__eol-test.cif", "no-structure"),
            entry("pycifrw__type_test.cif", "no-structure"));

    @Test
    void agreesWithTheOtherReaders() throws IOException {
        Path zoo = SharedData.require("data/cif_zoo/manifest.csv").getParent();
        int compared = 0;
        int disordered = 0;
        int special = 0;
        List<String> wrong = new ArrayList<>();
        try (CsvReader<NamedCsvRecord> manifest = CsvReader.builder().ofNamedCsvRecord(zoo.resolve("manifest.csv"))) {
            for (NamedCsvRecord row : manifest) {
                String file = row.getField("file");
                List<CrystalRecord> records = read(zoo.resolve(file));
                String found = describe(records);
                if (SPECIAL.containsKey(file)) {
                    special++;
                    check(wrong, file, SPECIAL.get(file), found);
                } else if (isDisordered(row)) {
                    disordered++;
                    check(wrong, file, expectedRefusal(file), found);
                } else {
                    compared++;
                    compare(wrong, row, records);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(SPECIAL.size(), special);
        assertEquals(100, compared + disordered + special);
        assertTrue(compared >= 65, compared + " compared");
    }

    // Sepiolite labels its water molecules Wat, besides being disordered.
    private static String expectedRefusal(String file) {
        return file.contains("Sepiolite") ? "unknown-element" : "partial-occupancy";
    }

    private static void check(List<String> wrong, String file, String expected, String found) {
        if (!expected.equals(found)) {
            wrong.add(file + ": expected " + expected + ", found " + found);
        }
    }

    private static List<CrystalRecord> read(Path file) {
        List<CrystalRecord> records = new ArrayList<>();
        try (CrystalRecords source = CrystalSource.of(file.toString()).open()) {
            source.forEachRemaining(records::add);
        }
        return records;
    }

    private static String describe(List<CrystalRecord> records) {
        return switch (records.get(0)) {
            case CrystalRecord.Accepted a ->
                a.crystal().size() + " " + a.crystal().composition().formula();
            case CrystalRecord.Refused r -> r.reason().kind().slug();
            case CrystalRecord.CompositionOnly c -> "composition";
        };
    }

    private static boolean isDisordered(NamedCsvRecord row) {
        String occupancy = row.getField("min_occ");
        return row.getField("pmg_ordered").equals("False")
                || (!occupancy.isEmpty() && Double.parseDouble(occupancy) < 0.999);
    }

    private static void compare(List<String> wrong, NamedCsvRecord row, List<CrystalRecord> records) {
        String file = row.getField("file");
        if (!(records.get(0) instanceof CrystalRecord.Accepted accepted)) {
            wrong.add(file + ": refused as " + describe(records));
            return;
        }
        Crystal crystal = accepted.crystal();
        List<Integer> counts = Stream.of("gemmi_cell_sites", "pmg_sites", "ase_n")
                .map(row::getField)
                .filter(s -> !s.isEmpty())
                .map(Integer::valueOf)
                .toList();
        long agreeing = counts.stream().filter(n -> n == crystal.size()).count();
        if (agreeing < 2) {
            wrong.add(file + ": " + crystal.size() + " atoms, the others have " + counts);
        }
        List<Composition> formulas = Stream.of("pmg_formula", "ase_formula")
                .map(row::getField)
                .filter(s -> !s.isEmpty())
                .map(s -> Composition.parse(s).reduced())
                .toList();
        if (!formulas.stream().allMatch(f -> f.equals(crystal.composition().reduced()))) {
            wrong.add(file + ": " + crystal.composition() + ", the others have " + formulas);
        }
        String volume = row.getField("pmg_volume");
        if (!volume.isEmpty()
                && Math.abs(Double.parseDouble(volume) - crystal.lattice().volume()) > 6e-4) {
            wrong.add(file + ": volume " + crystal.lattice().volume() + ", pymatgen " + volume);
        }
        String structures = row.getField("pmg_n");
        if (!structures.isEmpty() && records.size() != Integer.parseInt(structures)) {
            wrong.add(file + ": " + records.size() + " structures, pymatgen " + structures);
        }
    }
}
