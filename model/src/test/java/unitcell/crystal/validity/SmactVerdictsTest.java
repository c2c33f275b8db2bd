package unitcell.crystal.validity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import unitcell.crystal.SharedData;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.ValidityRules.Verdict;

/** Every verdict of other people's programs on thousands of compositions and generated structures. */
class SmactVerdictsTest {
    private final ValidityRules rules = ValidityRules.of(OxidationStates.SMACT14);

    @Test
    void compositions() {
        Path file = SharedData.require("data/oracle/smact14_verdicts.csv");
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            while (records.hasNext()) {
                CrystalRecord.CompositionOnly row = (CrystalRecord.CompositionOnly) records.next();
                boolean expected = row.fields().number("smact_valid").orElseThrow() == 1;
                if (rules.composition(row.composition()) != expected) {
                    wrong.add(row.id() + " " + row.composition());
                }
                rows++;
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(2500, rows);
    }

    @Test
    void generatedStructures() {
        Path file = SharedData.require("data/oracle/gen_diffcsp.jsonl.gz");
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        int structure = 0;
        int composition = 0;
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            while (records.hasNext()) {
                CrystalRecord.Accepted row = (CrystalRecord.Accepted) records.next();
                Verdict expected = new Verdict(
                        row.fields().text("struct_valid").orElseThrow().equals("true"),
                        row.fields().text("comp_valid").orElseThrow().equals("true"));
                Verdict verdict = rules.judge(row.crystal());
                if (!verdict.equals(expected)) {
                    wrong.add(row.id() + " " + row.crystal().composition() + " " + verdict);
                }
                structure += verdict.structure() ? 1 : 0;
                composition += verdict.composition() ? 1 : 0;
                rows++;
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(10_000, rows);
        assertEquals(10_000, structure);
        assertEquals(8_322, composition);
    }
}
