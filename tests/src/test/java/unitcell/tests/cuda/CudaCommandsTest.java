package unitcell.tests.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.profile.Operation;
import unitcell.tests.ProjectFiles;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.cli.Main;

/** Commands that verify and explain a GPU, and training where its memory does not suffice, on the emulated one. */
class CudaCommandsTest {
    private final Emulator emulator = Emulator.required();

    @TempDir
    Path folder;

    private static String run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode code = Main.run(
                List.of(words),
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        String text = out.toString(StandardCharsets.UTF_8);
        assertEquals("", err.toString(StandardCharsets.UTF_8));
        assertEquals(ExitCode.OK, code, text);
        return text;
    }

    @Test
    void kernelsAreVerifiedInBothElementTypes() {
        String text = run("verify", "kernels", "--device", "cuda", "--filter", "norm", "--repeats", "3");
        for (String type : List.of("float32", "float64")) {
            assertTrue(
                    text.lines().anyMatch(line -> line.matches("norm layerNorm +" + type + " .* yes +ok +.*")), text);
        }
        assertTrue(text.contains("\nlayerNorm and gradients "), text);
    }

    @Test
    void explainNamesTheKernelsThatWereLaunched() {
        long before = emulator.launches("gather_rotate_w4_f32");
        String text = run("explain", "--device", "cuda", "--preset", "tiny", "--batch", "2");
        long launches = emulator.launches("gather_rotate_w4_f32") - before;
        assertTrue(launches > 0);
        assertTrue(
                text.lines()
                        .anyMatch(line -> line.matches("spherical gatherRotate +" + launches
                                + " +gather_rotate_w4_f32 +rotation_gather +" + launches + " +\\d+ +\\d+( +\\d+)?")),
                text);
        assertTrue(text.lines().anyMatch(line -> line.matches("matrix products: own tiled kernel .*")), text);
        assertTrue(text.lines().anyMatch(line -> line.matches("kernel files from .*: .*rotation_gather.*")), text);
        for (Operation operation : Operation.contract()) {
            assertTrue(text.contains("\n" + operation + " "), operation.toString());
        }
    }

    /** How a run with so many MiB ended, and what it said. */
    private record Run(int status, String text) {
        boolean says(String pattern) {
            return text.lines().anyMatch(line -> line.matches(pattern));
        }
    }

    /** In a process of its own, since the emulator's memory is set when it is loaded. */
    private Run train(int mebibytes) throws IOException, InterruptedException {
        String words = "pretrain --data bundled --preset tiny --steps 2 --edges-per-batch 1500 --validation-fraction 0"
                + " --device cuda --out " + folder.resolve("run" + mebibytes);
        List<String> command = new ArrayList<>();
        command.add(ProjectFiles.root().resolve("unitcell").toString());
        command.addAll(List.of(words.split(" ")));
        ProcessBuilder builder = new ProcessBuilder(command);
        StringBuilder options = new StringBuilder("-Xmx1g -Dunitcell.cuda.gemm=tiled");
        for (String property : new String[] {"unitcell.cuda.library", "unitcell.cuda.module"}) {
            if (System.getProperty(property) != null) {
                options.append(" -D").append(property).append('=').append(System.getProperty(property));
            }
        }
        builder.environment().put("UNITCELL_CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("UNITCELL_JAVA_OPTS", options.toString());
        builder.environment().put("UNITCELL_EMULATOR_MEMORY", String.valueOf(mebibytes));
        Path log = folder.resolve("log" + mebibytes);
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        String text = Files.readString(log, StandardCharsets.UTF_8);
        assertTrue(ended, text);
        return new Run(process.exitValue(), text);
    }

    /** Where halves begin depends on the kernels' scratch memory: less and less is given until then, and further. */
    @Test
    void trainingGoesOnInHalvesAndEndsWithAdvice() throws IOException, InterruptedException {
        boolean halved = false;
        for (int mebibytes = 4; mebibytes > 0; mebibytes--) {
            Run run = train(mebibytes);
            if (run.status() == 0) {
                halved |= run.says("step \\d: out of memory on a batch of .*the device cuda:0 has no .*"
                        + "from here on batches are computed in two halves");
            } else {
                assertTrue(halved, run.text());
                assertEquals(ExitCode.DEVICE.status(), run.status(), run.text());
                assertTrue(run.says("unitcell: .*the device cuda:0 has no .* of " + mebibytes + " MiB .*"), run.text());
                return;
            }
        }
        throw new AssertionError("one MiB is enough");
    }
}
