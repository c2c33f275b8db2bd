package unitcell.crystal.symmetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import unitcell.crystal.SharedData;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;

/** The crystal systems of thousands of computed structures against the space groups that their tables give. */
class SpaceGroupTablesTest {
    private static final int ROWS = 2500;

    // The few rows that differ are distorted by about the tolerance, so that spglib's answer changes with it too, or
    // carry a space group from another version of the structure.
    @Test
    void publishedBenchmark() {
        compare("data/mp20/mp20_train_val.csv.gz");
    }

    @Test
    void materialsProject() {
        compare("data/mp/mp_structures_2.csv.gz");
    }

    private static void compare(String table) {
        SymmetryFinder finder = new SymmetryFinder();
        int rows = 0;
        int same = 0;
        try (CrystalRecords records =
                CrystalSource.of(SharedData.require(table).toString()).open()) {
            while (records.hasNext() && rows < ROWS) {
                if (records.next() instanceof CrystalRecord.Accepted row) {
                    OptionalDouble number = row.fields().number("spacegroup.number");
                    if (number.isPresent()) {
                        CrystalSystem expected = CrystalSystem.ofSpaceGroup((int) number.getAsDouble());
                        row.fields()
                                .text("crystal_system")
                                .ifPresent(s -> assertEquals(expected, CrystalSystem.parse(s), row.id()));
                        rows++;
                        same += finder.system(row.crystal()) == expected ? 1 : 0;
                    }
                }
            }
        }
        assertEquals(ROWS, rows);
        assertTrue(same >= 0.997 * rows, same + " of " + rows + " rows of " + table + " agree");
    }
}
