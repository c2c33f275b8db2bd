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

/** Adversarial training on the emulated GPU as users start it, beside the same run on the processor. */
class CudaGanTest {
    private static final int STEPS = 6;

    /** What a few updates make of float32 sums in another order. */
    private static final double TOLERANCE = 1e-3;

    private final Emulator emulator = Emulator.required();

    @TempDir
    Path folder;

    @BeforeEach
    void writeInputs() throws IOException, InterruptedException {
        Path crystals = Files.createDirectory(folder.resolve("crystals"));
        for (Crystal crystal : BundledCrystals.read().subList(0, 16)) {
            Files.writeString(crystals.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
        run("pretrain", "pretrained", 2, "cpu", "--preset", "tiny");
    }

    private void run(String command, String out, int steps, String device, String... more)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                ProjectFiles.root().resolve("unitcell").toString(),
                command,
                "--data",
                folder.resolve("crystals").toString(),
                "--out",
                folder.resolve(out).toString(),
                "--steps",
                String.valueOf(steps),
                "--edges-per-batch",
                "250",
                "--validation-fraction",
                "0.2",
                "--validation-limit",
                "3",
                "--device",
                device));
        words.addAll(Arrays.asList(more));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("UNITCELL_CLASSPATH", System.getProperty("java.class.path"));
        StringBuilder options = new StringBuilder("-Xmx1g -Dunitcell.cuda.gemm=tiled");
        for (String property : new String[] {"unitcell.cuda.library", "unitcell.cuda.module", "unitcell.cuda.image"}) {
            if (System.getProperty(property) != null) {
                options.append(" -D").append(property).append('=').append(System.getProperty(property));
            }
        }
        builder.environment().put("UNITCELL_JAVA_OPTS", options.toString());
        Path log = folder.resolve(out + ".log");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        String text = Files.readString(log, StandardCharsets.UTF_8);
        assertTrue(ended, text);
        assertEquals(0, process.exitValue(), text);
    }

    private List<JsonObject> play(String device, String loss) throws IOException, InterruptedException {
        String out = device + "-" + loss;
        run(
                "gan",
                out,
                STEPS,
                device,
                "--generator",
                folder.resolve("pretrained").toString(),
                "--loss",
                loss,
                "--discriminator-every",
                "2",
                "--discriminator-lr",
                "1e-3",
                "--adversarial-weight",
                "10");
        return MetricsLog.read(folder.resolve(out).resolve("metrics.jsonl"));
    }

    @Test
    void lossesAndScoresAreThoseOfTheProcessor() throws Exception {
        assertTrue(emulator.kernels().size() > 100);
        for (String loss : new String[] {"paper", "critic"}) {
            List<JsonObject> cpu = play("cpu", loss);
            List<JsonObject> cuda = play("cuda", loss);
            assertEquals(cpu.size(), cuda.size());
            int compared = 0;
            for (int i = 0; i < cpu.size(); i++) {
                assertEquals(cpu.get(i).getString("kind"), cuda.get(i).getString("kind"));
                for (String name : new String[] {"loss", "adversarial", "score_real", "score_fake"}) {
                    if (cpu.get(i).has(name)) {
                        double expected = cpu.get(i).getDouble(name);
                        double found = cuda.get(i).getDouble(name);
                        assertEquals(expected, found, TOLERANCE * (0.1 + Math.abs(expected)), name + " of record " + i);
                        compared++;
                    }
                }
            }
            assertTrue(compared > 2 * STEPS, compared + " numbers");
        }
        String log = Files.readString(folder.resolve("cuda-paper.log"));
        assertTrue(log.contains("device cuda:0: Unitcell emulator (CPU)"), log);
    }
}
