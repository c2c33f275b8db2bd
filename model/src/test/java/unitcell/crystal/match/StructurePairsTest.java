package unitcell.crystal.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import unitcell.crystal.RandomCells;
import unitcell.crystal.match.StructurePair.Answer;

/** The matcher against pymatgen's answers for pairs of every kind; see model/src/test/python/structure_pairs.py. */
class StructurePairsTest {
    private final StructureMatcher matcher = StructureMatcher.standard();

    @Test
    void agreesWithPymatgenOnEveryPair() throws IOException {
        List<StructurePair> pairs = StructurePair.read(getClass().getResourceAsStream("structure-pairs.jsonl.gz"));
        assertTrue(pairs.size() >= 400, pairs.size() + " pairs");
        // A file of nothing but one verdict would prove little.
        long fitting = pairs.stream().filter(p -> p.answers().get(0).fit()).count();
        assertTrue(fitting > 100 && fitting < pairs.size() - 100, fitting + " of " + pairs.size() + " pairs fit");
        assertEquals(List.of(), disagreements(pairs));
    }

    @Test
    void turningTheCrystalsInSpaceChangesNothing() {
        RandomGenerator random = RandomCells.generator(6);
        List<String> changed = new ArrayList<>();
        for (StructurePair pair : StructurePair.read(getClass().getResourceAsStream("structure-pairs.jsonl.gz"))) {
            Answer answer = pair.ask(matcher);
            Answer turned = pair.turned(RandomCells.rotation(random), RandomCells.rotation(random))
                    .ask(matcher);
            if (!turned.agrees(answer)) {
                changed.add(pair + ", found " + answer + ", turned " + turned);
            }
        }
        assertEquals(List.of(), changed);
    }

    /** For other files of the same script: {@code -Dunitcell.structure.pairs=FILE}. */
    @Test
    void agreesOnFurtherPairs() throws IOException {
        String file = System.getProperty("unitcell.structure.pairs");
        if (file == null) {
            System.out.println("skipped: no further structure pairs (set -Dunitcell.structure.pairs=FILE)");
            Assumptions.abort("no further pairs");
        }
        List<StructurePair> pairs = StructurePair.read(Files.newInputStream(Path.of(file)));
        List<String> wrong = disagreements(pairs);
        System.out.println(file + ": " + (pairs.size() - wrong.size()) + " of " + pairs.size() + " pairs agree");
        assertEquals(List.of(), wrong);
    }

    private List<String> disagreements(List<StructurePair> pairs) {
        List<String> wrong = new ArrayList<>();
        for (StructurePair pair : pairs) {
            Answer answer = pair.ask(matcher);
            if (!pair.allows(answer)) {
                wrong.add(pair + ", found " + answer);
            }
        }
        return wrong;
    }
}
