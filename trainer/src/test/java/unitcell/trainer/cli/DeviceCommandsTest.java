package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.engine.profile.Operation;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;

/** Commands that verify and explain what a device computes. */
class DeviceCommandsTest {
    @TempDir
    Path folder;

    private record Result(ExitCode code, String out, String err) {}

    private static Result run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode code = Main.run(
                List.of(words),
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void verifyKernelsPrintsARowForEachKernel() {
        Result result = run("verify", "kernels", "--device", "cpu", "--filter", "silu", "--repeats", "2");
        assertEquals(ExitCode.OK, result.code(), result.out() + result.err());
        List<String> lines = result.out().lines().toList();
        assertTrue(lines.get(0).startsWith("device cpu: "), result.out());
        assertTrue(
                lines.get(1).startsWith("float64: this device computes with the specification itself"), result.out());
        assertTrue(lines.get(2).matches("operation +type +cases +error +bound +bit-equal +ok +case"), lines.get(2));
        assertTrue(
                lines.get(3).matches("pointwise silu +float32 +\\d+ +\\d\\.\\d\\de-\\d\\d +1\\.0e-05 +yes +ok +.+"),
                lines.get(3));
        assertTrue(result.out().contains("\nsilu and gradients "), result.out());
        assertTrue(lines.getLast().matches("\\d+ passed, 0 failed"), lines.getLast());
    }

    @Test
    void verifyRunsThePartsAskedForAndSumsUp() {
        Result nothing = run("verify", "--device", "cpu", "--only", "golden");
        assertEquals(ExitCode.OK, nothing.code(), nothing.err());
        assertTrue(nothing.out().contains("reference vectors were left out: give their folder with --golden DIR"));
        Result missing = run("verify", "--golden", folder.resolve("none").toString());
        assertEquals(ExitCode.INPUT, missing.code());
        assertTrue(missing.err().contains("no such folder; expected a folder of reference files"), missing.err());
        Result empty = run("verify", "--device", "cpu", "--only", "golden", "--golden", folder.toString());
        assertEquals(ExitCode.INPUT, empty.code());
        assertTrue(empty.err().contains("holds no reference file"), empty.err());
    }

    @Test
    void verifyIsACommandAndTheBeginningOfOthers() {
        String page = run("verify", "--help").out();
        assertTrue(page.startsWith("usage: ./unitcell verify [options]"), page);
        for (String part : List.of("kernels", "gradients", "equivariance", "golden")) {
            assertTrue(page.contains("\n  verify " + part + " "), page);
        }
        assertEquals(page, run("help", "verify").out());
        assertTrue(run("verify", "kernels", "--help").out().startsWith("usage: ./unitcell verify kernels [options]"));
        assertTrue(run("bench", "--help").out().startsWith("usage: ./unitcell bench WHAT"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            verify kernel                           | verify: found kernel, expected one of kernels, gradients, equivariance, golden
            verify kernels --filter nothing         | --filter nothing fits no kernel; expected a part of a family or a name
            verify --only kernel                    | --only kernel: expected one of kernels, gradients, equivariance, golden
            verify kernels --precision bf16         | --precision bf16: expected one of fp32, tf32
            verify kernels --device cpu --precision tf32 | --precision tf32: device cpu multiplies in fp32 only; expected --precision fp32, or --device cuda
            explain --device cpu-scalar --precision tf32 | --precision tf32: device cpu-scalar multiplies in fp32 only
            bench step --device cpu --precision tf32     | --precision tf32: device cpu multiplies in fp32 only
            verify golden x --precision tf32        | unknown option --precision
            """)
    void wrongUsageIsOneLine(String words, String message) {
        Result result = run(words.split(" +"));
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.err().contains(message), result.err());
    }

    @Test
    void explainTellsWhatServesEveryOperation() {
        Result result = run("explain", "--device", "cpu", "--preset", "tiny", "--batch", "2");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().startsWith("auto would choose "), result.out());
        assertTrue(result.out().contains("\ncuda   driver "), result.out());
        assertTrue(result.out().contains("\ncuda   kernels "), result.out());
        assertEquals("", result.err());
        for (Operation operation : Operation.contract()) {
            assertTrue(
                    result.out().lines().anyMatch(line -> line.matches(operation + " +\\d+  Vector\\w+ +vector-\\d+")),
                    operation.toString());
        }
        int others = result.out().indexOf("operations that this network does not use");
        assertTrue(result.out().indexOf("\ndense so2Linear ") < others, result.out());
        assertTrue(result.out().indexOf("\nspherical gateActivation ") > others, result.out());
        assertFalse(result.out().contains("launches"), result.out());
    }
}
