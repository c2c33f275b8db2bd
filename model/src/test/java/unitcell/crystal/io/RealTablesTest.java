package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Composition;
import unitcell.crystal.SharedData;

/** Whole tables of real crystals: every row is read, and is what its other columns say, at a useful speed. */
class RealTablesTest {
    @Test
    void materialsProjectTables() {
        Path folder = SharedData.require("data/mp");
        long start = System.nanoTime();
        int rows = 0;
        String last = "";
        try (CrystalRecords records = CrystalSource.of(folder + "/*.csv.gz").open()) {
            while (records.hasNext()) {
                CrystalRecord record = records.next();
                assertTrue(record instanceof CrystalRecord.Accepted, record::toString);
                CrystalRecord.Accepted accepted = (CrystalRecord.Accepted) record;
                Composition declared = Composition.parse(
                        accepted.fields().text("pretty_formula").orElseThrow());
                assertEquals(
                        declared.reduced(), accepted.crystal().composition().reduced(), record.id());
                assertEquals(
                        accepted.fields().number("nsites").orElseThrow(),
                        accepted.crystal().size(),
                        record.id());
                last = record.id();
                rows++;
            }
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        System.out.printf("read %d structures in %.1f s, %.0f a second%n", rows, seconds, rows / seconds);
        assertEquals(71_998, rows);
        assertTrue(last.startsWith("mp-"));
    }
}
