package unitcell.tests.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Every CUDA kernel was launched by the parity tests that ran before; prints all of them. */
class KernelCoverageTest {
    private static final int WIDTH = 118;

    @Test
    void everyKernelWasRun() throws IOException {
        Emulator.required();
        String file = System.getProperty(LaunchCounts.FILE);
        Assumptions.assumeTrue(
                file != null && Files.isReadable(Path.of(file)), "the parity tests of the CUDA kernels were not run");
        Map<String, Long> counts = LaunchCounts.read(Path.of(file));
        assertFalse(counts.isEmpty());
        print(counts);
        List<String> never = counts.entrySet().stream()
                .filter(e -> e.getValue() == 0)
                .map(Map.Entry::getKey)
                .toList();
        assertEquals(List.of(), never, "kernels that no parity test runs");
    }

    private static void print(Map<String, Long> counts) {
        System.out.println(
                counts.size()
                        + " CUDA kernels were held against the float64 specification on the emulator (launches in two orders):");
        StringBuilder line = new StringBuilder();
        for (Map.Entry<String, Long> e : counts.entrySet()) {
            String entry = e.getKey() + " " + e.getValue();
            if (line.length() + entry.length() + 2 > WIDTH) {
                System.out.println("  " + line);
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : ", ").append(entry);
        }
        System.out.println("  " + line);
    }
}
