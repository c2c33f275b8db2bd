package unitcell.tests.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes down, when the tests of a JVM are over, how often each CUDA kernel was launched on the emulator. A later run reads
 * it and fails where a kernel was never launched: {@link KernelCoverageTest}.
 */
public final class LaunchCounts implements TestExecutionListener {
    /** The file to write or read, tab-separated: kernel, launches. */
    static final String FILE = "unitcell.cuda.launches";

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        String file = System.getProperty(FILE);
        if (file == null || Boolean.getBoolean(FILE + ".read")) {
            return;
        }
        Emulator.find().ifPresent(emulator -> write(emulator, Path.of(file)));
    }

    private static void write(Emulator emulator, Path file) {
        StringBuilder text = new StringBuilder();
        for (String kernel : emulator.kernels()) {
            if (!kernel.startsWith("fault_")) {
                text.append(kernel)
                        .append('\t')
                        .append(emulator.launches(kernel))
                        .append('\n');
            }
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Launches by kernel, in alphabetical order. */
    static Map<String, Long> read(Path file) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            List<String> fields = List.of(line.split("\t"));
            counts.put(fields.get(0), Long.valueOf(fields.get(1)));
        }
        return counts;
    }
}
