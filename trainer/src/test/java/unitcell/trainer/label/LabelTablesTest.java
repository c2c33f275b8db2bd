package unitcell.trainer.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.trainer.data.DataFilter;

/**
 * The ready tasks on the tables they are meant for, where those lie beside the checkout. Rows, refusals and sums of labels
 * were counted with Python's csv module, without this program.
 */
class LabelTablesTest {
    // Nothing is left out for its structure, so that all refusals are of labels.
    private static final DataFilter ANY = new DataFilter(1e9, 1e9, 0, Integer.MAX_VALUE);

    private static String require(String table) {
        String property = System.getProperty("unitcell.shared");
        Path shared = property == null ? Path.of("../../shared") : Path.of(property);
        Path file = shared.resolve("data").resolve(table);
        if (!Files.exists(file)) {
            System.out.println("skipped: no " + file + " (set -Dunitcell.shared=FOLDER)");
            Assumptions.abort("no " + file);
        }
        return file.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        stability        | 9439 |                                                        | 4464
        stability-cubic  | 9439 |                                                        | 4464
        phonon-dos       | 1369 |                                                        | 12903.866
        phonon-peak      | 1265 |                                                        | 735409.653
        fermi            | 2882 |                                                        | 14370.831
        bulk-modulus     | 4414 | bulk_modulus missing=1                                 | 484897.848
        shear-modulus    | 4414 | shear_modulus missing=1                                | 237807.441
        bulk-modulus-mp  | 2592 | g_vrh outside [1, 600]=22, k_vrh missing=235, k_vrh outside [1, 600]=33 | 302128.489
        shear-modulus-mp | 2592 | g_vrh outside [1, 600]=22, k_vrh missing=235, k_vrh outside [1, 600]=33 | 153702.867
        """)
    void everyRowIsAccountedFor(String name, int rows, String refused, double sum) {
        Task task = Task.named(name);
        List<String> inputs =
                task.inputs().stream().map(LabelTablesTest::require).toList();
        LabelledReader.Result result = LabelledReader.read(task, inputs, ANY);
        assertEquals(rows, result.data().size());
        Map<String, Integer> reasons = result.skippedByReason();
        assertEquals("{" + (refused == null ? "" : refused) + "}", reasons.toString());
        double found = Arrays.stream(result.data().labels())
                .flatMapToDouble(Arrays::stream)
                .sum();
        assertEquals(sum, found, 1e-3);

        LabelSplit split = LabelSplit.of(result.data(), task.split(), 0);
        boolean published = task.split().by() instanceof SplitRule.ByColumn;
        if (published) {
            assertEquals(
                    List.of(3088, 670, 656),
                    List.of(split.train().length, split.validation().length, split.test().length));
            assertTrue(split.testedCompositionsSeen(result.data()) <= 1);
        } else {
            assertEquals(0, split.testedCompositionsSeen(result.data()));
        }
        if (name.equals("stability")) {
            assertCubicTrains(result.data());
        }
    }

    /** Of the same table: 2156 rows have a space group from 195 on. */
    private static void assertCubicTrains(LabelledCrystals data) {
        LabelSplit split = LabelSplit.of(data, Task.named("stability-cubic").split(), 0);
        for (int[] side : new int[][] {split.train(), split.validation()}) {
            for (int row : side) {
                assertEquals(CrystalSystem.CUBIC, data.systems()[row]);
            }
        }
        long cubicTested = Arrays.stream(split.test())
                .filter(row -> data.systems()[row] == CrystalSystem.CUBIC)
                .count();
        assertEquals(2156, split.train().length + split.validation().length + cubicTested);
        assertEquals(0, split.testedCompositionsSeen(data));
    }
}
