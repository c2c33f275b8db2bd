package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.BundledCrystals;
import unitcell.trainer.run.MetricsLog;

/** The program as users and job schedulers start it: through ./unitcell, stopped by a signal, started again. */
@EnabledOnOs(OS.LINUX)
class InterruptedRunTest {
    /** So many that the signal arrives long before the end. */
    private static final int STEPS = 120;

    private static final String MODEL = """
        {"num_layers": 1, "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2, "attn_alpha_channels": 4,
         "attn_value_channels": 4, "ffn_hidden_channels": 8, "edge_channels": 8, "lmax_list": [1], "mmax_list": [1],
         "grid_resolution": 6, "max_radius": 3.0, "max_neighbors": 0, "alpha_drop": 0.1, "drop_path_rate": 0.1}
        """;

    private static final String TASK = """
        {"name": "volume", "kind": "regression", "columns": ["volume"], "transform": "standardise", "loss": "mse",
         "split": {"by": "composition", "validation": 0.2, "test": 0.2}}
        """;

    @TempDir
    Path folder;

    @BeforeEach
    void writeInputs() throws IOException {
        Path crystals = Files.createDirectory(folder.resolve("crystals"));
        for (Crystal crystal : BundledCrystals.read().subList(0, 24)) {
            Files.writeString(crystals.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
        Files.writeString(folder.resolve("model.json"), MODEL);
        StringBuilder table = new StringBuilder("id,volume,cif\n");
        for (Crystal crystal : BundledCrystals.read().subList(0, 24)) {
            table.append(crystal.id() + "," + crystal.volumePerAtom() + ",\""
                    + CifWriter.write(crystal).replace("\"", "\"\"") + "\"\n");
        }
        Files.writeString(folder.resolve("table.csv"), table);
        Files.writeString(folder.resolve("task.json"), TASK);
    }

    private Process pretrain(String out) throws IOException {
        return start(
                out,
                "pretrain",
                "--data",
                folder.resolve("crystals").toString(),
                "--validate-every",
                "60",
                "--validation-fraction",
                "0.2",
                "--edges-per-batch",
                "150");
    }

    private Process finetune(String out) throws IOException {
        return start(
                out,
                "finetune",
                "--task",
                folder.resolve("task.json").toString(),
                "--input",
                folder.resolve("table.csv").toString(),
                "--repeats",
                "1",
                "--dropout",
                "0.1",
                "--validate-every",
                "50",
                "--edges-per-batch",
                "150");
    }

    private Process start(String out, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProjectFiles.root().resolve("unitcell").toString());
        command.addAll(List.of(words));
        command.addAll(List.of(
                "--model-config",
                folder.resolve("model.json").toString(),
                "--out",
                folder.resolve(out).toString(),
                "--steps",
                Integer.toString(STEPS),
                "--device",
                "cpu",
                "--threads",
                "2"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("UNITCELL_CLASSPATH", System.getProperty("java.class.path"));
        builder.environment()
                .put(
                        "UNITCELL_JAVA_OPTS",
                        "-Dunitcell.vector.bits=" + Integer.getInteger("unitcell.vector.bits", 0) + " -Xmx512m");
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve(out + ".log").toFile())
                .start();
    }

    private String log(String out) throws IOException {
        return Files.readString(folder.resolve(out + ".log"), StandardCharsets.UTF_8);
    }

    private void finish(Process process, String out, int status) throws IOException, InterruptedException {
        boolean ended = process.waitFor(4, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        assertTrue(ended, log(out));
        assertEquals(status, process.exitValue(), log(out));
    }

    private List<JsonObject> metrics(String out) throws IOException {
        List<JsonObject> records = new ArrayList<>();
        for (JsonObject record : MetricsLog.read(folder.resolve(out).resolve("metrics.jsonl"))) {
            Map<String, Json> members = new LinkedHashMap<>(record.members());
            members.remove("time");
            records.add(new JsonObject(members, record.where()));
        }
        return records;
    }

    private void awaitSteps(Process process, String out, int steps) throws IOException, InterruptedException {
        Path file = folder.resolve(out).resolve("metrics.jsonl");
        while (process.isAlive()) {
            if (Files.exists(file)) {
                try (Stream<String> lines = Files.lines(file)) {
                    if (lines.count() >= steps) {
                        return;
                    }
                }
            }
            Thread.sleep(10);
        }
    }

    @Test
    void aRunStoppedBySigtermEndsAsOneThatWasNot() throws IOException, InterruptedException {
        finish(pretrain("straight"), "straight", 0);
        Process first = pretrain("interrupted");
        awaitSteps(first, "interrupted", 5);
        first.destroy(); // SIGTERM
        finish(first, "interrupted", 75);
        assertTrue(log("interrupted").contains("received SIGTERM"), log("interrupted"));
        int done = metrics("interrupted").size();
        assertTrue(done >= 5 && done < STEPS, done + " records");
        finish(pretrain("interrupted"), "interrupted", 0);
        assertTrue(log("interrupted").contains("resuming after step"), log("interrupted"));
        assertEquals(metrics("straight"), metrics("interrupted"));
        String last = "checkpoints/ckpt-00000" + STEPS + "/";
        for (String file : new String[] {"model.safetensors", "ema.safetensors", "optimizer.safetensors"}) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("straight").resolve(last + file)),
                    Files.readAllBytes(folder.resolve("interrupted").resolve(last + file)),
                    file);
        }
    }

    @Test
    void fitsStoppedBySigtermEndAsThoseThatWereNot() throws IOException, InterruptedException {
        finish(finetune("straight"), "straight", 0);
        String fit = "interrupted/models/scratch-s0-f0";
        Process first = finetune("interrupted");
        awaitSteps(first, fit, 5);
        first.destroy(); // SIGTERM
        finish(first, "interrupted", 75);
        assertTrue(log("interrupted").contains("received SIGTERM"), log("interrupted"));
        int done = metrics(fit).size();
        assertTrue(done >= 5 && done < STEPS, done + " records");
        finish(finetune("interrupted"), "interrupted", 0);
        assertEquals(metrics("straight/models/scratch-s0-f0"), metrics(fit));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("straight/predictions.csv")),
                Files.readAllBytes(folder.resolve("interrupted/predictions.csv")));
    }
}
