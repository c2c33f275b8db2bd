package unitcell.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;

/** Which crystals can be spoilt and completed. */
class KnownCrystalsTest {
    @TempDir
    Path folder;

    @Test
    void everythingElseIsReportedWithItsReason() throws IOException {
        Path file = Files.writeString(folder.resolve("g.jsonl"), """
            {"i":"good","cell":[4,4,4,90,90,90],"species":["Na","Cl"],"frac":[[0,0,0],[0.5,0.5,0.5]]}
            {"i":"masked","cell":[4,4,4,90,90,90],"species":["Na","X"],"frac":[[0,0,0],[0.5,0.5,0.5]]}
            {"i":"heavy","cell":[4,4,4,90,90,90],"species":["Na","U"],"frac":[[0,0,0],[0.5,0.5,0.5]]}
            {"i":"same","cell":[4,4,4,90,90,90],"species":["Na","Cl"],"frac":[[0,0,0],[1,0,0]]}
            {"i":"broken","cell":[4,4,4,90,90,90],"species":["Na"]}
            {"i":"last","cell":[4,4,4,90,90,90],"species":["Th"],"frac":[[0,0,0]]}
            """);
        List<String> ids = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            KnownCrystals crystals =
                    new KnownCrystals(records, 91, (id, reason) -> reasons.add(id + " " + reason), () -> false);
            while (crystals.hasNext()) {
                ids.add(crystals.next().id());
            }
            assertFalse(crystals.hasNext());
        }
        assertEquals(List.of("good", "last"), ids);
        assertEquals(
                List.of(
                        "masked " + file + ":2: site 1 has no known species to compare with",
                        "heavy " + file + ":3: U at site 1 is not known to the model, whose species go up to Th",
                        "same " + file + ":4: atoms coincide",
                        "broken " + file + ":5: object has no 'frac'"),
                reasons);
    }

    @Test
    void aStopEndsTheCrystals() throws IOException {
        Path file = Files.writeString(
                folder.resolve("g.jsonl"),
                "{\"i\":\"a\",\"cell\":[4,4,4,90,90,90],\"species\":[\"Na\"],\"frac\":[[0,0,0]]}\n".repeat(5));
        int[] taken = {0};
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            KnownCrystals crystals = new KnownCrystals(records, 119, (id, reason) -> {}, () -> taken[0] == 2);
            while (crystals.hasNext()) {
                crystals.next();
                taken[0]++;
            }
        }
        assertEquals(2, taken[0]);
    }
}
