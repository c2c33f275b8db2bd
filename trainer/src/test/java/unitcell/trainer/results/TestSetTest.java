package unitcell.trainer.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalSource;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;

/** Which crystals of an input models are measured on. */
class TestSetTest {
    @TempDir
    Path folder;

    @BeforeEach
    void makeInput() throws IOException {
        for (int i = 0; i < 10; i++) {
            write(String.format("c%02d", i), i == 3 ? 92 : 11 + i % 3);
        }
        Files.writeString(folder.resolve("d-broken.cif"), "data_broken\n_cell_length_a none\n");
    }

    private void write(String name, int z) throws IOException {
        Crystal crystal = new Crystal(
                name, Lattice.ofParameters(4, 4, 4, 90, 90, 90), new int[] {z, 17}, new double[] {0, 0, 0, .5, .5, .5});
        Files.writeString(folder.resolve(name + ".cif"), CifWriter.write(crystal));
    }

    private TestSet survey(int species, long limit, boolean strict, List<String> warnings, List<String> seen) {
        return TestSet.survey(
                CrystalSource.of(folder.toString()),
                species,
                limit,
                strict,
                warnings::add,
                () -> false,
                crystal -> seen.add(crystal.id()));
    }

    private static List<String> ids(TestSet set) {
        List<String> ids = new ArrayList<>();
        set.crystals(() -> false).forEachRemaining(c -> ids.add(c.id()));
        return ids;
    }

    @Test
    void everythingThatEveryModelKnows() {
        List<String> warnings = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        TestSet set = survey(93, 100, false, warnings, seen);
        assertEquals(10, set.size());
        assertEquals(1, set.skipped());
        assertEquals(seen, ids(set));
        assertEquals(1, set.elements()[92]);
        assertEquals(10, set.elements()[17]);
        TestSet fewer = survey(92, 100, false, warnings, new ArrayList<>());
        assertEquals(9, fewer.size());
        assertEquals(2, fewer.skipped());
        assertTrue(warnings.getLast().contains("broken") || warnings.getLast().contains("U at site 0"));
        assertNotEquals(set.fingerprint(), fewer.fingerprint());
        assertEquals(set.fingerprint(), survey(93, 10, false, warnings, seen).fingerprint());
    }

    @Test
    void aLimitedNumberIsSpreadEvenly() {
        List<String> seen = new ArrayList<>();
        TestSet set = survey(93, 4, false, new ArrayList<>(), seen);
        // Numbers floor(k * 10 / 4) of ten.
        assertEquals(List.of("c00", "c02", "c05", "c07"), seen);
        assertEquals(seen, ids(set));
        assertEquals(10, set.usable());
    }

    @Test
    void stopsAndFaults() {
        List<String> none = new ArrayList<>();
        assertThrows(
                TestSet.Stopped.class,
                () -> TestSet.survey(
                        CrystalSource.of(folder.toString()), 93, 5, false, none::add, () -> true, c -> {}));
        TestSet set = survey(93, 5, false, none, none);
        assertThrows(TestSet.Stopped.class, () -> set.crystals(() -> true).hasNext());
        TrainerException strict = assertThrows(TrainerException.class, () -> survey(93, 5, true, none, none));
        assertEquals(ExitCode.INPUT, strict.exitCode());
        TrainerException empty = assertThrows(TrainerException.class, () -> survey(11, 5, false, none, none));
        assertTrue(
                empty.getMessage()
                        .endsWith("(and 10 more): nothing left to measure models on; expected crystals in" + " --test"),
                empty.getMessage());
    }
}
