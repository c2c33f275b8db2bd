package unitcell.tests.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.io.JsonObject;
import unitcell.tests.ProjectFiles;
import unitcell.trainer.data.BundledCrystals;
import unitcell.trainer.run.MetricsLog;

/** The program on the emulated GPU as users start it, beside the same run on the processor. */
class CudaTrainingTest {
    private static final int STEPS = 20;

    /** What 20 updates make of float32 sums in another order: losses start to part with the parameters. */
    private static final double TOLERANCE = 1e-3;

    private final Emulator emulator = Emulator.required();

    @TempDir
    Path folder;

    @BeforeEach
    void writeInputs() throws IOException {
        Path crystals = Files.createDirectory(folder.resolve("crystals"));
        for (Crystal crystal : BundledCrystals.read().subList(0, 24)) {
            Files.writeString(crystals.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
    }

    private void run(String log, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProjectFiles.root().resolve("unitcell").toString());
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("UNITCELL_CLASSPATH", System.getProperty("java.class.path"));
        StringBuilder options = new StringBuilder("-Xmx1g -Dunitcell.cuda.gemm=tiled");
        for (String property : new String[] {"unitcell.cuda.library", "unitcell.cuda.module", "unitcell.cuda.image"}) {
            if (System.getProperty(property) != null) {
                options.append(" -D").append(property).append('=').append(System.getProperty(property));
            }
        }
        builder.environment().put("UNITCELL_JAVA_OPTS", options.toString());
        Path output = folder.resolve(log);
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertTrue(ended, text);
        assertEquals(0, process.exitValue(), text);
    }

    private List<JsonObject> train(String device) throws IOException, InterruptedException {
        Path out = folder.resolve(device);
        run(
                device + ".log",
                "pretrain",
                "--data",
                folder.resolve("crystals").toString(),
                "--preset",
                "tiny",
                "--out",
                out.toString(),
                "--steps",
                String.valueOf(STEPS),
                "--edges-per-batch",
                "300",
                "--validation-fraction",
                "0.2",
                "--device",
                device);
        return MetricsLog.read(out.resolve("metrics.jsonl")).stream()
                .filter(record -> record.has("gradient_norm"))
                .toList();
    }

    @Test
    void lossesAreThoseOfTheProcessor() throws Exception {
        assertTrue(emulator.kernels().size() > 100);
        List<JsonObject> cpu = train("cpu");
        List<JsonObject> cuda = train("cuda");
        assertEquals(STEPS, cpu.size());
        assertEquals(STEPS, cuda.size());
        for (int i = 0; i < STEPS; i++) {
            double expected = cpu.get(i).getDouble("loss");
            double found = cuda.get(i).getDouble("loss");
            double allowed = (i == 0 ? 1e-5 : TOLERANCE) * Math.abs(expected);
            assertEquals(expected, found, allowed, "loss of step " + (i + 1));
        }
        String log = Files.readString(folder.resolve("cuda.log"));
        assertTrue(log.contains("device cuda:0: Unitcell emulator (CPU)"), log);
        // What was trained on one device is read on the other.
        run(
                "reconstruct.log",
                "reconstruct",
                "--checkpoint",
                folder.resolve("cpu").toString(),
                "--input",
                folder.resolve("crystals").toString(),
                "--out",
                folder.resolve("completed").toString(),
                "--mask-ratio",
                "0.3",
                "--device",
                "cuda");
    }
}
