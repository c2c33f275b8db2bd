package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
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

    /** Sums over a table: rows, atoms, atomic numbers, cell volumes. */
    private record Sums(int rows, int atoms, int protons, double volume) {}

    private static Sums sums(String table, Consumer<CrystalRecord.Accepted> check) {
        int rows = 0;
        int atoms = 0;
        int protons = 0;
        double volume = 0;
        Path file = SharedData.require(table);
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            while (records.hasNext()) {
                CrystalRecord record = records.next();
                assertTrue(record instanceof CrystalRecord.Accepted, record::toString);
                CrystalRecord.Accepted accepted = (CrystalRecord.Accepted) record;
                check.accept(accepted);
                rows++;
                atoms += accepted.crystal().size();
                protons += Arrays.stream(accepted.crystal().species()).sum();
                volume += accepted.crystal().lattice().volume();
            }
        }
        return new Sums(rows, atoms, protons, volume);
    }

    /** The numbers were summed with Python's own reader of literals, and numpy. */
    @Test
    void dictionariesOfPython() {
        Sums sums = sums("data/properties/phonon_dos.csv.gz", record -> {
            assertEquals(51, record.fields().text("phdos").orElseThrow().split(",").length, record.id());
            if (record.id().equals("mp-1008506")) {
                double[] expected = {
                    0, 0, 0.998789, 1 / 3.0, 2 / 3.0, 0.538073, 2 / 3.0, 1 / 3.0, 0.457096, 1 / 3.0, 2 / 3.0, 0.879743
                };
                assertArrayEquals(expected, record.crystal().frac(), 1e-6);
            }
        });
        assertEquals(new Sums(1369, 10_131, 253_414, sums.volume()), sums);
        assertEquals(208_410.29416183755, sums.volume(), 1e-6);
    }

    /** Cell volumes are those that pymatgen wrote beside the matrices. */
    @Test
    void pandasTableOfPymatgenStructures() {
        double[] peaks = new double[1];
        Sums sums = sums(
                "data/properties/matbench_phonons.json.gz",
                record -> peaks[0] += record.fields().number("last phdos peak").orElseThrow());
        assertEquals(1265, sums.rows());
        assertEquals(9521, sums.atoms());
        assertEquals(208_626.5189205212, sums.volume(), 1e-3);
        assertEquals(735_409.652882163, peaks[0], 1e-6);
    }

    @Test
    void pandasTableByColumns() {
        Sums sums = sums("data/properties/mp_elastic_tensors_1211.json.gz", record -> {
            assertEquals(
                    record.fields().number("nsites").orElseThrow(),
                    record.crystal().size());
            double volume = record.fields().number("volume").orElseThrow();
            assertEquals(volume, record.crystal().lattice().volume(), 1e-4 * volume);
            assertEquals(record.fields().text("material_id").orElseThrow(), record.id());
            assertTrue(record.fields()
                    .text("elasticity.elastic_tensor")
                    .orElseThrow()
                    .startsWith("[["));
        });
        assertEquals(1211, sums.rows());
    }

    @Test
    void tableOfJarvis() {
        Sums sums = sums(
                "data/properties/jarvis_2500.csv.gz",
                record -> assertEquals(
                        Composition.parse(record.fields().text("pretty_formula").orElseThrow())
                                .reduced(),
                        record.crystal().composition().reduced()));
        assertEquals(2500, sums.rows());
    }
}
